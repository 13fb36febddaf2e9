-- Herbs that are not paid when a prescription holds nothing else
-- (docs/rulebook.md, K9).  The entries of a rule are one list.

-- What each entry says of a line, the first entry first; where nobody knows
-- whether any speaks of it, it is perhaps not of the list.
CREATE TABLE batch.herb AS
SELECT r.rule_code, a.c, a.id, a.at, a.mdtrt_id, a.rx, a.cnt, a.amt, s.entry_code, s.barred, s.entry_code IS NULL OR s.perhaps AS may_be_another
FROM batch.alive a
CROSS JOIN (SELECT DISTINCT rule_code FROM batch.entry WHERE measure = 'closure') AS r
LEFT JOIN LATERAL (SELECT s.entry_code, s.barred, p.perhaps FROM batch.spoken s JOIN batch.entry e USING (entry_code),
                        LATERAL (SELECT coalesce(s.barred, '') IN ('undecided:region_unknown', 'undecided:level_unknown', 'undecided:condition_unknown') AS perhaps) AS p
                   WHERE e.rule_code = r.rule_code AND s.id = a.id AND s.role = 'main'
                   ORDER BY p.perhaps, s.barred IS NOT NULL, s.entry_code LIMIT 1) AS s ON true
WHERE a.code LIKE 'T%';

INSERT INTO batch.outcome
SELECT h.entry_code, h.c, h.id, coalesce(h.barred,
       CASE WHEN h.rx IS NULL THEN CASE WHEN x.visit_has_another OR x.unread THEN 'undecided:prescription_unknown' ELSE 'hit:' END
            WHEN x.has_another THEN 'passed:'
            WHEN x.may_have_another OR x.unread THEN 'undecided:prescription_unknown'
            ELSE 'hit:' END)
FROM batch.herb h
CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT FROM batch.herb o WHERE o.rule_code = h.rule_code AND o.mdtrt_id = h.mdtrt_id AND o.may_be_another) AS visit_has_another,
    EXISTS (SELECT FROM batch.herb o WHERE o.rule_code = h.rule_code AND o.mdtrt_id = h.mdtrt_id AND o.entry_code IS NULL AND o.rx = h.rx) AS has_another,
    EXISTS (SELECT FROM batch.herb o WHERE o.rule_code = h.rule_code AND o.mdtrt_id = h.mdtrt_id AND o.may_be_another AND (o.rx IS NULL OR o.rx = h.rx)) AS may_have_another,
    EXISTS (SELECT FROM batch.fate f WHERE f.mdtrt_id = h.mdtrt_id AND f.skip IN ('code_missing', 'code_unreadable')
            AND (f.cnt < 0) IS NOT TRUE AND NOT f.cancelled
            AND f.rx_drord_no = coalesce(h.rx, f.rx_drord_no)) AS unread) AS x
WHERE h.entry_code IS NOT NULL;

-- what the other entries of the rule say of it, such as that nobody knows
INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, s.barred
FROM batch.spoken s JOIN batch.entry e USING (entry_code) JOIN batch.herb h ON h.rule_code = e.rule_code AND h.id = s.id AND h.entry_code <> s.entry_code
WHERE e.measure = 'closure' AND s.role = 'main' AND s.barred IS NOT NULL;

-- one finding a prescription, told by the entry of its first violating line
INSERT INTO batch.finding (entry_code, c, id, scope, excess, vola, vola_max)
SELECT (array_agg(h.entry_code ORDER BY h.at))[1], h.c, (array_agg(h.id ORDER BY h.at))[1], 'prescription', sum(h.cnt), sum(h.amt), sum(h.amt)
FROM batch.herb h JOIN batch.outcome o ON o.entry_code = h.entry_code AND o.id = h.id
WHERE o.outcome = 'hit:'
GROUP BY h.rule_code, h.c, h.mdtrt_id, h.rx;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, NULL, h.id, CASE WHEN o.outcome = 'hit:' THEN 1 ELSE 2 END, CASE WHEN o.outcome = 'hit:' THEN 1 END, 1
FROM batch.finding f JOIN batch.entry e ON e.entry_code = f.entry_code AND e.measure = 'closure'
JOIN batch.alive a ON a.id = f.id
JOIN batch.herb h ON h.rule_code = e.rule_code AND h.mdtrt_id = a.mdtrt_id AND h.rx IS NOT DISTINCT FROM a.rx
LEFT JOIN batch.outcome o ON o.entry_code = h.entry_code AND o.id = h.id;
