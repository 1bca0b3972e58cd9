-- How the gate decided as time went by: what stopped each release.
SELECT gate_id AS gate, decided_at AS decided, policy, iif(passed, 'passed', 'failed') AS verdict, version,
  (SELECT group_concat(rule || coalesce(' (' || scenario || ')', ''), ', ') FROM v_gate_rules AS r
   WHERE r.gate_id = g.gate_id AND r.verdict <> 'passed') AS stopped_by
FROM v_gates AS g
ORDER BY gate_id DESC LIMIT 20;
