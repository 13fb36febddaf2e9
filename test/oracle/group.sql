-- What is counted or compared over counters and windows (docs/rulebook.md,
-- "Windows and counters", "Stays", K5, K6).

-- hours of [t, t + hours) before a moment, to four places
CREATE FUNCTION batch.hours_to(t timestamp, hours numeric, moment timestamp) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN least(hours, greatest(0, round((extract(epoch FROM moment - t) / 3600)::numeric, 4)));

-- the counter and the window of every line that counts
CREATE TABLE batch.counted AS
SELECT s.*, e.measure, e.limit_value AS lim, e.window_days, e.scope, counter.key, win.window_start, win.win,
       coalesce(s.barred,
                -- the counter is asked for first
                CASE WHEN counter.key IS NULL THEN 'undecided:' ||
                          CASE e.count_key WHEN 'person_institution' THEN 'institution' ELSE e.count_key END || '_unknown'
                     WHEN win.win IS NOT NULL THEN NULL
                     WHEN e.scope = 'prescription' THEN 'undecided:prescription_unknown'
                     WHEN e.scope = 'hour' THEN 'undecided:no_clock'
                     WHEN s.visit_setting IS NULL THEN 'undecided:setting_unknown'
                     ELSE 'passed:' END) AS out
FROM batch.spoken s JOIN batch.entry e USING (entry_code)
LEFT JOIN batch.inpatient i ON i.mdtrt_id = s.mdtrt_id
CROSS JOIN LATERAL (SELECT CASE e.count_key
    WHEN 'person_institution' THEN CASE WHEN e.scope IN ('line', 'prescription', 'visit', 'operation', 'stay') THEN coalesce(s.place, '') ELSE s.place END
    WHEN 'person' THEN ''
    WHEN 'encounter' THEN s.mdtrt_id
    WHEN 'prescription' THEN s.mdtrt_id || '/' || s.rx
    WHEN 'doctor' THEN s.doctor
    WHEN 'department' THEN s.dept END AS key) AS counter
CROSS JOIN LATERAL (SELECT w.start AS window_start, CASE e.scope
    WHEN 'line' THEN s.id::text
    WHEN 'prescription' THEN s.mdtrt_id || '/' || s.rx
    WHEN 'visit' THEN s.mdtrt_id
    WHEN 'stay' THEN i.stay
    WHEN 'lifetime' THEN '' WHEN 'rolling' THEN '' WHEN 'course' THEN ''
    ELSE w.start::text END AS win
  FROM (SELECT CASE e.scope
    WHEN 'hour' THEN CASE WHEN s.t <> s.day THEN date_trunc('hour', s.t) END
    WHEN 'day' THEN s.day WHEN 'week' THEN date_trunc('week', s.t) WHEN 'month' THEN date_trunc('month', s.t)
    WHEN 'quarter' THEN date_trunc('quarter', s.t) WHEN 'year' THEN date_trunc('year', s.t)
    -- parameter insurance_year_start is 07-01 here
    WHEN 'insurance_year' THEN date_trunc('year', s.t - interval '6 months') + interval '6 months' END::timestamp AS start) AS w) AS win
WHERE e.kind IN ('K5', 'K6');

-- What a line has of the measure.  Hours are cut at midnight, in scope hour at
-- the full hour, and each piece lies in the window of its own day or hour.
CREATE TABLE batch.valued AS
SELECT s.entry_code, s.c, s.id, s.mdtrt_id, s.at, s.amt, s.scope, s.measure, s.lim, s.key, s.win, s.window_start,
       CASE s.measure WHEN 'quantity' THEN s.cnt WHEN 'count' THEN 1 WHEN 'money' THEN s.amt END AS v,
       CASE s.measure WHEN 'quantity' THEN s.cnt WHEN 'count' THEN 1 WHEN 'money' THEN greatest(s.amt, 0.01) END AS of
FROM batch.counted s
WHERE out IS NULL AND role = 'main' AND measure IN ('quantity', 'count', 'money') AND scope <> 'rolling'
UNION ALL
SELECT entry_code, c, id, mdtrt_id, at, amt, scope, measure, lim, key, coalesce(piece_start::text, win), piece_start, sum(piece), cnt
FROM (SELECT s.*, p.piece,
             CASE scope WHEN 'hour' THEN p.start WHEN 'day' THEN p.start WHEN 'insurance_year' THEN date_trunc('year', p.start - interval '6 months') + interval '6 months'
                  WHEN 'week' THEN date_trunc('week', p.start) WHEN 'month' THEN date_trunc('month', p.start)
                  WHEN 'quarter' THEN date_trunc('quarter', p.start) WHEN 'year' THEN date_trunc('year', p.start) END AS piece_start
      FROM (SELECT *, CASE scope WHEN 'hour' THEN interval '1 hour' ELSE interval '1 day' END AS step,
                   CASE scope WHEN 'hour' THEN date_trunc('hour', t) ELSE day END AS first
            FROM batch.counted WHERE out IS NULL AND role = 'main' AND measure = 'hours' AND scope <> 'rolling') AS s,
           LATERAL (SELECT first + n * step AS start, batch.hours_to(t, cnt, first + (n + 1) * step) - batch.hours_to(t, cnt, first + n * step) AS piece
                    FROM generate_series(0, 30) AS n) AS p
      WHERE p.piece > 0) AS x
