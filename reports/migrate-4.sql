-- Brings a results database of version 3 to version 4: how often each violation was found, and its shrunk repro.
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

PRAGMA user_version = 4;
