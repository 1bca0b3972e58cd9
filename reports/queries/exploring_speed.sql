-- What exploring costs: recoveries a second, and the share of cuts that were found to be explored before.
SELECT run_id AS run, scenario, cuts, recoveries, round(100.0 * deduplicated / nullif(cuts, 0), 1) AS repeated_percent,
  round(seconds, 2) AS seconds, round(recoveries_per_second) AS recoveries_per_second
FROM v_runs
WHERE recoveries IS NOT NULL
ORDER BY run_id DESC
LIMIT 20;
