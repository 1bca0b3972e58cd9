-- What failed: of each run the first violation of each invariant and fault class, how often it showed, and its repro.
SELECT min(v.violation_id) AS violation, v.run_id AS run, n.scenario, n.store, n.settings, v.invariant, v.fault,
  v.depth, v.operation, v.flash_operation, v.key, v.expected, v.actual, sum(f.count) AS seen,
  count(*) AS places, v.repro
FROM v_newest_runs AS n JOIN v_violations AS v USING (run_id) JOIN v_findings AS f USING (violation_id)
GROUP BY v.run_id, v.invariant, v.fault
ORDER BY v.run_id, v.depth, violation
LIMIT 60;
