-- What of the engine the corpora reach, as it was measured last.
SELECT harness, inputs, lines_reached, lines, round(100.0 * lines_reached / nullif(lines, 0), 1) AS lines_percent,
  branches_reached, branches, round(100.0 * branches_reached / nullif(branches, 0), 1) AS branches_percent
FROM v_corpus_coverage
WHERE file = 'total' AND measured_at = (SELECT max(measured_at) FROM v_corpus_coverage)
ORDER BY harness;
