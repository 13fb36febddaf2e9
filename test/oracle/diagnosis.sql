-- What entries say of diagnoses and operations (docs/rulebook.md, K3).

INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred,
       CASE WHEN x.required = false OR x.forbidden = true OR x.oprn = false THEN 'hit:'
            WHEN e.dx_required IS NOT NULL AND x.required IS NULL OR e.dx_forbidden IS NOT NULL AND x.forbidden IS NULL THEN 'undecided:diagnosis_unknown'
            WHEN e.oprn_required IS NOT NULL AND x.oprn IS NULL THEN 'undecided:operation_unknown'
            ELSE 'passed:' END)
FROM batch.spoken s JOIN batch.entry e USING (entry_code)
CROSS JOIN LATERAL (SELECT batch.has_dx(s.mdtrt_id, e.dx_required, e.dx_main_only) AS required,
                           batch.has_dx(s.mdtrt_id, e.dx_forbidden, e.dx_main_only) AS forbidden,
                           batch.has_oprn(s.mdtrt_id, e.oprn_required) AS oprn) AS x
WHERE e.measure = 'diagnosis' AND s.role = 'main';
INSERT INTO batch.finding (entry_code, c, id, scope, excess, vola, vola_max)
SELECT o.entry_code, o.c, o.id, 'line', a.cnt, a.amt, a.amt
FROM batch.outcome o JOIN batch.entry e USING (entry_code) JOIN batch.alive a ON a.id = o.id
WHERE e.measure = 'diagnosis' AND o.outcome = 'hit:';
INSERT INTO batch.member
SELECT o.entry_code, o.c, o.id, NULL, o.id, 1, 1, 1
FROM batch.outcome o JOIN batch.entry e USING (entry_code) WHERE e.measure = 'diagnosis' AND o.outcome = 'hit:';
