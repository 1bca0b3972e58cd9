-- Which sector wore most, and why: of each run the most erased one, against the mean. Where it also took more bytes
-- than others, hot data keeps coming back to it; where it took fewer, it is erased before it is full.
WITH means AS (
  SELECT run_id, avg(erases) AS erases, avg(programmed_bytes) AS bytes FROM v_wear GROUP BY run_id
), worst AS (
  SELECT run_id, sector, max(erases) AS erases, programmed_bytes FROM v_wear GROUP BY run_id
)
SELECT w.run_id AS run, n.scenario, n.store, w.sector, w.erases, round(m.erases, 2) AS mean_erases,
  w.programmed_bytes, round(m.bytes) AS mean_bytes,
  CASE WHEN w.erases = 0 THEN 'nothing was erased'
    WHEN w.erases < 1.1 * m.erases THEN 'none: the wear is even'
    WHEN w.programmed_bytes > 1.1 * m.bytes THEN 'it takes more writes than the others'
    ELSE 'it is erased before it is full' END AS reason
FROM v_newest_runs AS n JOIN worst AS w USING (run_id) JOIN means AS m USING (run_id)
ORDER BY w.run_id;
