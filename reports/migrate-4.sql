-- Brings a results database of version 3 to version 4: how often each violation was found, its shrunk repro,
-- how fuzzing campaigns go, how far runs are, and how configurations wear.
-- schema.sql has the same and explains it.

ALTER TABLE violations ADD COLUMN count INTEGER CHECK (count > 0);
ALTER TABLE violations ADD COLUMN shrunk TEXT;

DROP VIEW v_violations;
CREATE VIEW v_violations (violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, expected,
  actual, repro) AS
SELECT violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, expected, actual,
  coalesce(shrunk, repro)
FROM violations;

CREATE VIEW v_findings (violation_id, run_id, invariant, fault, operation, count, repro_found, repro_shrunk) AS
SELECT violation_id, run_id, invariant, fault, operation, count, repro, shrunk FROM violations;

CREATE TABLE campaign_progress (
  campaign_id INTEGER NOT NULL REFERENCES campaigns ON DELETE CASCADE,
  second INTEGER NOT NULL CHECK (second >= 0), -- since the campaign began
  executions INTEGER NOT NULL CHECK (executions >= 0),
  edges INTEGER NOT NULL CHECK (edges >= 0),
  corpus INTEGER NOT NULL CHECK (corpus >= 0), -- inputs
  PRIMARY KEY (campaign_id, second)
) STRICT, WITHOUT ROWID;

