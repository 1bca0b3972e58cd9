-- How long operations took on the part: the worst call of each kind, by the part's maximum times, in milliseconds, and
-- what share of the flash's time was erasing.
SELECT n.run_id AS run, n.scenario, n.store, n.settings,
  round(max(iif(operation = 'put', worst_us, NULL)) / 1000, 3) AS put_ms,
  round(max(iif(operation = 'delete', worst_us, NULL)) / 1000, 3) AS delete_ms,
  round(max(iif(operation = 'maintain', worst_us, NULL)) / 1000, 3) AS maintain_ms,
  round(max(iif(operation = 'start', worst_us, NULL)) / 1000, 3) AS start_ms,
  round(100 * max(erasing_share), 1) AS erasing_percent
FROM v_newest_runs AS n JOIN v_latency USING (run_id)
GROUP BY n.run_id
ORDER BY n.run_id;
