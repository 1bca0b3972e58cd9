-- What crashed, each cause once: where it was first found, and in how many campaigns since.
SELECT min(crash_id) AS crash, signature, min(first_seen) AS first_seen, min(campaign_id) AS first_campaign,
  count(DISTINCT campaign_id) AS campaigns, length(coalesce(minimized, input)) AS bytes
FROM v_crashes
GROUP BY signature
ORDER BY first_seen DESC
LIMIT 50;
