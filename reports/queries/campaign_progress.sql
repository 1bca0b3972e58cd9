-- Coverage as time went by, of the six newest campaigns that have any.
SELECT campaign_id AS campaign, second, edges
FROM v_campaign_progress
WHERE campaign_id IN (SELECT campaign_id FROM v_campaign_progress GROUP BY 1 ORDER BY 1 DESC LIMIT 6)
ORDER BY campaign_id, second;
