-- What changed between two runs: :old and :new; without them, the newest run and the one before it of the same scenario
-- and device, of the same store if there is one. A change that is worse comes first.
WITH chosen AS (
  SELECT coalesce(:new, (SELECT max(run_id) FROM v_wear)) AS new_run
), pair AS MATERIALIZED (
  SELECT new_run, coalesce(:old, (SELECT o.run_id FROM v_runs AS o, v_runs AS w
    WHERE w.run_id = new_run AND o.run_id < new_run AND o.scenario = w.scenario AND o.device = w.device
      AND o.recoveries IS NOT NULL ORDER BY o.store = w.store DESC, o.run_id DESC LIMIT 1)) AS old_run
  FROM chosen
), both (run_id) AS (
  SELECT new_run FROM pair UNION SELECT old_run FROM pair
), summary AS MATERIALIZED (
  SELECT * FROM v_wear_summary WHERE run_id IN both
), figures (run_id, figure, value, more_is) AS MATERIALIZED (
  SELECT run_id, 'violations', violations, 1 FROM v_runs WHERE run_id IN both
  UNION ALL SELECT run_id, 'recoveries', recoveries, -1 FROM v_runs WHERE run_id IN both
  UNION ALL SELECT run_id, 'write amplification', write_amplification, 1 FROM summary
  UNION ALL SELECT run_id, 'wear spread', erases_max / nullif(erases_mean, 0), 1 FROM summary
  UNION ALL SELECT run_id, 'most erases of a sector', erases_max, 1 FROM summary
  UNION ALL SELECT run_id, 'lifetime in years', lifetime_years, -1 FROM summary
  UNION ALL SELECT run_id, 'worst ' || operation || ' in ms', worst_us / 1000, 1 FROM v_latency WHERE run_id IN both
)
SELECT w.figure, old_run, new_run, round(o.value, 3) AS old, round(w.value, 3) AS new,
  round(100.0 * (w.value - o.value) / nullif(o.value, 0), 1) AS change_percent,
  CASE WHEN w.value IS NULL OR o.value IS NULL THEN 'not known' WHEN w.value = o.value THEN 'same'
    WHEN (w.value - o.value) * w.more_is > 0 THEN 'worse' ELSE 'better' END AS verdict
FROM pair JOIN figures AS w ON w.run_id = new_run JOIN figures AS o ON o.run_id = old_run AND o.figure = w.figure
ORDER BY verdict = 'worse' DESC, w.figure;
