-- Fuzzing campaigns, the newest first.
SELECT campaign_id AS campaign, started_at AS started, fuzzer, harness, round(seconds) AS seconds, executions,
  round(executions_per_second) AS per_second, edges, corpus, crashes
FROM v_campaigns
ORDER BY campaign_id DESC
LIMIT 50;
