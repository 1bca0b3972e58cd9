-- How many sectors were erased how often. :run; without it, the newest.
SELECT erases, sectors
FROM v_wear_histogram
WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM v_wear))
ORDER BY erases;
