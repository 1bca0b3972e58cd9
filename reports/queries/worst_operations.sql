-- Where to look first: the operations of a run that break most often. :run; without it, all runs.
SELECT run_id AS run, operation, group_concat(DISTINCT invariant) AS invariants, group_concat(DISTINCT fault) AS faults,
  coalesce(sum(count), count(*)) AS failures
FROM v_findings
WHERE :run IS NULL OR run_id = :run
GROUP BY run_id, operation
ORDER BY failures DESC, run_id, operation
LIMIT 20;
