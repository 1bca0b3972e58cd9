-- Brings a results database of version 1 to version 2: the times of operations. schema.sql has the same and explains it.

ALTER TABLE runs ADD COLUMN typical_us REAL CHECK (typical_us >= 0);
ALTER TABLE runs ADD COLUMN erasing_us REAL CHECK (erasing_us >= 0);

CREATE TABLE latencies (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  operation TEXT NOT NULL, -- 'put', 'delete', 'maintain', 'start'
  calls INTEGER NOT NULL CHECK (calls > 0), -- of the run with the power on; of starts, also those after cuts
  worst_us REAL CHECK (worst_us >= 0), -- by the part's maximum times
  PRIMARY KEY (run_id, operation)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_latency (run_id, operation, calls, worst_us, erasing_share) AS
SELECT run_id, operation, calls, worst_us, erasing_us / nullif(typical_us, 0) FROM latencies JOIN runs USING (run_id);

PRAGMA user_version = 2;
