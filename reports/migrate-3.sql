-- Brings a results database of version 2 to version 3: where runs are from, and the decisions of
-- the gate. schema.sql has the same and explains it.

ALTER TABLE runs ADD COLUMN group_id INTEGER;
ALTER TABLE runs ADD COLUMN version TEXT;
ALTER TABLE runs ADD COLUMN command TEXT;

CREATE TABLE run_settings (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  path TEXT NOT NULL, -- as --set takes it: 'store.policy'
  value TEXT NOT NULL,
  PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE guarantees (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  fault TEXT NOT NULL, -- class of the last cut
  depth INTEGER NOT NULL CHECK (depth > 0),
  held INTEGER NOT NULL CHECK (held >= 0),
  detected INTEGER NOT NULL CHECK (detected >= 0),
  lost INTEGER NOT NULL CHECK (lost >= 0),
  PRIMARY KEY (run_id, fault, depth)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_provenance (run_id, group_id, version, command) AS
SELECT run_id, coalesce(group_id, run_id), version, command FROM runs;

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

CREATE VIEW v_guarantees (run_id, fault, depth, verdict, held, detected, lost) AS
SELECT run_id, fault, depth, CASE WHEN lost > 0 THEN 'lost' WHEN detected > 0 THEN 'detected' ELSE 'holds' END, held,
  detected, lost
FROM guarantees;

PRAGMA user_version = 3;
