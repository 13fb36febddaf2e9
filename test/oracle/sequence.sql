-- Sequences (docs/rulebook.md, K12): stays, and encounters that are none.

CREATE TABLE batch.visit AS
SELECT st.stay AS visit, st.c, i.place, st.admission AS begins, 'inpatient' AS setting, i.lines
FROM batch.stay st
JOIN (SELECT i.stay, min(i.place) AS place, count(a.id) AS lines FROM batch.inpatient i LEFT JOIN batch.alive a USING (mdtrt_id) GROUP BY i.stay) AS i USING (stay)
UNION ALL
SELECT e.mdtrt_id, e.c, e.fixmedins_code, coalesce(e.begntime, a.first), CASE WHEN e.med_type IS NOT NULL THEN batch.setting_of(e.med_type) ELSE a.setting END, a.lines
FROM batch.encounter e
CROSS JOIN LATERAL (SELECT min(t) AS first, min(visit_setting) AS setting, count(*) AS lines FROM batch.alive a WHERE a.mdtrt_id = e.mdtrt_id) AS a
WHERE e.vali_flag = '1' AND NOT EXISTS (SELECT FROM batch.inpatient i WHERE i.mdtrt_id = e.mdtrt_id)
  -- it took place: not all that was billed was taken back
  AND (NOT EXISTS (SELECT FROM batch.billed b WHERE b.mdtrt_id = e.mdtrt_id) OR EXISTS (SELECT FROM batch.billed b WHERE b.mdtrt_id = e.mdtrt_id AND b.stands));
ALTER TABLE batch.visit ADD PRIMARY KEY (visit);

-- the lines of each entry, in their visits
CREATE TABLE batch.sequence AS
SELECT s.entry_code, s.c, s.id, s.at, s.t, s.day, s.amt, s.barred, e.measure, v.visit, v.begins, v.setting, v.place,
       e.settings IS NULL OR v.setting = ANY (e.settings) AS meant
FROM batch.spoken s JOIN batch.entry e USING (entry_code)
JOIN batch.visit v ON v.visit = coalesce(s.stay, s.mdtrt_id)
WHERE e.kind = 'K12' AND s.role = 'main';

-- What an entry says of visits without any line yet: it speaks of where they
-- begin and asks nothing that only lines answer, and no exception is true of
-- any of their encounters.
CREATE VIEW batch.empty_spoken AS
SELECT s.entry_code, s.c, s.mdtrt_id AS visit, e.measure, e.fund_scope, e.limit_value, v.begins
FROM batch.visit_spoken s JOIN batch.entry e USING (entry_code) JOIN batch.visit v ON v.visit = s.mdtrt_id
WHERE s.speaks AND e.kind = 'K12' AND e.region IS NULL AND e.levels IS NULL AND e.access_n IS NULL AND v.lines = 0
  AND NOT EXISTS (SELECT FROM batch.inpatient i JOIN batch.exempt x USING (mdtrt_id) WHERE i.stay = v.visit AND x.rule_code = e.rule_code AND x.id IS NULL);

-- Which visits count; one without lines where the rule protects any money.
CREATE TABLE batch.counting AS
SELECT x.entry_code, e.measure, v.c, v.visit, v.begins, v.begins::date AS day, e.scope, e.limit_value AS lim, e.window_days,
       CASE e.count_key WHEN 'person' THEN '' ELSE v.place END AS key,
       CASE e.scope WHEN 'day' THEN date_trunc('day', v.begins) WHEN 'week' THEN date_trunc('week', v.begins) WHEN 'month' THEN date_trunc('month', v.begins)
            WHEN 'quarter' THEN date_trunc('quarter', v.begins) WHEN 'year' THEN date_trunc('year', v.begins)
            WHEN 'insurance_year' THEN date_trunc('year', v.begins - interval '6 months') + interval '6 months' END AS win,
       false AS violates
FROM (SELECT DISTINCT entry_code, visit FROM batch.sequence WHERE barred IS NULL
      UNION
      SELECT entry_code, visit FROM batch.empty_spoken WHERE fund_scope = 'any') AS x
JOIN batch.entry e USING (entry_code) JOIN batch.visit v USING (visit)
WHERE e.measure IN ('visits', 'visit_days') AND (e.settings IS NULL OR v.setting = ANY (e.settings)) AND (e.count_key = 'person' OR v.place IS NOT NULL);

