-- Days, medicines and parts that are too many (docs/rulebook.md, K5 parts, K6 kinds to gap_days).

-- Days: those beyond the limit, with all their lines.
CREATE TABLE batch.dayed AS
SELECT *, dense_rank() OVER (PARTITION BY entry_code, c, key, win ORDER BY day) AS nth,
       day - min(day) OVER (PARTITION BY entry_code, c, key, win) + 1 AS span,
       min(coalesce(start, day)) OVER (PARTITION BY entry_code, c, key, win) AS window_start
FROM (SELECT p.entry_code, p.c, p.key, p.id, p.at, p.day, p.amt, p.measure, p.scope, p.lim, p.limit_basis, p.start, p.window_days,
             -- a course ends where a pause is longer than parameter course_gap_days, 3 here
             CASE WHEN p.scope <> 'course' THEN p.win
                  ELSE (count(*) FILTER (WHERE p.pause) OVER (PARTITION BY entry_code, c, key ORDER BY day))::text END AS win
      FROM (SELECT *, day - lag(day) OVER (PARTITION BY entry_code, c, key ORDER BY day, at) > 4 AS pause
            FROM batch.placed WHERE role = 'main' AND measure IN ('days', 'span_days', 'gap_days')) AS p) AS p;

CREATE TABLE batch.too_long AS
SELECT d.*, CASE d.measure WHEN 'days' THEN d.nth ELSE d.span END - floor(coalesce(l.total, d.lim)) AS over,
       CASE WHEN d.limit_basis <> 'constant' AND l.total IS NULL THEN l.unknown END AS unknown
FROM batch.dayed d LEFT JOIN batch.limited l ON d.limit_basis <> 'constant' AND (l.entry_code, l.c, l.key, l.win) = (d.entry_code, d.c, d.key, d.win)
WHERE d.measure IN ('days', 'span_days') AND d.scope <> 'rolling';
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max)
SELECT entry_code, c, (array_agg(id ORDER BY at))[1], scope, window_start, max(over), sum(amt), sum(amt)
FROM batch.too_long WHERE over > 0 AND unknown IS NULL
GROUP BY entry_code, c, key, win, scope, window_start;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, f.window_start, l.id, CASE WHEN l.over > 0 THEN 1 ELSE 2 END, CASE WHEN l.over > 0 THEN 1 END, 1
FROM batch.finding f JOIN batch.too_long a USING (entry_code, c, id) JOIN batch.too_long l USING (entry_code, c, key, win);
UPDATE batch.outcome o SET outcome = coalesce(d.unknown, 'hit:') FROM batch.too_long d
WHERE d.entry_code = o.entry_code AND d.id = o.id AND (d.unknown IS NOT NULL OR d.over > 0);

-- Day by day: what comes on top of the accepted ones of the last N days, and
-- what comes too soon after the last accepted one.
CREATE TABLE batch.too_soon (entry_code text, c int, key text, win text, day date, start date, excess numeric, accepted date[]);
DO $$
DECLARE
    d record; bucket text; accepted date[]; recent date[]; gap numeric;
BEGIN
    FOR d IN SELECT DISTINCT entry_code, c, key, win, day, measure, lim, window_days FROM batch.dayed
             WHERE measure = 'gap_days' OR scope = 'rolling' ORDER BY entry_code, c, key, win, day LOOP
        IF bucket IS DISTINCT FROM concat_ws('|', d.entry_code, d.c, d.key, d.win) THEN
            bucket := concat_ws('|', d.entry_code, d.c, d.key, d.win); accepted := '{}';
        END IF;
        IF d.measure = 'days' THEN
            SELECT coalesce(array_agg(a ORDER BY a), '{}') INTO recent FROM unnest(accepted) AS a WHERE a > d.day - d.window_days;
            IF cardinality(recent) + 1 > d.lim THEN
                INSERT INTO batch.too_soon VALUES (d.entry_code, d.c, d.key, d.win, d.day, coalesce(recent[1], d.day), cardinality(recent) + 1 - d.lim, recent);
                CONTINUE;
            END IF;
        ELSIF d.day - accepted[cardinality(accepted)] < d.lim THEN
            INSERT INTO batch.too_soon VALUES (d.entry_code, d.c, d.key, d.win, d.day, accepted[cardinality(accepted)], d.lim - (d.day - accepted[cardinality(accepted)]), accepted[cardinality(accepted):]);
            CONTINUE;
        END IF;
        accepted := accepted || d.day;
    END LOOP;
