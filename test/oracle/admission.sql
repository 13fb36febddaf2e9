-- Sequences of stays (docs/rulebook.md, K12): readmission and stay_overlap.

-- The main diagnosis: that of the last encounter of a stay that has a readable
-- one, of several the first by code.
CREATE TABLE batch.main_dx AS
SELECT DISTINCT ON (i.stay) i.stay, d.code::text AS code
FROM batch.inpatient i JOIN batch.dx d USING (mdtrt_id)
WHERE d.main AND d.code IS NOT NULL
ORDER BY i.stay, i.begntime DESC, i.mdtrt_id COLLATE "C" DESC, d.diag_code COLLATE "C";

-- The stays that an entry speaks of: those with lines of its codes, and where
-- it names none those without lines.  Paid: the fund certainly had a part.
CREATE TABLE batch.admission AS
SELECT e.entry_code, st.c, st.stay, v.place, st.admission AS begins, st.admission::date AS day, st.until,
       CASE WHEN (SELECT bool_and(i.discharge IS NOT NULL) FROM batch.inpatient i WHERE i.stay = st.stay) THEN st.discharge END AS discharge,
       dx.code AS dx, x.paid,
       row_number() OVER (PARTITION BY e.entry_code, st.c, CASE WHEN e.count_key = 'person_institution' THEN v.place END ORDER BY st.admission, st.stay COLLATE "C") AS nth
FROM batch.entry e CROSS JOIN batch.stay st JOIN batch.visit v ON v.visit = st.stay
LEFT JOIN batch.main_dx dx ON dx.stay = st.stay
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE k.named) AS lines,
           count(*) = 0 OR bool_or(CASE e.fund_scope WHEN 'any' THEN true WHEN 'pool' THEN (a.not_in_scope OR a.no_pool) IS NOT TRUE AND a.inscp IS NOT NULL
                                                     ELSE (a.not_in_scope OR a.no_account) IS NOT TRUE AND a.inscp IS NOT NULL END) AS paid
    FROM batch.alive a
    CROSS JOIN LATERAL (SELECT coalesce(bool_or(starts_with(a.code, k.code)), true) AS named FROM batch.entry_code k WHERE k.entry_code = e.entry_code) AS k
    WHERE a.stay = st.stay) AS x
WHERE e.measure IN ('readmission', 'stay_overlap')
  AND (x.lines > 0 OR NOT EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code));

-- Another institution's admission on the day of discharge is a transfer; NULL
-- where it may be one.
CREATE TABLE batch.transfer AS
SELECT a.stay, CASE WHEN bool_or(va.place <> vb.place) THEN true WHEN bool_or(vb.visit IS NOT NULL AND (va.place <> vb.place) IS NULL) THEN NULL ELSE false END AS moved
FROM batch.stay a JOIN batch.visit va ON va.visit = a.stay
LEFT JOIN (batch.stay b JOIN batch.visit vb ON vb.visit = b.stay) ON b.c = a.c AND b.stay <> a.stay AND b.admission::date = a.discharge::date
GROUP BY a.stay;

-- Each stay beside the one of its counter that was over last before it.
CREATE TABLE batch.readmission AS
SELECT b.entry_code, b.c, b.stay, a.stay AS earlier, CASE WHEN e.dx_relation <> 'any' THEN b.dx END AS now, CASE WHEN e.dx_relation <> 'any' THEN a.dx END AS was,
       CASE WHEN e.count_key <> 'person' AND b.place IS NULL THEN 'undecided:institution_unknown'
            WHEN r.told <> 'passed:' THEN r.told
            WHEN before.discharge IS NULL AND before.stay IS NOT NULL THEN 'undecided:stay_unknown'
            ELSE r.told END AS outcome
FROM batch.admission b JOIN batch.entry e USING (entry_code)
LEFT JOIN batch.admission before ON before.entry_code = b.entry_code AND before.c = b.c AND (e.count_key = 'person' OR before.place = b.place) AND before.nth = b.nth - 1
LEFT JOIN LATERAL (SELECT o.* FROM batch.admission o
                   WHERE o.entry_code = b.entry_code AND o.c = b.c AND (e.count_key = 'person' OR o.place = b.place)
                     AND o.discharge <= b.begins AND o.nth < b.nth
                   ORDER BY o.discharge DESC, o.nth DESC LIMIT 1) AS a ON true
