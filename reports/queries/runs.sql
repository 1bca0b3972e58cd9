-- What the results are of: the newest run of each configuration (scenario, device, store, seed, and what its group
-- differs in), and how far it got.
SELECT n.run_id AS run, started_at AS started, n.scenario, n.device, n.store, n.settings, r.seed, state, operations,
  flash_operations, cuts, recoveries, deduplicated, violations, round(seconds, 2) AS seconds
FROM v_newest_runs AS n JOIN v_runs AS r USING (run_id)
ORDER BY run_id;
