-- How evenly each configuration wears its flash. The spread is the most erased sector for each erase of the mean one:
-- it divides the device's life.
SELECT n.run_id AS run, n.scenario, n.store, n.settings, erases_min, erases_max, round(erases_mean, 2) AS erases_mean,
  round(erases_stddev, 3) AS erases_stddev, round(erases_max / nullif(erases_mean, 0), 3) AS spread,
  round(write_amplification, 3) AS write_amplification, round(lifetime_years, 1) AS lifetime_years
FROM v_newest_runs AS n JOIN v_wear_summary USING (run_id)
ORDER BY n.run_id;
