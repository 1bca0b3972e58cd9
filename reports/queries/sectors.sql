-- The wear of each sector of a run. :run; without it, the newest.
SELECT sector, erases, programmed_bytes
FROM v_wear
WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM v_wear))
ORDER BY sector;