END
$$;
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max)
SELECT s.entry_code, s.c, (array_agg(d.id ORDER BY d.at))[1], d.scope, s.start, s.excess, sum(d.amt), sum(d.amt)
FROM batch.too_soon s JOIN batch.dayed d USING (entry_code, c, key, win, day)
GROUP BY s.entry_code, s.c, s.key, s.win, s.day, d.scope, s.start, s.excess;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, f.window_start, l.id, CASE WHEN l.day = s.day THEN 1 ELSE 2 END, CASE WHEN l.day = s.day THEN 1 END, 1
FROM batch.finding f JOIN batch.dayed a USING (entry_code, c, id) JOIN batch.too_soon s USING (entry_code, c, key, win, day)
JOIN batch.dayed l USING (entry_code, c, key, win)
WHERE l.day = s.day OR l.day = ANY (s.accepted);
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.too_soon s JOIN batch.dayed d USING (entry_code, c, key, win, day)
WHERE d.entry_code = o.entry_code AND d.id = o.id;

-- Members of a bucket: medicines down to the name; parts by the uppermost node
-- that the entry lists.
CREATE TABLE batch.membered AS
SELECT p.*, min(at) OVER (PARTITION BY entry_code, c, key, win, member) AS came,
       sum(amt) OVER (PARTITION BY entry_code, c, key, win, member) AS worth,
       min(coalesce(start, day)) OVER (PARTITION BY entry_code, c, key, win) AS window_start,
       bool_or(doubtful) OVER (PARTITION BY entry_code, c, key, win) AS suspect
FROM (SELECT p.*, CASE measure WHEN 'parts' THEN (SELECT k.code FROM batch.entry_code k WHERE k.entry_code = p.entry_code AND k.role = 'main' AND starts_with(p.code, k.code)
                                                  ORDER BY length(k.code) LIMIT 1)
                 ELSE (SELECT m.medicine FROM oracle.medicine m WHERE m.code = p.code) END AS member
      FROM batch.placed p WHERE role = 'main' AND measure IN ('parts', 'kinds')) AS p;

CREATE TABLE batch.too_many AS
SELECT m.*, CASE m.measure WHEN 'parts' THEN CASE WHEN members >= m.at_least THEN members - 1 ELSE 0 END
                 ELSE members - floor(coalesce(l.total, m.lim)) END AS over, last, cheap, dear,
       CASE WHEN m.limit_basis <> 'constant' AND l.total IS NULL THEN l.unknown END AS unknown
FROM (SELECT entry_code, c, key, win, member, count(*) OVER bucket AS members,
             -- the last ones to come are too many; the cheapest so many are the amount, of equals the last
             row_number() OVER (bucket ORDER BY came DESC) AS last,
             row_number() OVER (bucket ORDER BY worth, came DESC) AS cheap,
             row_number() OVER (bucket ORDER BY worth DESC, came) AS dear
      FROM (SELECT DISTINCT entry_code, c, key, win, member, came, worth FROM batch.membered) AS x
      WINDOW bucket AS (PARTITION BY entry_code, c, key, win)) AS k
JOIN batch.membered m USING (entry_code, c, key, win, member)
LEFT JOIN batch.limited l ON m.limit_basis <> 'constant' AND (l.entry_code, l.c, l.key, l.win) = (m.entry_code, m.c, m.key, m.win);
-- "members" counts rows of the window, which has one a member
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, suspected, vola, vola_max, note)
SELECT entry_code, c, (array_agg(id ORDER BY at) FILTER (WHERE measure = 'parts' OR last <= over))[1], scope, window_start, over, suspect,
       sum(amt) FILTER (WHERE cheap <= over), sum(amt) FILTER (WHERE measure = 'parts' OR dear <= over), CASE measure WHEN 'parts' THEN 'parts' END
FROM batch.too_many WHERE over > 0 AND unknown IS NULL
GROUP BY entry_code, c, key, win, scope, measure, window_start, over, suspect;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, f.window_start, l.id, CASE WHEN l.measure = 'parts' OR l.last <= l.over THEN 1 ELSE 2 END, CASE WHEN l.cheap <= l.over THEN 1 END, 1
FROM batch.finding f JOIN batch.too_many a USING (entry_code, c, id) JOIN batch.too_many l USING (entry_code, c, key, win)
UNION ALL
-- what a limit is measured by is involved
SELECT f.entry_code, f.c, f.id, f.window_start, p.id, 2, NULL, 1
FROM batch.finding f JOIN batch.too_many a USING (entry_code, c, id) JOIN batch.placed p USING (entry_code, c, key, win)
WHERE p.role = 'per' AND NOT EXISTS (SELECT FROM batch.too_many l WHERE (l.entry_code, l.c, l.key, l.win, l.id) = (p.entry_code, p.c, p.key, p.win, p.id));
UPDATE batch.outcome o SET outcome = coalesce(m.unknown, 'hit:') FROM batch.too_many m
WHERE m.entry_code = o.entry_code AND m.id = o.id AND (m.unknown IS NOT NULL OR m.over > 0 AND (m.measure = 'parts' OR m.last <= m.over));
