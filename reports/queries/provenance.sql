-- How to make each figure again: the version and the command of each run.
SELECT n.run_id AS run, n.scenario, n.settings, version, command
FROM v_newest_runs AS n JOIN v_provenance USING (run_id)
ORDER BY n.run_id;
