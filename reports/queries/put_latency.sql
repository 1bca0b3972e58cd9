-- How long the puts of a run took, by the part's maximum times: how many of them took that long. :run; without it, the
-- newest.
SELECT round(from_us / 1000.0, 3) AS from_ms, round(below_us / 1000.0, 3) AS below_ms, puts,
  round(100.0 * sum(puts) OVER (ORDER BY from_us) / sum(puts) OVER (), 4) AS percent_until_here,
  round(worst_us / 1000.0, 3) AS worst_ms
FROM v_put_latency
WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM v_put_latency))
ORDER BY from_us;
