-- Brings a results database of version 2 to version 3: where runs are from. schema.sql has the same and explains it.

ALTER TABLE runs ADD COLUMN group_id INTEGER;
ALTER TABLE runs ADD COLUMN version TEXT;
ALTER TABLE runs ADD COLUMN command TEXT;

CREATE TABLE run_settings (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  path TEXT NOT NULL, -- as --set takes it: 'store.policy'
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_provenance (run_id, group_id, version, command) AS
SELECT run_id, coalesce(group_id, run_id), version, command FROM runs;

CREATE VIEW v_run_settings (run_id, path, value) AS SELECT run_id, path, value FROM run_settings;

PRAGMA user_version = 3;
