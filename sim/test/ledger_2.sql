-- A results database as version 2 made it, with one run.
PRAGMA application_id = 1886876259; -- 'pwrc': tells a powercut database from any other SQLite file
PRAGMA user_version = 2; -- migrate-N.sql brings a database of version N - 1 to version N

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
  CHECK (state = 'running' OR (operations IS NOT NULL AND flash_operations IS NOT NULL AND cuts IS NOT NULL
    AND recoveries IS NOT NULL AND deduplicated IS NOT NULL AND violations IS NOT NULL AND put_bytes IS NOT NULL
    AND seconds IS NOT NULL))
) STRICT;

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

CREATE TABLE latencies (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  operation TEXT NOT NULL, -- 'put', 'delete', 'maintain', 'start'
  calls INTEGER NOT NULL CHECK (calls > 0), -- of the run with the power on; of starts, also those after cuts
  worst_us REAL CHECK (worst_us >= 0), -- by the part's maximum times
  PRIMARY KEY (run_id, operation)
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

CREATE TABLE crashes (
  crash_id INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id INTEGER NOT NULL REFERENCES campaigns ON DELETE CASCADE,
  signature TEXT NOT NULL, -- equal for crashes of one cause
  input BLOB NOT NULL,
  minimized BLOB,
  first_seen TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  UNIQUE (campaign_id, signature)
) STRICT;

CREATE VIEW v_runs (run_id, started_at, scenario, device, store, seed, operations, flash_operations, cuts, recoveries,
  deduplicated, violations, seconds, recoveries_per_second) AS
SELECT run_id, started_at, scenario, device, store, iif(seed < 0, printf('%llu', seed), seed), operations,
  flash_operations, cuts, recoveries, deduplicated,
  coalesce(violations, (SELECT count(*) FROM violations AS v WHERE v.run_id = runs.run_id)), seconds,
  recoveries / nullif(seconds, 0)
FROM runs;

CREATE VIEW v_checks (run_id, invariant, fault, depth, checks, failures) AS
SELECT run_id, invariant, fault, depth, checks, failures FROM checks;

CREATE VIEW v_violations (violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, expected,
  actual, repro) AS
SELECT violation_id, run_id, invariant, fault, depth, operation, flash_operation, key, expected, actual, repro
FROM violations;

CREATE VIEW v_wear (run_id, sector, erases, programmed_bytes) AS
SELECT run_id, sector, erases, programmed_bytes FROM wear;

CREATE VIEW v_wear_histogram (run_id, erases, sectors) AS
SELECT run_id, erases, count(*) FROM wear GROUP BY run_id, erases;

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

CREATE VIEW v_latency (run_id, operation, calls, worst_us, erasing_share) AS
SELECT run_id, operation, calls, worst_us, erasing_us / nullif(typical_us, 0) FROM latencies JOIN runs USING (run_id);

CREATE VIEW v_campaigns (campaign_id, started_at, fuzzer, harness, seconds, executions, executions_per_second, edges,
  corpus, crashes) AS
SELECT campaign_id, started_at, fuzzer, harness, seconds, executions, executions / nullif(seconds, 0), edges, corpus,
  (SELECT count(*) FROM crashes AS c WHERE c.campaign_id = campaigns.campaign_id)
FROM campaigns;

CREATE VIEW v_crashes (crash_id, campaign_id, signature, input, minimized, first_seen) AS
SELECT crash_id, campaign_id, signature, input, minimized, first_seen FROM crashes;
INSERT INTO runs VALUES(1,'2026-01-01T00:00:00Z','finished','small','timed x 8','norkv',3,NULL,1000,60,70,1070,1070,0,0,1222,1.0,13032.0,4200.0);
INSERT INTO checks VALUES(1,'atomic','between_ops',1,51,0);
INSERT INTO checks VALUES(1,'atomic','bit_subset',1,306,0);
INSERT INTO checks VALUES(1,'atomic','prefix',1,420,0);
INSERT INTO checks VALUES(1,'deleted_stays_deleted','between_ops',1,31,0);
INSERT INTO checks VALUES(1,'deleted_stays_deleted','bit_subset',1,197,0);
INSERT INTO checks VALUES(1,'deleted_stays_deleted','none',0,7,0);
INSERT INTO checks VALUES(1,'deleted_stays_deleted','prefix',1,267,0);
INSERT INTO checks VALUES(1,'device_contract','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'device_contract','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'device_contract','none',0,62,0);
INSERT INTO checks VALUES(1,'device_contract','prefix',1,587,0);
INSERT INTO checks VALUES(1,'durable','between_ops',1,70,0);
INSERT INTO checks VALUES(1,'durable','bit_subset',1,425,0);
INSERT INTO checks VALUES(1,'durable','none',0,50,0);
INSERT INTO checks VALUES(1,'durable','prefix',1,578,0);
INSERT INTO checks VALUES(1,'exact_contents','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'exact_contents','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'exact_contents','none',0,6,0);
INSERT INTO checks VALUES(1,'exact_contents','prefix',1,587,0);
INSERT INTO checks VALUES(1,'mountable','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'mountable','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'mountable','none',0,6,0);
INSERT INTO checks VALUES(1,'mountable','prefix',1,587,0);
INSERT INTO checks VALUES(1,'redundant','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'redundant','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'redundant','none',0,9,0);
INSERT INTO checks VALUES(1,'redundant','prefix',1,587,0);
INSERT INTO checks VALUES(1,'stable','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'stable','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'stable','none',0,5,0);
INSERT INTO checks VALUES(1,'stable','prefix',1,587,0);
INSERT INTO checks VALUES(1,'well_formed','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'well_formed','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'well_formed','none',0,9,0);
INSERT INTO checks VALUES(1,'well_formed','prefix',1,587,0);
INSERT INTO checks VALUES(1,'writable','between_ops',1,71,0);
INSERT INTO checks VALUES(1,'writable','bit_subset',1,431,0);
INSERT INTO checks VALUES(1,'writable','none',0,61,0);
INSERT INTO checks VALUES(1,'writable','prefix',1,587,0);
INSERT INTO wear VALUES(1,0,1,448);
INSERT INTO wear VALUES(1,1,1,512);
INSERT INTO wear VALUES(1,2,1,512);
INSERT INTO wear VALUES(1,3,1,256);
INSERT INTO wear VALUES(1,4,1,512);
INSERT INTO wear VALUES(1,5,0,336);
INSERT INTO wear VALUES(1,6,1,288);
INSERT INTO wear VALUES(1,7,0,80);
INSERT INTO latencies VALUES(1,'delete',7,320.0);
INSERT INTO latencies VALUES(1,'maintain',4,22880.0);
INSERT INTO latencies VALUES(1,'put',45,800.0);
INSERT INTO latencies VALUES(1,'start',1075,7560.0);