UPDATE batch.counting u SET violates = true
FROM (SELECT entry_code, visit, row_number() OVER (PARTITION BY entry_code, c, key, win ORDER BY begins, visit COLLATE "C") AS nth FROM batch.counting WHERE measure = 'visits' AND scope <> 'rolling') AS n
WHERE n.entry_code = u.entry_code AND n.visit = u.visit AND n.nth > u.lim;

-- of days in a row those beyond the limit; no more of them than the window has
UPDATE batch.counting u SET win = r.first, violates = u.day - r.first + 1 > u.lim AND NOT (u.scope = 'rolling' AND u.window_days <= u.lim)
FROM (SELECT entry_code, visit, min(day) OVER (PARTITION BY entry_code, c, key, win, day - nth) AS first
      FROM (SELECT *, dense_rank() OVER (PARTITION BY entry_code, c, key, win ORDER BY day)::int AS nth FROM batch.counting WHERE measure = 'visit_days') AS d) AS r
WHERE r.entry_code = u.entry_code AND r.visit = u.visit;

-- in a rolling window what comes on top of the accepted ones of the last days
DO $$
DECLARE
    v record;
BEGIN
    FOR v IN SELECT * FROM batch.counting WHERE measure = 'visits' AND scope = 'rolling' ORDER BY entry_code, c, begins, visit COLLATE "C" LOOP
        UPDATE batch.counting u SET violates = true, win = coalesce((SELECT min(a.day) FROM batch.counting a WHERE a.entry_code = v.entry_code AND a.c = v.c AND a.key = v.key AND NOT a.violates
               AND a.day > v.day - v.window_days AND (a.begins, a.visit COLLATE "C") < (v.begins, v.visit COLLATE "C")), v.day)
        WHERE u.entry_code = v.entry_code AND u.visit = v.visit
          AND (SELECT count(*) FROM batch.counting a WHERE a.entry_code = v.entry_code AND a.c = v.c AND a.key = v.key AND NOT a.violates
               AND a.day > v.day - v.window_days AND (a.begins, a.visit COLLATE "C") < (v.begins, v.visit COLLATE "C")) >= v.lim;
    END LOOP;
END
$$;

INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred,
       CASE WHEN e.settings IS NOT NULL AND s.setting IS NULL THEN 'undecided:setting_unknown'
            WHEN e.count_key <> 'person' AND s.place IS NULL THEN 'undecided:institution_unknown'
            WHEN u.violates THEN 'hit:' ELSE 'passed:' END)
FROM batch.sequence s JOIN batch.entry e USING (entry_code) LEFT JOIN batch.counting u USING (entry_code, visit)
WHERE s.measure IN ('visits', 'visit_days') AND s.meant IS DISTINCT FROM false;
-- which visits make a finding together, and its window
ALTER TABLE batch.counting ADD together text, ADD window_start timestamp;
UPDATE batch.counting SET together = concat_ws('|', key, win, CASE WHEN measure = 'visits' AND scope = 'rolling' THEN visit END),
    window_start = CASE WHEN scope <> 'lifetime' THEN win END;
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max, mdtrt_id)
SELECT u.entry_code, u.c, (array_agg(s.id ORDER BY s.at) FILTER (WHERE s.id IS NOT NULL))[1], u.scope, u.window_start,
       CASE u.measure WHEN 'visits' THEN count(DISTINCT u.visit) ELSE count(DISTINCT u.day) END, coalesce(sum(s.amt), 0), coalesce(sum(s.amt), 0),
       (array_agg(u.visit ORDER BY u.begins, u.visit COLLATE "C"))[1]
FROM batch.counting u LEFT JOIN batch.sequence s ON s.entry_code = u.entry_code AND s.visit = u.visit AND s.barred IS NULL
WHERE u.violates
GROUP BY u.entry_code, u.measure, u.c, u.scope, u.together, u.window_start;
INSERT INTO batch.member
SELECT u.entry_code, u.c, first_value(s.id) OVER (PARTITION BY u.entry_code, u.c, u.together ORDER BY s.at), u.window_start, s.id, 1, 1, 1
FROM batch.counting u JOIN batch.sequence s ON s.entry_code = u.entry_code AND s.visit = u.visit AND s.barred IS NULL
WHERE u.violates;

