-- What each rule of a decision came to. :gate is the decision; without it, the newest.
SELECT verdict, rule, scenario, run_id AS run, required, measured
FROM v_gate_rules
WHERE gate_id = coalesce(:gate, (SELECT max(gate_id) FROM v_gates))
ORDER BY verdict = 'passed', position;