LEFT JOIN batch.transfer t ON t.stay = a.stay
CROSS JOIN LATERAL (SELECT
       CASE WHEN a.stay IS NULL OR b.day - a.discharge::date > e.limit_value OR NOT a.paid OR t.moved THEN 'passed:'
            WHEN e.dx_relation <> 'any' AND CASE e.dx_relation WHEN 'same' THEN a.dx <> b.dx WHEN 'same_category' THEN left(a.dx, 3) <> left(b.dx, 3)
                                                 -- of what is drawn every chapter is one letter's
                                                 ELSE left(a.dx, 1) <> left(b.dx, 1) END THEN 'passed:'
            WHEN t.moved IS NULL THEN 'undecided:institution_unknown'
            WHEN e.dx_relation <> 'any' AND (a.dx IS NULL OR b.dx IS NULL) THEN 'undecided:diagnosis_unknown'
            ELSE 'hit:' END AS told) AS r
WHERE e.measure = 'readmission';

-- The days that each stay has in common with one in another institution that it
-- began within; of several the one that lasts longest.
CREATE TABLE batch.twice AS
SELECT b.entry_code, b.c, b.stay, a.stay AS earlier, a.first, a.last,
       CASE WHEN b.place IS NULL THEN 'undecided:institution_unknown'
            WHEN a.last - a.first + 1 > e.limit_value THEN 'hit:' ELSE 'passed:' END AS outcome
FROM batch.admission b JOIN batch.entry e USING (entry_code)
LEFT JOIN LATERAL (SELECT o.stay, greatest(o.day, b.day) AS first, least(o.until::date, b.until::date) AS last
                   FROM batch.admission o
                   WHERE o.entry_code = b.entry_code AND o.c = b.c AND o.place <> b.place AND o.paid
                     AND (o.begins, o.stay COLLATE "C") < (b.begins, b.stay COLLATE "C")
                     AND b.day < o.until::date AND b.until::date <> o.day
                   ORDER BY o.until DESC, o.nth LIMIT 1) AS a ON true
WHERE e.measure = 'stay_overlap';

CREATE VIEW batch.again AS
SELECT entry_code, c, stay, earlier, now, was, outcome, NULL::date AS first, NULL::date AS last FROM batch.readmission
UNION ALL
SELECT entry_code, c, stay, earlier, NULL, NULL, outcome, first, last FROM batch.twice;

INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, CASE WHEN s.setting IS NULL THEN 'undecided:setting_unknown' ELSE w.outcome END)
FROM batch.sequence s LEFT JOIN batch.again w ON w.entry_code = s.entry_code AND w.stay = s.visit
WHERE s.measure IN ('readmission', 'stay_overlap') AND (w.stay IS NOT NULL OR s.setting IS NULL);

INSERT INTO batch.finding (entry_code, c, id, scope, excess, vola, vola_max)
SELECT w.entry_code, w.c, (array_agg(s.id ORDER BY s.at))[1], e.scope, coalesce(w.last - w.first + 1, 1),
       coalesce(sum(s.amt) FILTER (WHERE w.first IS NULL OR s.day BETWEEN w.first AND w.last), 0), sum(s.amt)
FROM batch.again w JOIN batch.entry e USING (entry_code)
JOIN batch.sequence s ON s.entry_code = w.entry_code AND s.visit = w.stay AND s.barred IS NULL
WHERE w.outcome = 'hit:'
GROUP BY w.entry_code, w.c, w.stay, e.scope, w.first, w.last;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, NULL, s.id, 1, CASE WHEN w.first IS NULL OR s.day BETWEEN w.first AND w.last THEN 1 END, 1
FROM batch.again w
JOIN batch.sequence s ON s.entry_code = w.entry_code AND s.visit = w.stay AND s.barred IS NULL
JOIN batch.finding f ON f.entry_code = w.entry_code AND f.id IN (SELECT id FROM batch.alive a WHERE a.stay = w.stay)
WHERE w.outcome = 'hit:';
INSERT INTO batch.finding (entry_code, c, mdtrt_id, scope, excess, vola, vola_max)
SELECT w.entry_code, w.c, w.stay, e.scope, coalesce(w.last - w.first + 1, 1), 0, 0
FROM batch.again w JOIN batch.entry e USING (entry_code)
JOIN batch.empty_spoken s ON s.entry_code = w.entry_code AND s.visit = w.stay
WHERE w.outcome = 'hit:';