GROUP BY entry_code, c, id, mdtrt_id, at, amt, scope, measure, lim, key, win, piece_start, cnt;

-- Sums: the total over the limit.  The last lines hold it; the cheapest and the
-- dearest choice of lines are the amounts.
CREATE TABLE batch.summed AS
SELECT s.*, sum(v) OVER (PARTITION BY entry_code, c, key, win) - lim AS excess,
       coalesce(sum(v) OVER (PARTITION BY entry_code, c, key, win ORDER BY at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later,
       coalesce(sum(v) OVER (PARTITION BY entry_code, c, key, win ORDER BY amt / of, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS cheaper,
       coalesce(sum(v) OVER (PARTITION BY entry_code, c, key, win ORDER BY amt / of DESC, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS dearer
FROM batch.valued s;

-- Posted late: on a day whose lines are all of one stay, of which the total is within limit x days.
CREATE TABLE batch.late AS
SELECT s.entry_code, s.c, s.key, s.win
FROM batch.summed s JOIN batch.inpatient i USING (mdtrt_id) JOIN batch.stay st ON st.stay = i.stay
WHERE s.scope = 'day' AND s.excess > 0
GROUP BY s.entry_code, s.c, s.key, s.win, s.window_start, s.lim, st.stay, st.admission, st.discharge
HAVING count(*) = (SELECT count(*) FROM batch.summed o WHERE o.entry_code = s.entry_code AND o.c = s.c AND o.key = s.key AND o.win = s.win)
   AND (SELECT sum(o.v) FROM batch.summed o JOIN batch.inpatient j USING (mdtrt_id)
        WHERE o.entry_code = s.entry_code AND o.c = s.c AND j.stay = st.stay) <= s.lim * (st.discharge::date - st.admission::date + 1);

INSERT INTO batch.finding
SELECT entry_code, c, (array_agg(id ORDER BY at) FILTER (WHERE later < excess AND v > 0))[1], scope, window_start, excess,
       CASE WHEN l.win IS NULL THEN sum(round(amt * least(v, greatest(0, excess - cheaper)) / of, 2)) ELSE 0 END,
       CASE WHEN l.win IS NULL THEN sum(round(amt * least(v, greatest(0, excess - dearer)) / of, 2)) ELSE 0 END, CASE WHEN l.win IS NOT NULL THEN 'late_posting' END
FROM batch.summed LEFT JOIN batch.late l USING (entry_code, c, key, win)
WHERE excess > 0
GROUP BY entry_code, c, key, win, scope, window_start, excess, l.win;

INSERT INTO batch.outcome
SELECT entry_code, c, id, coalesce(out, 'passed:') FROM batch.counted WHERE role = 'main' AND measure IN ('quantity', 'count', 'hours', 'money') AND scope <> 'rolling';
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.summed s
WHERE s.entry_code = o.entry_code AND s.id = o.id AND s.excess > 0 AND s.later < s.excess AND s.v > 0;

-- Days: those beyond the limit, with all their lines.
CREATE TABLE batch.dayed AS
SELECT s.*, dense_rank() OVER (PARTITION BY entry_code, c, key, win ORDER BY day) AS nth,
       day - min(day) OVER (PARTITION BY entry_code, c, key, win) + 1 AS span
FROM batch.counted s
WHERE out IS NULL AND role = 'main' AND measure IN ('days', 'span_days') AND scope NOT IN ('rolling', 'course');
INSERT INTO batch.finding
SELECT entry_code, c, (array_agg(id ORDER BY at))[1], scope, window_start, max(CASE measure WHEN 'days' THEN nth ELSE span END) - lim, sum(amt), sum(amt), NULL
FROM batch.dayed WHERE CASE measure WHEN 'days' THEN nth ELSE span END > lim
GROUP BY entry_code, c, key, win, scope, window_start, lim;
INSERT INTO batch.outcome
SELECT entry_code, c, id, coalesce(out, 'passed:') FROM batch.counted WHERE role = 'main' AND measure IN ('days', 'span_days') AND scope NOT IN ('rolling', 'course');
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.dayed s
WHERE s.entry_code = o.entry_code AND s.id = o.id AND CASE measure WHEN 'days' THEN nth ELSE span END > lim;
