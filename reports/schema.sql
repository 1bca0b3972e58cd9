-- The results database. powercut makes it as it is written here; `sqlite3 new.db < schema.sql` makes the same.
--
-- The views are the contract: names and columns stay as they are under one user_version. The tables are not: they may
-- change with the next one. Needs SQLite 3.37 or later, with its mathematical functions for v_wear_summary.
--
-- A value that is not known is NULL. A run that was killed keeps what was done; before its baseline run is done its
-- counts are NULL.

PRAGMA application_id = 1886876259; -- 'pwrc': tells a powercut database from any other SQLite file
PRAGMA user_version = 4; -- migrate-N.sql brings a database of version N - 1 to version N

CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again after a run is deleted
  started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), -- ISO 8601, UTC
  state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'interrupted', 'finished')),
  scenario TEXT NOT NULL,
  device TEXT NOT NULL,
  store TEXT NOT NULL,
  seed INTEGER NOT NULL, -- the 64 bits of an unsigned number: negative from 2^63 on
  endurance INTEGER CHECK (endurance > 0), -- erases a sector is specified for; NULL: unlimited or not known
  operations_per_day INTEGER NOT NULL DEFAULT 1000 CHECK (operations_per_day > 0), -- assumed for lifetime_years
  operations INTEGER CHECK (operations >= 0),
  flash_operations INTEGER CHECK (flash_operations >= 0),
  cuts INTEGER CHECK (cuts >= 0),
  recoveries INTEGER CHECK (recoveries >= 0),
  deduplicated INTEGER CHECK (deduplicated >= 0),
  violations INTEGER CHECK (violations >= 0),
  put_bytes INTEGER CHECK (put_bytes >= 0), -- bytes of keys and values in acknowledged puts
  seconds REAL CHECK (seconds >= 0),
  typical_us REAL CHECK (typical_us >= 0), -- of the flash operations with the power on, by the part's typical times
  erasing_us REAL CHECK (erasing_us >= 0), -- of the erases among them
  group_id INTEGER, -- of runs that one command made: the first one's run_id; NULL: it made no others
  version TEXT, -- of powercut
  command TEXT, -- that makes the run again, as a shell takes it
  fingerprint TEXT, -- equal for runs that must come to the same: scenario, workload, device, store, seed, version
  shards INTEGER, -- a part of a run: of how many, and its number; NULL: the whole
  shard INTEGER CHECK (shard BETWEEN 1 AND shards),
  segments INTEGER CHECK (segments >= 0), -- that there are to explore; NULL: the baseline run isn't done
  drawing TEXT, -- where not every cut is tried: as the scenario says it, 'sample: 1000'; NULL: every one is
  population INTEGER CHECK (population >= 0), -- first cuts to draw from
  drawn INTEGER CHECK (drawn >= 0), -- cut paths
  failed INTEGER CHECK (failed BETWEEN 0 AND drawn), -- of these
  soaked INTEGER CHECK (soaked >= 0), -- of a soak: operations of the workload, which runs over and over; else 0
  memory_size INTEGER CHECK (memory_size >= 0), -- bytes that the store asks for
  CHECK (state = 'running' OR (operations IS NOT NULL AND flash_operations IS NOT NULL AND cuts IS NOT NULL
    AND recoveries IS NOT NULL AND deduplicated IS NOT NULL AND violations IS NOT NULL AND put_bytes IS NOT NULL
    AND seconds IS NOT NULL))
) STRICT;