CREATE TABLE corpus_coverage ( -- of the engine, by the inputs of a harness's corpus
  measured_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  harness TEXT NOT NULL, -- 'all': by the corpora of all harnesses
  file TEXT NOT NULL, -- a source, as 'src/put.c', or 'total'
  inputs INTEGER NOT NULL CHECK (inputs >= 0),
  lines INTEGER NOT NULL CHECK (lines >= 0),
  lines_reached INTEGER NOT NULL CHECK (lines_reached BETWEEN 0 AND lines),
  branches INTEGER NOT NULL CHECK (branches >= 0),
  branches_reached INTEGER NOT NULL CHECK (branches_reached BETWEEN 0 AND branches),
  PRIMARY KEY (measured_at, harness, file)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_campaign_progress (campaign_id, second, executions, edges, corpus) AS
SELECT campaign_id, second, executions, edges, corpus FROM campaign_progress;

CREATE VIEW v_corpus_coverage (measured_at, harness, file, inputs, lines, lines_reached, branches, branches_reached) AS
SELECT measured_at, harness, file, inputs, lines, lines_reached, branches, branches_reached FROM corpus_coverage;

ALTER TABLE runs ADD COLUMN fingerprint TEXT;
ALTER TABLE runs ADD COLUMN shards INTEGER;
ALTER TABLE runs ADD COLUMN shard INTEGER CHECK (shard BETWEEN 1 AND shards);
ALTER TABLE runs ADD COLUMN segments INTEGER CHECK (segments >= 0);
ALTER TABLE runs ADD COLUMN drawing TEXT;
ALTER TABLE runs ADD COLUMN population INTEGER CHECK (population >= 0);
ALTER TABLE runs ADD COLUMN drawn INTEGER CHECK (drawn >= 0);
ALTER TABLE runs ADD COLUMN failed INTEGER CHECK (failed BETWEEN 0 AND drawn);
ALTER TABLE runs ADD COLUMN soaked INTEGER CHECK (soaked >= 0);

CREATE TABLE segments (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  segment INTEGER NOT NULL CHECK (segment >= 0),
  cuts INTEGER NOT NULL CHECK (cuts >= 0),
  recoveries INTEGER NOT NULL CHECK (recoveries >= 0),
  aftermaths INTEGER NOT NULL CHECK (aftermaths >= 0),
  deduplicated INTEGER NOT NULL CHECK (deduplicated >= 0),
  violations INTEGER NOT NULL CHECK (violations >= 0),
  starts INTEGER NOT NULL CHECK (starts >= 0),
  worst_start_us REAL CHECK (worst_start_us >= 0),
  population INTEGER NOT NULL DEFAULT 0 CHECK (population >= 0),
  drawn INTEGER NOT NULL DEFAULT 0 CHECK (drawn >= 0),
  failed INTEGER NOT NULL DEFAULT 0 CHECK (failed BETWEEN 0 AND drawn),
  soaked INTEGER NOT NULL DEFAULT 0 CHECK (soaked >= 0),
  PRIMARY KEY (run_id, segment)
) STRICT, WITHOUT ROWID;

ALTER TABLE violations ADD COLUMN segment INTEGER CHECK (segment >= 0);
ALTER TABLE violations ADD COLUMN cut_path TEXT;

CREATE VIEW v_progress (run_id, state, shard, shards, segments, explored) AS
SELECT run_id, state, shard, shards, segments, (SELECT count(*) FROM segments AS s WHERE s.run_id = runs.run_id)
FROM runs;

ALTER TABLE runs ADD COLUMN memory_size INTEGER CHECK (memory_size >= 0);

CREATE TABLE put_histograms ( -- of the puts with the power on
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  measure TEXT NOT NULL CHECK (measure IN ('us', 'flash_operations')), -- us: by the part's maximum times
  least INTEGER NOT NULL CHECK (least >= 0), -- that the bucket counts
  below INTEGER NOT NULL CHECK (below > least), -- all that it counts are
  puts INTEGER NOT NULL CHECK (puts > 0),
  largest INTEGER NOT NULL CHECK (largest >= least), -- that was counted in it
  PRIMARY KEY (run_id, measure, least)
) STRICT, WITHOUT ROWID;

CREATE TABLE wear_runs ( -- runs of `powercut compare`
  run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  cut_every INTEGER NOT NULL CHECK (cut_every >= 0), -- operations from one cut to the next, on average; 0: never cut
  worn INTEGER NOT NULL CHECK (worn IN (0, 1)), -- a sector reached its endurance
  refused INTEGER NOT NULL CHECK (refused >= 0), -- puts and deletes that were answered FULL
  failure TEXT -- what ended the run early; NULL: nothing did
) STRICT;

CREATE TABLE wear_samples (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  operation INTEGER NOT NULL CHECK (operation >= 0), -- done when the sample was taken
  sector INTEGER NOT NULL CHECK (sector >= 0),
  erases INTEGER NOT NULL CHECK (erases >= 0),
  PRIMARY KEY (run_id, operation, sector)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_put_latency (run_id, from_us, below_us, puts, worst_us) AS
SELECT run_id, least, below, puts, largest FROM put_histograms WHERE measure = 'us';

CREATE VIEW v_put_flash_operations (run_id, least, below, puts, most) AS
SELECT run_id, least, below, puts, largest FROM put_histograms WHERE measure = 'flash_operations';

CREATE VIEW v_wear_samples (run_id, operation, sector, erases) AS
SELECT run_id, operation, sector, erases FROM wear_samples;

CREATE VIEW v_comparison (run_id, group_id, store, device, cut_every, operations, worn, failure, erases_min, erases_max,
  erases_mean, erases_stddev, programmed_bytes, write_amplification, put_p999_us, put_worst_us, erasing_share,
  memory_size, lifetime_years, operations_per_day, pareto) AS
WITH quantiles AS (
  SELECT run_id, min(worst_us) AS p999 FROM (
    SELECT run_id, worst_us, sum(puts) OVER (PARTITION BY run_id ORDER BY from_us) AS reached,
      sum(puts) OVER (PARTITION BY run_id) AS total
    FROM v_put_latency)
  WHERE reached >= 0.999 * total GROUP BY run_id
), programs AS (
  SELECT run_id, sum(programmed_bytes) AS programmed FROM wear GROUP BY run_id
), compared AS (
  SELECT run_id, coalesce(group_id, run_id) AS made_by, store, device, cut_every, operations, worn, failure, erases_min,
    erases_max, erases_mean, erases_stddev, programmed, write_amplification, p999, worst_us,
    erasing_us / nullif(typical_us, 0) AS erasing_share, memory_size, lifetime_years, operations_per_day
  FROM runs JOIN wear_runs USING (run_id) LEFT JOIN v_wear_summary USING (run_id) LEFT JOIN programs USING (run_id)
    LEFT JOIN quantiles USING (run_id)
    LEFT JOIN (SELECT run_id, worst_us FROM latencies WHERE operation = 'put') USING (run_id)
)
SELECT *, lifetime_years IS NOT NULL AND worst_us IS NOT NULL AND failure IS NULL AND NOT EXISTS (
  SELECT 1 FROM compared AS other
  WHERE other.made_by = mine.made_by AND other.cut_every = mine.cut_every AND other.failure IS NULL
    AND other.lifetime_years >= mine.lifetime_years AND other.worst_us <= mine.worst_us AND other.p999 <= mine.p999
    AND (other.lifetime_years > mine.lifetime_years OR other.worst_us < mine.worst_us OR other.p999 < mine.p999))
FROM compared AS mine;

CREATE VIEW v_draws (run_id, drawing, population, drawn, failed, failure_rate, rate_low, rate_high) AS
WITH terms AS (
  SELECT run_id, drawing, population, drawn, failed, 1.0 * failed / nullif(drawn, 0) AS rate, 3.841458820694124 AS z2,
    1.0 * nullif(drawn, 0) AS n
  FROM runs WHERE drawing IS NOT NULL AND drawn > 0
)
SELECT run_id, drawing, population, drawn, failed, rate,
  iif(failed = 0, 0.0, (rate + z2 / (2 * n) - sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n)))) / (1 + z2 / n)),
  iif(failed = drawn, 1.0, (rate + z2 / (2 * n) + sqrt(z2 * (rate * (1 - rate) / n + z2 / (4 * n * n)))) / (1 + z2 / n))
FROM terms;

-- The newest run of each configuration: scenario, device, store, seed, and what its group differs in; runs of `powercut
-- compare`, runs whose cuts were drawn, and soaks, beside others. state: 'finished', 'interrupted', 'running' (which a
-- killed run stays), or 'shard', a part of a run. settings: what is set differently, as "power.depth=2
-- store.policy=greedy"; of a shard also its number.
CREATE VIEW v_newest_runs (run_id, state, scenario, device, store, settings) AS
SELECT max(run_id), iif(shards IS NULL, state, 'shard'), scenario, device, store, settings
FROM runs LEFT JOIN wear_runs USING (run_id) JOIN (
  SELECT r.run_id, coalesce((SELECT group_concat(path || '=' || value, ' ')
    FROM (SELECT path, value FROM run_settings AS s WHERE s.run_id = r.run_id ORDER BY path)), '')
    || coalesce(' shard ' || shard || ' of ' || shards, '') AS settings
  FROM runs AS r
) USING (run_id)
GROUP BY scenario, device, store, seed, settings, cut_every, drawing, coalesce(soaked, 0) > 0;

CREATE VIEW v_soaks (run_id, cuts, operations) AS SELECT run_id, cuts, soaked FROM runs WHERE soaked > 0;

PRAGMA user_version = 4;
