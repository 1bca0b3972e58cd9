-- What a group's runs came to, side by side: the group of :run; without it, the newest group of more than one run.
-- `pareto` marks those that no other beats in lifetime and latency: of a comparison as v_comparison tells, of other
-- groups by lifetime and the worst put.
WITH g AS (
  SELECT group_id FROM v_provenance
  WHERE group_id = (SELECT group_id FROM v_provenance WHERE run_id = :run) OR :run IS NULL
  GROUP BY group_id HAVING :run IS NOT NULL OR count(*) > 1
  ORDER BY group_id DESC LIMIT 1
), figures AS (
  SELECT p.run_id, n.settings, w.erases_max / nullif(w.erases_mean, 0) AS spread, w.write_amplification,
    w.lifetime_years, c.put_p999_us / 1000 AS put_p999_ms,
    (SELECT worst_us / 1000 FROM v_latency AS l WHERE l.run_id = p.run_id AND operation = 'put') AS put_ms,
    violations, c.pareto, c.failure
  FROM v_provenance AS p JOIN g USING (group_id) JOIN v_newest_runs AS n USING (run_id)
    JOIN v_wear_summary AS w USING (run_id) JOIN v_runs USING (run_id) LEFT JOIN v_comparison AS c USING (run_id)
)
SELECT run_id AS run, settings, round(spread, 3) AS spread, round(write_amplification, 3) AS write_amplification,
  round(lifetime_years, 1) AS lifetime_years, round(put_ms, 2) AS worst_put_ms, round(put_p999_ms, 2) AS p999_put_ms,
  violations, failure AS ended_early,
  CASE WHEN pareto IS NOT NULL THEN iif(pareto, 'yes', 'no')
    WHEN lifetime_years IS NULL OR put_ms IS NULL THEN NULL
    WHEN NOT EXISTS (SELECT * FROM figures AS b WHERE b.lifetime_years >= a.lifetime_years AND b.put_ms <= a.put_ms
      AND (b.lifetime_years > a.lifetime_years OR b.put_ms < a.put_ms)) THEN 'yes'
    ELSE 'no' END AS pareto
FROM figures AS a
ORDER BY run_id;