CREATE TABLE run_settings ( -- what a group's runs differ in
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  path TEXT NOT NULL, -- as --set takes it: 'store.policy'
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE segments ( -- of the workload, that were explored: what a run that was cut short goes on behind
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  segment INTEGER NOT NULL CHECK (segment >= 0),
  cuts INTEGER NOT NULL CHECK (cuts >= 0), -- here and below: in this segment
  recoveries INTEGER NOT NULL CHECK (recoveries >= 0),
  aftermaths INTEGER NOT NULL CHECK (aftermaths >= 0),
  deduplicated INTEGER NOT NULL CHECK (deduplicated >= 0),
  violations INTEGER NOT NULL CHECK (violations >= 0),
  starts INTEGER NOT NULL CHECK (starts >= 0), -- that were timed
  worst_start_us REAL CHECK (worst_start_us >= 0),
  population INTEGER NOT NULL DEFAULT 0 CHECK (population >= 0), -- these three as in runs
  drawn INTEGER NOT NULL DEFAULT 0 CHECK (drawn >= 0),
  failed INTEGER NOT NULL DEFAULT 0 CHECK (failed BETWEEN 0 AND drawn),
  soaked INTEGER NOT NULL DEFAULT 0 CHECK (soaked >= 0),
  PRIMARY KEY (run_id, segment)
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  invariant TEXT NOT NULL,
  fault TEXT NOT NULL, -- class of the last cut; 'none': the power stayed on
  depth INTEGER NOT NULL CHECK (depth >= 0 AND (depth = 0) = (fault = 'none')),
  checks INTEGER NOT NULL CHECK (checks > 0),
  failures INTEGER NOT NULL CHECK (failures BETWEEN 0 AND checks),
  PRIMARY KEY (run_id, invariant, fault, depth)
) STRICT, WITHOUT ROWID;

CREATE TABLE violations (
  violation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  invariant TEXT NOT NULL,
  fault TEXT NOT NULL,
  depth INTEGER NOT NULL CHECK (depth >= 0 AND (depth = 0) = (fault = 'none')),
  operation INTEGER NOT NULL CHECK (operation >= 0),
  flash_operation INTEGER CHECK (flash_operation >= 0), -- of the first cut; NULL: the power stayed on
  key TEXT, -- as a trace writes it; NULL: no single key
  expected TEXT NOT NULL,
  actual TEXT NOT NULL,
  repro TEXT NOT NULL, -- a file for `powercut replay`
  count INTEGER CHECK (count > 0), -- failures of this invariant in this operation after cuts of this class; NULL: not known
  shrunk TEXT, -- a smaller repro of the same invariant; NULL: it was not shrunk
  segment INTEGER CHECK (segment >= 0), -- in which it was found; NULL: in the baseline run
  cut_path TEXT, -- of each cut its flash operation, fault and variant: '34 prefix 5, 6 bit_subset 1'; of a soak 'life 2 cut 7: 34 prefix 5'
  CHECK ((flash_operation IS NULL) = (depth = 0))
) STRICT;
CREATE INDEX violations_of_run ON violations (run_id);

CREATE TABLE wear ( -- of the run with the power on
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  sector INTEGER NOT NULL CHECK (sector >= 0),
  erases INTEGER NOT NULL CHECK (erases >= 0),
  programmed_bytes INTEGER NOT NULL CHECK (programmed_bytes >= 0),
  PRIMARY KEY (run_id, sector)
) STRICT, WITHOUT ROWID;

-- How the rounds of checks after cuts came out.
CREATE TABLE guarantees (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  fault TEXT NOT NULL, -- class of the last cut
  depth INTEGER NOT NULL CHECK (depth > 0),
  held INTEGER NOT NULL CHECK (held >= 0),
  detected INTEGER NOT NULL CHECK (detected >= 0),
  lost INTEGER NOT NULL CHECK (lost >= 0),
  PRIMARY KEY (run_id, fault, depth)
) STRICT, WITHOUT ROWID;

CREATE TABLE latencies (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  operation TEXT NOT NULL, -- 'put', 'delete', 'maintain', 'start'
  calls INTEGER NOT NULL CHECK (calls > 0), -- of the run with the power on; of starts, also those after cuts
  worst_us REAL CHECK (worst_us >= 0), -- by the part's maximum times
  PRIMARY KEY (run_id, operation)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE campaigns (
  campaign_id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  fuzzer TEXT NOT NULL,
  harness TEXT NOT NULL,
  seconds REAL CHECK (seconds >= 0),
  executions INTEGER CHECK (executions >= 0),
  edges INTEGER CHECK (edges >= 0),
  corpus INTEGER CHECK (corpus >= 0) -- inputs
) STRICT;

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

CREATE TABLE crashes (
  crash_id INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id INTEGER NOT NULL REFERENCES campaigns ON DELETE CASCADE,
  signature TEXT NOT NULL, -- equal for crashes of one cause
  input BLOB NOT NULL,
  minimized BLOB,
  first_seen TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (campaign_id, signature)
) STRICT;

-- Explorations. Of a run that did not get to its end (see v_progress), the counts are of what was done. violations counts
-- every failed check; before the baseline run is done, those that were recorded.
CREATE VIEW v_runs (run_id, started_at, scenario, device, store, seed, operations, flash_operations, cuts, recoveries,
  deduplicated, violations, seconds, recoveries_per_second) AS
SELECT run_id, started_at, scenario, device, store, iif(seed < 0, printf('%llu', seed), seed), operations,
  flash_operations, cuts, recoveries, deduplicated,
  coalesce(violations, (SELECT count(*) FROM violations AS v WHERE v.run_id = runs.run_id)), seconds,
  recoveries / nullif(seconds, 0)
FROM runs;

-- Every invariant that was checked, also where none failed.
CREATE VIEW v_checks (run_id, invariant, fault, depth, checks, failures) AS
SELECT run_id, invariant, fault, depth, checks, failures FROM checks;

-- Violations, each place once: what failed again in the same place is counted in v_findings. repro: the shrunk one where
-- there is one.
CREATE VIEW v_violations (violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, expected,
  actual, repro) AS
SELECT violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, expected, actual,
  coalesce(shrunk, repro)
FROM violations;

-- How often each violation was found, and its repros: as it was found, and shrunk (NULL: it was not).
CREATE VIEW v_findings (violation_id, run_id, invariant, fault, operation, count, repro_found, repro_shrunk) AS
SELECT violation_id, run_id, invariant, fault, operation, count, repro, shrunk FROM violations;

CREATE VIEW v_wear (run_id, sector, erases, programmed_bytes) AS
SELECT run_id, sector, erases, programmed_bytes FROM wear;

CREATE VIEW v_wear_histogram (run_id, erases, sectors) AS
SELECT run_id, erases, count(*) FROM wear GROUP BY run_id, erases;

-- write_amplification: bytes programmed for each byte of keys and values that was put; NULL: nothing was put.
-- erases_stddev: of the whole population of sectors.
-- lifetime_years: until the most erased sector has its endurance, if the device does operations_per_day of this
-- workload (1,000 where the run does not say otherwise) and wears as in the run. NULL: endurance not known, or nothing
-- was erased.
CREATE VIEW v_wear_summary (run_id, erases_min, erases_max, erases_mean, erases_stddev, write_amplification,
  lifetime_years) AS
WITH totals AS (
  SELECT run_id, min(erases) AS least, max(erases) AS most, avg(erases) AS mean, sum(programmed_bytes) AS programmed
  FROM wear GROUP BY run_id
), deviations AS (
  SELECT run_id, sqrt(avg((erases - mean) * (erases - mean))) AS deviation
  FROM wear JOIN totals USING (run_id) GROUP BY run_id
)
SELECT run_id, least, most, mean, deviation, 1.0 * programmed / nullif(put_bytes, 0),
  1.0 * endurance * operations / nullif(most, 0) / operations_per_day / 365.25
FROM totals JOIN deviations USING (run_id) JOIN runs USING (run_id);

-- How long operations took on the part, by its profile's times. worst_us: the longest call's flash operations, each by
-- its maximum time. erasing_share: of the whole run with the power on, what share of the time that flash operations
-- typically take is erasing. NULL: the profile doesn't tell a time that is needed, or there were no flash operations.
CREATE VIEW v_latency (run_id, operation, calls, worst_us, erasing_share) AS
SELECT run_id, operation, calls, worst_us, erasing_us / nullif(typical_us, 0) FROM latencies JOIN runs USING (run_id);

-- Fuzzing campaigns, and what crashed in them.
CREATE VIEW v_campaigns (campaign_id, started_at, fuzzer, harness, seconds, executions, executions_per_second, edges,
  corpus, crashes) AS
SELECT campaign_id, started_at, fuzzer, harness, seconds, executions, executions / nullif(seconds, 0), edges, corpus,
  (SELECT count(*) FROM crashes AS c WHERE c.campaign_id = campaigns.campaign_id)
FROM campaigns;

CREATE VIEW v_crashes (crash_id, campaign_id, signature, input, minimized, first_seen) AS
SELECT crash_id, campaign_id, signature, input, minimized, first_seen FROM crashes;

-- How far a campaign was as time went by, and what of the engine the corpora reach.
CREATE VIEW v_campaign_progress (campaign_id, second, executions, edges, corpus) AS
SELECT campaign_id, second, executions, edges, corpus FROM campaign_progress;

CREATE VIEW v_corpus_coverage (measured_at, harness, file, inputs, lines, lines_reached, branches, branches_reached) AS
SELECT measured_at, harness, file, inputs, lines, lines_reached, branches, branches_reached FROM corpus_coverage;

-- Where a run is from: which runs were made together, by which version, and how to make it again.
CREATE VIEW v_provenance (run_id, group_id, version, command) AS
SELECT run_id, coalesce(group_id, run_id), version, command FROM runs;

-- What was set differently in the runs of a group.
CREATE VIEW v_run_settings (run_id, path, value) AS SELECT run_id, path, value FROM run_settings;

-- Decisions of `powercut gate`, and what each rule came to.
CREATE TABLE gates (
  gate_id INTEGER PRIMARY KEY AUTOINCREMENT,
  decided_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  policy TEXT NOT NULL, -- its name
  baseline TEXT, -- the database that was compared with, as it was given; NULL: none
  seconds REAL NOT NULL CHECK (seconds >= 0),
  version TEXT, -- of powercut
  command TEXT -- that makes the decision again, as a shell takes it
) STRICT;

CREATE TABLE gate_rules (
  gate_id INTEGER NOT NULL REFERENCES gates ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0), -- in the order in which they were judged
  rule TEXT NOT NULL,
  scenario TEXT, -- as the policy calls it; NULL: the rule is of no scenario
  run_id INTEGER REFERENCES runs ON DELETE SET NULL, -- that was judged
  required TEXT NOT NULL,
  measured TEXT NOT NULL, -- or why it could not be
  bound REAL, -- required and measured as numbers, where there is one
  value REAL,
  verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'failed', 'not evaluated')),
  PRIMARY KEY (gate_id, position)
) STRICT, WITHOUT ROWID;

