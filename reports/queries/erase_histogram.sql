-- How many sectors were erased how often, in 30 steps at most. :run; without it, the newest.
WITH chosen AS (
  SELECT erases, sectors FROM v_wear_histogram WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM v_wear))
), steps AS (
  SELECT min(erases) AS least, (max(erases) - min(erases)) / 30 + 1 AS step FROM chosen
)
SELECT least + (erases - least) / step * step AS erases, least + (erases - least) / step * step + step - 1 AS up_to,
  sum(sectors) AS sectors
FROM chosen CROSS JOIN steps
GROUP BY (erases - least) / step
ORDER BY 1;
