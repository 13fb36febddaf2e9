-- Prerequisites (docs/rulebook.md, K4): the units of the sub items that each
-- main line meets for sure, and at most.

CREATE FUNCTION batch.counter(a batch.alive, count_key text, scope text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE count_key
    -- what lies within one visit is of one institution, known or not
    WHEN 'person_institution' THEN CASE WHEN scope IN ('line', 'prescription', 'visit', 'operation', 'stay') THEN coalesce(a.place, '') ELSE a.place END
    WHEN 'person' THEN ''
    WHEN 'encounter' THEN a.mdtrt_id
    WHEN 'prescription' THEN a.mdtrt_id || '/' || a.rx
    WHEN 'doctor' THEN a.doctor
    WHEN 'department' THEN a.dept END;

-- Where a sub line's counter or window is not known, it may be of any bucket
-- of its day, its visit or the days looked at.
CREATE FUNCTION batch.lost(a batch.alive, count_key text, scope text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN batch.counter(a, count_key, scope) IS NULL THEN CASE count_key WHEN 'person_institution' THEN 'institution' ELSE count_key END || '_unknown'
            WHEN scope = 'prescription' AND a.rx IS NULL THEN 'prescription_unknown'
            WHEN scope = 'hour' AND a.t = a.day THEN 'no_clock'
            WHEN scope = 'stay' AND a.visit_setting IS NULL THEN 'setting_unknown' END;

CREATE TABLE batch.need AS
SELECT s.entry_code, s.c, s.id, coalesce(sum(u.cnt) FILTER (WHERE u.lost IS NULL AND u.before), 0) AS sure,
       coalesce(sum(u.cnt) FILTER (WHERE u.lost IS NULL), 0) AS possible, coalesce(sum(u.cnt), 0) AS at_most,
       array_remove(array_agg(DISTINCT u.lost), NULL) AS lost, array_agg(u.id) FILTER (WHERE u.lost IS NULL AND u.before) AS found
FROM batch.spoken s JOIN batch.entry e USING (entry_code) JOIN batch.alive m ON m.id = s.id
LEFT JOIN LATERAL (
    SELECT a.id, a.cnt, batch.lost(a, e.count_key, e.scope) AS lost,
           -- on one day a line without a clock is neither before nor after another
           NOT e.sub_first OR a.t < m.t AND (a.day < m.day OR a.t <> a.day AND m.t <> m.day) AS before
    FROM batch.alive a
    WHERE a.c = m.c AND a.id <> m.id
      AND EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = s.entry_code AND k.role = 'sub' AND starts_with(a.code, k.code))
      AND (NOT e.sub_first OR a.t < m.t OR a.day = m.day AND (a.t = a.day OR m.t = m.day))
      AND (e.scope <> 'rolling' OR a.day BETWEEN m.day - e.before_days AND m.day)
      AND CASE WHEN batch.lost(a, e.count_key, e.scope) IS NULL
               THEN batch.counter(a, e.count_key, e.scope) = batch.counter(m, e.count_key, e.scope)
                    AND CASE e.scope WHEN 'prescription' THEN a.mdtrt_id = m.mdtrt_id AND a.rx = m.rx
                                     WHEN 'visit' THEN a.mdtrt_id = m.mdtrt_id
                                     WHEN 'stay' THEN a.stay = m.stay
                                     WHEN 'operation' THEN a.operation = m.operation
                                     WHEN 'hour' THEN date_trunc('hour', a.t) = date_trunc('hour', m.t)
                                     WHEN 'day' THEN a.day = m.day
                                     ELSE true END
               ELSE CASE WHEN e.scope IN ('prescription', 'visit', 'operation') THEN a.mdtrt_id = m.mdtrt_id
                         WHEN e.scope IN ('hour', 'day') THEN a.day = m.day
                         ELSE true END END) AS u ON true
WHERE e.measure = 'prerequisite' AND s.role = 'main'
GROUP BY s.entry_code, s.c, s.id;

INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, 'undecided:' || batch.lost(m, e.count_key, e.scope),
       CASE WHEN e.scope = 'stay' AND m.stay IS NULL THEN 'passed:'
            WHEN n.sure >= x.least OR x.dx OR x.oprn THEN 'passed:'
            WHEN n.possible >= x.least THEN 'undecided:no_clock'
            WHEN n.at_most >= x.least THEN 'undecided:' || l.reason
            WHEN e.dx_required IS NOT NULL AND x.dx IS NULL THEN 'undecided:diagnosis_unknown'
            WHEN e.oprn_required IS NOT NULL AND x.oprn IS NULL THEN 'undecided:operation_unknown'
            -- what came before this day was not handed over
            WHEN p.history_from::date > CASE e.scope WHEN 'lifetime' THEN '-infinity' WHEN 'rolling' THEN m.day - e.before_days
                                        WHEN 'day' THEN m.day WHEN 'hour' THEN m.day
                                        WHEN 'stay' THEN st.admission::date ELSE least(m.begntime::date, m.day) END
            THEN 'undecided:history_short'
            ELSE 'hit:' END)
FROM batch.spoken s JOIN batch.entry e USING (entry_code) JOIN batch.alive m ON m.id = s.id JOIN batch.person p ON p.c = s.c
JOIN batch.need n ON n.entry_code = s.entry_code AND n.id = s.id
LEFT JOIN batch.stay st ON st.stay = m.stay
CROSS JOIN LATERAL (SELECT coalesce(e.at_least, 1) AS least, batch.has_dx(m.mdtrt_id, e.dx_required, false) AS dx,
                           batch.has_oprn(m.mdtrt_id, e.oprn_required) AS oprn) AS x
-- of several reasons any may be told
LEFT JOIN LATERAL unnest(n.lost) AS l (reason) ON n.possible < x.least AND n.at_most >= x.least
WHERE e.measure = 'prerequisite' AND s.role = 'main';

INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max)
SELECT o.entry_code, o.c, o.id, e.scope,
       CASE e.scope WHEN 'rolling' THEN (a.day - e.before_days)::timestamp WHEN 'day' THEN a.day::timestamp WHEN 'hour' THEN date_trunc('hour', a.t) END,
       a.cnt, a.amt, a.amt
FROM batch.outcome o JOIN batch.entry e USING (entry_code) JOIN batch.alive a ON a.id = o.id
WHERE e.measure = 'prerequisite' AND o.outcome = 'hit:';
-- in an operation by chance where any line may be of another one
UPDATE batch.finding f SET suspected = true FROM batch.need n, batch.entry e
WHERE n.entry_code = f.entry_code AND n.id = f.id AND e.entry_code = f.entry_code AND e.scope = 'operation'
  AND EXISTS (SELECT FROM batch.operation_of o WHERE NOT o.certain AND (o.id = n.id OR o.id = ANY (n.found)));
-- the units that there were are involved
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, f.window_start, m.line, m.role, CASE m.role WHEN 1 THEN 1 END, 1
FROM batch.finding f JOIN batch.need n ON n.entry_code = f.entry_code AND n.id = f.id
CROSS JOIN LATERAL (SELECT f.id AS line, 1 AS role UNION ALL SELECT unnest(n.found), 2) AS m;