-- failed: rules that did not pass, those that could not be evaluated among them. passed: 1 where there is none.
CREATE VIEW v_gates (gate_id, decided_at, policy, passed, rules, failed, seconds, baseline, version, command) AS
SELECT gate_id, decided_at, policy, failed = 0, rules, failed, seconds, baseline, version, command
FROM gates JOIN (
  SELECT gate_id, count(*) AS rules, count(*) FILTER (WHERE verdict <> 'passed') AS failed
  FROM gate_rules GROUP BY gate_id
) USING (gate_id);

CREATE VIEW v_gate_rules (gate_id, position, rule, scenario, run_id, required, measured, bound, value, verdict) AS
SELECT gate_id, position, rule, scenario, run_id, required, measured, bound, value, verdict FROM gate_rules;

-- What survives which faults. Rounds of checks after cuts whose last one is of that class, at that depth: those in which
-- every invariant held; those in which some did not, and each time the store itself answered with an error; and the
-- others. The verdict is the worst of them.
CREATE VIEW v_guarantees (run_id, fault, depth, verdict, held, detected, lost) AS
SELECT run_id, fault, depth, CASE WHEN lost > 0 THEN 'lost' WHEN detected > 0 THEN 'detected' ELSE 'holds' END, held,
  detected, lost
FROM guarantees;