-- After death: lines on later days than allowed, one finding a visit; a visit
-- without lines that begins then.
CREATE TABLE batch.dead AS
SELECT c, max(die_date)::date AS day FROM batch.encounter GROUP BY c HAVING max(die_date) IS NOT NULL;

INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, CASE WHEN s.day > d.day + e.limit_value::int THEN 'hit:' ELSE 'passed:' END)
FROM batch.sequence s JOIN batch.entry e USING (entry_code) LEFT JOIN batch.dead d ON d.c = s.c WHERE s.measure = 'after_death';
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max)
SELECT s.entry_code, s.c, (array_agg(s.id ORDER BY s.at))[1], 'lifetime', NULL, 1, sum(s.amt), sum(s.amt)
FROM batch.sequence s JOIN batch.outcome o USING (entry_code, id) WHERE s.measure = 'after_death' AND o.outcome = 'hit:'
GROUP BY s.entry_code, s.c, s.visit;
INSERT INTO batch.member
SELECT s.entry_code, s.c, first_value(s.id) OVER (PARTITION BY s.entry_code, s.visit ORDER BY s.at), NULL, s.id, 1, 1, 1
FROM batch.sequence s JOIN batch.outcome o USING (entry_code, id) WHERE s.measure = 'after_death' AND o.outcome = 'hit:';
INSERT INTO batch.finding (entry_code, c, mdtrt_id, scope, excess, vola, vola_max)
SELECT s.entry_code, s.c, s.visit, 'lifetime', 1, 0, 0
FROM batch.empty_spoken s JOIN batch.dead d USING (c)
WHERE s.measure = 'after_death' AND s.begins::date > d.day + s.limit_value::int;

-- Within another stay: lines of visits that are none on its days but the first
-- and the last, where these are more than allowed.
CREATE TABLE batch.within AS
SELECT DISTINCT ON (s.entry_code, s.id) s.entry_code, s.c, s.visit, s.id, s.at, s.day, s.amt, st.stay
FROM batch.sequence s JOIN batch.entry e USING (entry_code)
JOIN batch.visit o ON o.c = s.c AND (e.count_key = 'person' OR o.place = s.place)
JOIN batch.stay st ON st.stay = o.visit AND s.day > st.admission::date AND s.day < st.until::date
WHERE s.measure = 'during_stay' AND s.barred IS NULL AND s.meant AND s.setting IS NOT NULL AND NOT EXISTS (SELECT FROM batch.stay x WHERE x.stay = s.visit)
ORDER BY s.entry_code, s.id, st.until DESC;

INSERT INTO batch.finding (entry_code, c, id, scope, excess, vola, vola_max)
SELECT w.entry_code, w.c, (array_agg(w.id ORDER BY w.at))[1], 'stay', count(DISTINCT w.day), sum(w.amt), sum(w.amt)
FROM batch.within w JOIN batch.entry e USING (entry_code)
GROUP BY w.entry_code, w.c, w.visit, w.stay, e.limit_value HAVING count(DISTINCT w.day) > e.limit_value;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, NULL, o.id, 1, 1, 1
FROM batch.finding f JOIN batch.within w ON w.entry_code = f.entry_code AND w.id = f.id
JOIN batch.within o ON o.entry_code = w.entry_code AND o.visit = w.visit AND o.stay = w.stay;
INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred,
       -- of unknown setting it may be the stay itself
       CASE WHEN s.setting IS NULL THEN 'undecided:setting_unknown'
            WHEN e.count_key <> 'person' AND s.place IS NULL AND EXISTS (SELECT FROM batch.stay x WHERE x.c = s.c) THEN 'undecided:institution_unknown'
            WHEN EXISTS (SELECT FROM batch.within w WHERE w.entry_code = s.entry_code AND w.id = s.id
                         AND (SELECT count(DISTINCT o.day) FROM batch.within o WHERE o.entry_code = w.entry_code AND o.visit = w.visit AND o.stay = w.stay) > e.limit_value)
            THEN 'hit:' ELSE 'passed:' END)
FROM batch.sequence s JOIN batch.entry e USING (entry_code)
WHERE s.measure = 'during_stay' AND s.meant IS DISTINCT FROM false AND NOT EXISTS (SELECT FROM batch.stay x WHERE x.stay = s.visit);
