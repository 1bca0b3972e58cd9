-- Brings a results database of version 3 to version 4: how often each violation was found, its shrunk repro,
-- how fuzzing campaigns go, and how far runs are.
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
  PRIMARY KEY (run_id, segment)
) STRICT, WITHOUT ROWID;

ALTER TABLE violations ADD COLUMN segment INTEGER CHECK (segment >= 0);
ALTER TABLE violations ADD COLUMN cut_path TEXT;

CREATE VIEW v_progress (run_id, state, shard, shards, segments, explored) AS
SELECT run_id, state, shard, shards, segments, (SELECT count(*) FROM segments AS s WHERE s.run_id = runs.run_id)
FROM runs;

-- The newest run of each configuration: scenario, device, store, seed, and what its group differs in. state: 'finished',
-- 'interrupted', 'running' (which a killed run stays), or 'shard', a part of a run. settings: what is set differently, as
-- "power.depth=2 store.policy=greedy"; of a shard also its number.
CREATE VIEW v_newest_runs (run_id, state, scenario, device, store, settings) AS
SELECT max(run_id), iif(shards IS NULL, state, 'shard'), scenario, device, store, settings
FROM runs JOIN (
  SELECT r.run_id, coalesce((SELECT group_concat(path || '=' || value, ' ')
    FROM (SELECT path, value FROM run_settings AS s WHERE s.run_id = r.run_id ORDER BY path)), '')
    || coalesce(' shard ' || shard || ' of ' || shards, '') AS settings
  FROM runs AS r
) USING (run_id)
GROUP BY scenario, device, store, seed, settings;

PRAGMA user_version = 4;
