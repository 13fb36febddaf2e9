-- What lines have of a measure, and in which buckets (docs/rulebook.md, K6).

-- hours of [t, t + hours) before a moment, to four places
CREATE FUNCTION batch.hours_to(t timestamp, hours numeric, moment timestamp) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN least(hours, greatest(0, round((extract(epoch FROM moment - t) / 3600)::numeric, 4)));

-- What each line has of the measure, and of how much its money is.
CREATE TABLE batch.measured AS
SELECT p.*, CASE p.measure
           WHEN 'quantity' THEN p.cnt WHEN 'hours' THEN p.cnt WHEN 'count' THEN 1 WHEN 'money' THEN p.amt WHEN 'fund_money' THEN f.pooled
           WHEN 'supply_days' THEN CASE WHEN l.prd_days > 0 THEN round(l.prd_days * p.cnt / l.cnt, 4) END
           WHEN 'dose' THEN CASE WHEN l.sin_dos > 0 THEN l.sin_dos * CASE WHEN p.scope <> 'day' THEN 1 ELSE (SELECT n FROM oracle.uses u WHERE u.words = l.used_frqu_dscr) END END END AS v,
       CASE p.measure WHEN 'hours' THEN 'hours_implausible' WHEN 'fund_money' THEN 'fund_unknown' ELSE p.measure || '_unknown' END AS unknown,
       l.rx_drord_no AS rx
FROM batch.placed p JOIN batch.fate l USING (id) LEFT JOIN batch.paid f USING (id)
WHERE p.role = 'main' AND p.measure IN ('quantity', 'count', 'hours', 'supply_days', 'dose', 'money', 'fund_money');

UPDATE batch.measured SET v = NULL WHERE measure = 'hours' AND v > 744;
UPDATE batch.outcome o SET outcome = 'undecided:' || m.unknown FROM batch.measured m
WHERE m.v IS NULL AND m.entry_code = o.entry_code AND m.id = o.id;

-- One order may be posted once for each time that it is carried out: its
-- largest dose of the day counts.
DELETE FROM batch.measured m
WHERE v IS NULL OR v = 0
   OR measure = 'dose' AND scope = 'day' AND EXISTS (
        SELECT FROM batch.measured o
        WHERE o.entry_code = m.entry_code AND o.mdtrt_id = m.mdtrt_id AND o.day = m.day AND o.code = m.code AND o.rx = m.rx
          AND (o.v > m.v OR o.v = m.v AND o.at < m.at));

-- Hours are cut at midnight, in scope hour at the full hour, and each piece
-- lies in the window of its own day or hour.
CREATE TABLE batch.piece AS
SELECT m.entry_code, m.c, m.id, m.mdtrt_id, m.at, m.t, m.day, m.amt, m.measure, m.limit_basis, m.lim, m.window_days, m.scope, m.key, m.win, m.start, m.doubtful, m.v, m.v AS of
FROM batch.measured m WHERE measure <> 'hours'
UNION ALL
SELECT m.entry_code, m.c, m.id, m.mdtrt_id, m.at, p.moment, p.moment::date, m.amt, m.measure, m.limit_basis, m.lim, m.window_days, m.scope, m.key,
       coalesce(batch.calendar(m.scope, p.moment)::text, m.win), coalesce(batch.calendar(m.scope, p.moment), m.start), m.doubtful, p.piece, m.v
FROM batch.measured m,
LATERAL (SELECT CASE scope WHEN 'hour' THEN interval '1 hour' ELSE interval '1 day' END AS step,
                CASE scope WHEN 'hour' THEN date_trunc('hour', t) ELSE day END AS first) AS s,
LATERAL (SELECT first + n * step AS moment, batch.hours_to(t, v, first + (n + 1) * step) - batch.hours_to(t, v, first + n * step) AS piece
         FROM generate_series(0, ceil(v / (extract(epoch FROM step) / 3600))::int) AS n) AS p
WHERE measure = 'hours' AND p.piece > 0;

-- a course ends where a pause is longer than parameter course_gap_days, 3 here
UPDATE batch.piece p SET win = c.course
FROM (SELECT entry_code, c, key, day, count(*) FILTER (WHERE pause) OVER (PARTITION BY entry_code, c, key ORDER BY day) AS course
      FROM (SELECT *, day - lag(day) OVER (PARTITION BY entry_code, c, key ORDER BY day) > 4 AS pause
            FROM (SELECT DISTINCT entry_code, c, key, day FROM batch.piece WHERE scope = 'course') AS x) AS y) AS c
WHERE p.scope = 'course' AND (p.entry_code, p.c, p.key, p.day) = (c.entry_code, c.c, c.key, c.day);

CREATE TABLE batch.valued AS
SELECT entry_code, c, key, win, id, mdtrt_id, at, amt, measure, scope, limit_basis, lim, min(start) AS start, min(day) AS day, bool_or(doubtful) AS doubtful, sum(v) AS v, max(of) AS of
FROM batch.piece WHERE scope NOT IN ('rolling', '6h')
GROUP BY entry_code, c, key, win, id, mdtrt_id, at, amt, measure, scope, limit_basis, lim;

-- The limit of each bucket that is no constant; NULL and why where it cannot be told.
CREATE TABLE batch.limited AS
SELECT b.*, CASE b.limit_basis WHEN 'stay_days' THEN b.lim * x.days WHEN 'item' THEN b.lim * x.per ELSE b.lim * x.factor END AS total,
       CASE b.limit_basis WHEN 'stay_days' THEN 'undecided:stay_unknown' ELSE 'undecided:condition_unknown' END AS unknown
FROM (SELECT DISTINCT ON (entry_code, c, key, win) entry_code, c, key, win, limit_basis, lim, id, mdtrt_id
      FROM (SELECT entry_code, c, key, win, limit_basis, lim, id, mdtrt_id, at FROM batch.valued
            UNION ALL
            SELECT entry_code, c, key, win, limit_basis, lim, id, mdtrt_id, at FROM batch.placed WHERE role = 'main' AND measure IN ('days', 'kinds')) AS p
      WHERE limit_basis <> 'constant' ORDER BY entry_code, c, key, win, at) AS b
JOIN batch.entry e USING (entry_code)
JOIN batch.alive a USING (id)
LEFT JOIN batch.inpatient i ON i.mdtrt_id = b.mdtrt_id
LEFT JOIN batch.stay st ON st.stay = i.stay
LEFT JOIN (SELECT mdtrt_id, count(*) AS lines FROM batch.alive GROUP BY mdtrt_id) AS v ON v.mdtrt_id = b.mdtrt_id
LEFT JOIN (SELECT entry_code, c, key, win, sum(cnt) AS cnt FROM batch.placed WHERE role = 'per' GROUP BY entry_code, c, key, win) AS p
    ON (p.entry_code, p.c, p.key, p.win) = (b.entry_code, b.c, b.key, b.win)
CROSS JOIN LATERAL (SELECT
    st.discharge::date - st.admission::date + 1 AS days,
    coalesce(p.cnt, 0) AS per,
    -- by the first line of the bucket
    CASE e.limit_case
        WHEN 'stay_days()' THEN st.discharge::date - st.admission::date + 1
        WHEN 'visit.lines * 0.5' THEN v.lines * 0.5
        WHEN 'line.pric / 10' THEN nullif(a.pric, 'NaN') / 10 END AS factor) AS x;
