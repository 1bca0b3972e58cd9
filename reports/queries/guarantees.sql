-- What each configuration survives: by the fault class of the last cut and by depth. `none` at depth 0 is the run with
-- the power on. `detected` and `lost` are rounds of checks after a cut: NULL in results of before they were counted.
SELECT n.run_id AS run, n.scenario, n.device, n.store, n.settings, c.fault, c.depth, sum(checks) AS checks,
  sum(failures) AS failures, g.detected, g.lost
FROM v_newest_runs AS n JOIN v_checks AS c USING (run_id) LEFT JOIN v_guarantees AS g USING (run_id, fault, depth)
GROUP BY n.run_id, c.fault, c.depth
ORDER BY n.run_id, c.depth, c.fault;