-- How far runs are: a run or shard is complete when its state is 'finished'. segments: that it has to explore, NULL before
-- the baseline run is done. shard, shards: NULL unless it is a part of a run.
CREATE VIEW v_progress (run_id, state, shard, shards, segments, explored) AS
SELECT run_id, state, shard, shards, segments, (SELECT count(*) FROM segments AS s WHERE s.run_id = runs.run_id)
FROM runs;

-- How long puts took, by the part's maximum times in whole microseconds: puts of at least from_us and less than
-- below_us, and the longest of them. Nothing where the times aren't known. Of the run with the power on.
CREATE VIEW v_put_latency (run_id, from_us, below_us, puts, worst_us) AS
SELECT run_id, least, below, puts, largest FROM put_histograms WHERE measure = 'us';

-- Of how many flash operations puts were: at least `least`, less than `below`; `most` is the largest number among them.
CREATE VIEW v_put_flash_operations (run_id, least, below, puts, most) AS
SELECT run_id, least, below, puts, largest FROM put_histograms WHERE measure = 'flash_operations';

-- How wear came about: erases of each sector after so many operations, at most some 200 times a run.
CREATE VIEW v_wear_samples (run_id, operation, sector, erases) AS
SELECT run_id, operation, sector, erases FROM wear_samples;

-- Runs of `powercut compare`. put_p999_us: 99.9 % of the puts took no longer. pareto: 1 for a run that none of its group,
-- with as many cuts, is as good as in lifetime_years, put_worst_us and put_p999_us and better in one of them.
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

-- Runs whose cuts were drawn. failure_rate: of the draws, with its 95 % confidence interval (Wilson's); of moments in
-- time (by_time), how often the device fails in the field when its power is lost while the flash is busy.
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

-- Soaks: how often the power was cut, and how many operations the store went on with in all.
CREATE VIEW v_soaks (run_id, cuts, operations) AS SELECT run_id, cuts, soaked FROM runs WHERE soaked > 0;
