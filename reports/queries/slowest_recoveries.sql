-- The slowest recoveries: of each run the longest start, by the part's maximum times.
SELECT run_id AS run, n.scenario, n.device, n.store, calls AS starts, round(worst_us / 1000, 3) AS worst_ms
FROM v_newest_runs AS n JOIN v_latency USING (run_id)
WHERE operation = 'start'
ORDER BY worst_us DESC
LIMIT 20;
