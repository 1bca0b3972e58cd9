-- How the wear of a run of `powercut compare` came about: the erases of each sector from one moment to the next, at 80
-- moments at most; of more than 64 sectors, the most of neighbours. :run; without it, the newest that has samples.
WITH chosen (run) AS (
  SELECT coalesce(:run, (SELECT max(run_id) FROM v_wear_samples))
), moments AS (
  SELECT operation, row_number() OVER (ORDER BY operation) AS n, count(*) OVER () AS total
  FROM (SELECT DISTINCT operation FROM v_wear_samples JOIN chosen ON run_id = run)
), kept AS (
  SELECT operation, lag(operation, 1, 0) OVER (ORDER BY operation) AS since
  FROM moments WHERE n % ((total + 79) / 80) = 0 OR n = total
), grid AS (
  SELECT (max(sector) + 64) / 64 AS step FROM v_wear_samples JOIN chosen ON run_id = run
)
SELECT since, k.operation AS until, sector / step * step AS sector, step AS sectors, max(erases) AS erases
FROM v_wear_samples AS s JOIN chosen ON s.run_id = run JOIN kept AS k USING (operation) CROSS JOIN grid
WHERE since < k.operation
GROUP BY k.operation, sector / step
ORDER BY k.operation, sector;
