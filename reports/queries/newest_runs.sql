-- The newest runs: what was explored, and what came of it.
SELECT run_id, started_at, scenario, device, store, cuts, recoveries, violations, round(seconds, 1) AS seconds
FROM v_runs ORDER BY run_id DESC LIMIT 20;
