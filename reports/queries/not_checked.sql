-- What was never checked: invariants that no round of checks of a run got to, after any cut.
WITH known (invariant) AS (SELECT DISTINCT invariant FROM v_checks)
SELECT n.run_id AS run, n.scenario, n.store, group_concat(invariant, ', ') AS never_checked_after_a_cut
FROM v_newest_runs AS n CROSS JOIN known AS k
WHERE EXISTS (SELECT * FROM v_checks AS c WHERE c.run_id = n.run_id AND c.depth > 0) AND NOT EXISTS (SELECT * FROM v_checks AS c
  WHERE c.run_id = n.run_id AND c.invariant = k.invariant AND c.depth > 0)
GROUP BY n.run_id
ORDER BY n.run_id;
