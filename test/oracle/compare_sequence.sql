-- The encounters and main diagnoses that readmissions and overlaps show beside
-- their lines: of the later stay (role 1) and of the earlier one (role 2).

CREATE VIEW batch.must_relate AS
SELECT f.c, 'evidence' AS about, format('%s %s: %s role %s', f.entry_code, w.stay, x.shown, x.role) AS what
FROM batch.again w
JOIN batch.finding f ON f.entry_code = w.entry_code AND coalesce(f.mdtrt_id, (SELECT a.stay FROM batch.alive a WHERE a.id = f.id)) = w.stay
CROSS JOIN LATERAL (SELECT i.mdtrt_id AS shown, CASE i.stay WHEN w.stay THEN 1 ELSE 2 END AS role FROM batch.inpatient i WHERE i.stay IN (w.stay, w.earlier)
                    UNION ALL SELECT d.code, d.role FROM (VALUES (w.now, 1), (w.was, 2)) AS d (code, role) WHERE d.code IS NOT NULL) AS x;

CREATE VIEW batch.related AS
SELECT v.c, 'evidence' AS about, format('%s %s: %s role %s', v.entry_code, i.stay, coalesce(l #>> '{row,diag_code}', l #>> '{row,mdtrt_id}'), l ->> 'role') AS what
FROM batch.said v JOIN batch.entry e USING (entry_code) JOIN batch.inpatient i ON i.mdtrt_id = v.mdtrt_id, jsonb_array_elements(v.evidence) l
WHERE v.what = 'F' AND e.measure IN ('readmission', 'stay_overlap') AND l ? 'what';

INSERT INTO batch.difference
SELECT 'only the reference', * FROM (TABLE batch.must_relate EXCEPT ALL TABLE batch.related) AS x
UNION ALL
SELECT 'only the evaluator', * FROM (TABLE batch.related EXCEPT ALL TABLE batch.must_relate) AS x;
