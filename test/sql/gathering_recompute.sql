\set SHOW_CONTEXT never
-- Co-visits once more in plain SQL, from docs/gathering.md, section 3: crowds,
-- strata, pairs, p-values, components, groups.  Times lie on a grid of five
-- minutes, so that many visits are as far apart as a meeting may be, to the
-- microsecond; some towns lie on the dateline and on a pole.
SET search_path = public;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
CREATE TEMP TABLE town (
    nr int, within interval, days int, places int, metres float8, max_crowd int, min_weight float8,
    period interval, slot interval, slot_visits int, fdr float8, place geography, azimuth float8);
INSERT INTO town VALUES
    (1, '10 minutes', 2, 1,  0, NULL, 0,   '84 days', '2 hours',    2, 0.2, 'POINT(113.2 23.1)',      1),
    (2, '0',          2, 1,  0, NULL, 0,   '84 days', NULL,         9, 0.2, 'POINT(113.2 23.1)',      1),
    (3, '15 minutes', 3, 1, 60, NULL, 0,   '14 days', '2 hours',    0, 0.2, 'POINT(113.2 23.1)',      1),
    (4, '25 minutes', 2, 1,  0,    3, 0,   '84 days', '90 minutes', 1, 0.5, 'POINT(113.2 23.1)',      1),
    (5, '10 minutes', 2, 1, 60, NULL, 0,   '84 days', '2 hours',    9, 0.2, 'POINT(179.99977 10)',    pi() / 2),
    (6, '10 minutes', 2, 1, 60,    5, 0,   '84 days', '2 hours',    9, 0.2, 'POINT(30 89.9998)',      0),
    (7, '30 seconds', 2, 2,  0, NULL, 0.4, '28 days', '7 hours',    3, 1,   'POINT(113.2 23.1)',      1),
    (8, '26 hours',   3, 1, 60, NULL, 0,   '84 days', '2 hours',    9, 0.2, 'POINT(-0.0002 -89.9998)', pi());
CREATE FUNCTION pg_temp.u(seed text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('x' || substr(md5(seed), 1, 8))::bit(32)::bigint / 4294967296.0::float8 $$;

CREATE TEMP TABLE swipe (nr int, who text, place text, at timestamp, money numeric, household text, location geography);
-- people who come often, and others; a visit in eight at midnight, give or take ten minutes
INSERT INTO swipe
SELECT nr, CASE who WHEN 0 THEN '' WHEN 1 THEN '张三' WHEN 2 THEN 'Ä' ELSE 'P' || who END, 'H' || floor(8 * b),
       timestamp '2026-02-26' + floor(28 * c) * interval '1 day'
           + CASE WHEN e < 0.125 THEN interval '23 hours 50 minutes' + floor(5 * d) * interval '5 minutes'
                  ELSE interval '8 hours' + floor(72 * d ^ 2) * interval '5 minutes' END
           + CASE WHEN e > 0.9 THEN (1 - floor(3 * d)) * interval '1 microsecond' ELSE '0' END,
       CASE WHEN e < 0.9 THEN round((e * 1000)::numeric, 2) END, CASE WHEN who % 4 = 1 THEN 'F' || floor(who / 12.0 + 2 * e) END, NULL
FROM (SELECT nr, floor(40 * pg_temp.u(seed || 'a') ^ 1.5)::int AS who, pg_temp.u(seed || 'b') AS b, pg_temp.u(seed || 'c') AS c,
             pg_temp.u(seed || 'd') AS d, pg_temp.u(seed || 'e') AS e
      FROM (SELECT nr, concat(nr, ':', n, ':') AS seed FROM town, generate_series(1, 900) n) v) r;
-- four who travel together, a chain of five of whom two at a time do, three who keep days, one of them with half of his visits, and rows that count for nothing
INSERT INTO swipe
SELECT nr, 'T' || n, 'H' || trip % 3, timestamp '2026-02-27 09:40' + trip * interval '6 days 85 minutes' + n * interval '10 seconds', 100.25, CASE n WHEN 1 THEN 'F' || 7 + trip WHEN 2 THEN 'F7' END, NULL::geography
FROM town, generate_series(1, 4) n, generate_series(0, 5) trip
UNION ALL
SELECT nr, 'K' || k + n, 'H' || 4 + trip % 2, timestamp '2026-02-28 10:20' + k * interval '1 day' + trip * interval '9 days 50 minutes' + n * within, 10, NULL, NULL
FROM town, generate_series(1, 4) k, generate_series(0, 1) n, generate_series(0, 3) trip
UNION ALL
SELECT nr, 'R' || n, 'H3', timestamp '2026-03-02 08:00' + week * interval '7 days' + n * week % 3 * interval '5 minutes', NULL, NULL, NULL
FROM town, generate_series(1, 3) n, generate_series(0, 5) week
UNION ALL
SELECT nr, 'R3', 'H' || week, timestamp '2026-03-04 22:00' + week * interval '7 days', NULL, NULL, NULL
FROM town, generate_series(0, 5) week
UNION ALL
SELECT nr, CASE n WHEN 1 THEN NULL ELSE 'N' || n END, CASE n WHEN 2 THEN NULL ELSE 'H1' END, CASE n WHEN 3 THEN NULL ELSE timestamp '2026-02-01 10:00' + d * interval '1 day' END, 1, 'F1', NULL
FROM town, generate_series(1, 3) n, generate_series(1, 9) d;
-- some 50 metres apart, H2 to H4 in a row; one nowhere; H7 on the dateline or the pole, by two names
UPDATE swipe s SET location = CASE WHEN s.place = 'H7' AND t.nr = 5 THEN ST_MakePoint(CASE WHEN length(who) > 2 THEN 180 ELSE -180 END, 10)::geography
                                   WHEN s.place = 'H7' AND abs(ST_Y(t.place::geometry)) > 89 THEN ST_MakePoint(7 * length(who), CASE t.nr WHEN 6 THEN 90 ELSE -90 END)::geography
                                   ELSE ST_Project(t.place, ('{0,50,500,550,600,1200,1259,1319}'::int[])[1 + substr(s.place, 2)::int], t.azimuth) END
FROM town t WHERE t.nr = s.nr AND (s.place <> 'H6' OR t.nr = 5);
CREATE TEMP VIEW setting AS
SELECT nr, medsup.covisit_setting(within => within, days => days, places => places, density => 1e-9, max_crowd => max_crowd, min_weight => min_weight, metres => metres,
                                  period => period, slot => slot, slot_visits => slot_visits, fdr => 1, alpha => 1) AS for_pairs
FROM town;

-- ---------------------------------------------------------------- visits ----
CREATE TEMP TABLE near AS
SELECT p.nr, p.place AS p, q.place AS q
FROM (SELECT DISTINCT ON (nr, place) nr, place, location FROM swipe ORDER BY nr, place, location::text) p
JOIN (SELECT DISTINCT ON (nr, place) nr, place, location FROM swipe ORDER BY nr, place, location::text DESC) q USING (nr)
JOIN town t USING (nr)
WHERE p.place = q.place OR t.metres > 0 AND ST_Distance(p.location, q.location) <= t.metres;
CREATE INDEX ON near (nr, p);
ANALYZE near;
CREATE TEMP TABLE raw AS
SELECT row_number() OVER () AS id, s.* FROM swipe s WHERE who IS NOT NULL AND place IS NOT NULL AND at IS NOT NULL;
ALTER TABLE raw ALTER who TYPE text COLLATE "C";
CREATE INDEX ON raw (nr, place, at);
ANALYZE raw;
CREATE TEMP TABLE visit AS
SELECT * FROM (
    SELECT x.id, x.nr, x.who, x.place, x.at, x.money, x.at::date AS day, x.at::date - min(x.at::date) OVER (PARTITION BY x.nr) AS since, extract(epoch FROM x.at::time) AS clock,
           (SELECT count(*) - 1 FROM near n JOIN raw y ON y.nr = n.nr AND y.place = n.q AND y.at BETWEEN x.at - t.within AND x.at + t.within
            WHERE n.nr = x.nr AND n.p = x.place) AS crowd
    FROM raw x JOIN town t USING (nr)) v JOIN (SELECT nr, max_crowd FROM town) t USING (nr)
WHERE max_crowd IS NULL OR crowd <= max_crowd;
CREATE INDEX ON visit (nr, place, at);
CREATE INDEX ON visit (nr, who);
ANALYZE visit;
CREATE TEMP TABLE meeting AS
SELECT x.nr, x.id AS x, y.id AS y, x.who AS a, y.who AS b, x.place, x.day, 1.0::float8 / greatest(x.crowd, y.crowd) AS weight, y.at - x.at = t.within AS just
FROM visit x JOIN town t USING (nr) JOIN near n ON n.nr = x.nr AND n.p = x.place
JOIN visit y ON y.nr = x.nr AND y.place = n.q AND y.at BETWEEN x.at - t.within AND x.at + t.within AND y.who <> x.who;
ANALYZE meeting;

-- ---------------------------------------------------------------- strata ----
CREATE TEMP TABLE stratum AS
SELECT f.kind, v.nr, v.id, v.who, dense_rank() OVER (ORDER BY f.kind, v.nr, v.place, v.span, f.weekday, f.slot) AS s
FROM (SELECT v.*, count(*) OVER (PARTITION BY v.nr, v.place, v.span) >= v.slot_visits * ceil(86400 / v.coarse) AS slotted
      FROM (SELECT v.*, t.slot_visits, v.since / extract(day FROM t.period)::int AS span, extract(epoch FROM coalesce(t.slot, '1 day')) AS coarse,
                   least(extract(epoch FROM coalesce(t.slot, '1 day')), greatest(extract(epoch FROM t.within), 60)) AS fine
            FROM visit v JOIN town t USING (nr)) v) v
CROSS JOIN LATERAL (VALUES ('coarse', 0, CASE WHEN v.slotted THEN floor(v.clock / v.coarse) ELSE 0 END), ('fine', v.since % 7, floor(v.clock / v.fine))) f (kind, weekday, slot);
CREATE TEMP TABLE presence AS SELECT kind, nr, s, who, count(*) AS visits FROM stratum GROUP BY 1, 2, 3, 4;
CREATE INDEX ON presence (s, who);
ANALYZE presence;
CREATE TEMP TABLE rate AS
SELECT m.*, m.meetings::float8 / (a.visits * b.visits - (SELECT coalesce(sum(p.visits * q.visits), 0) FROM presence p JOIN presence q USING (nr, who) WHERE p.s = m.s AND q.s = m.t)) AS rate
FROM (SELECT x.kind, m.nr, x.s, y.s AS t, count(*) AS meetings FROM meeting m JOIN stratum x ON x.id = m.x JOIN stratum y ON y.id = m.y AND y.kind = x.kind GROUP BY 1, 2, 3, 4) m
JOIN (SELECT s, sum(visits) AS visits FROM presence GROUP BY s) a USING (s) JOIN (SELECT s AS t, sum(visits) AS visits FROM presence GROUP BY s) b USING (t);
ANALYZE rate;

-- ----------------------------------------------------------------- pairs ----
CREATE TEMP TABLE side AS
SELECT nr, a, b, d.days, p.places, d.weight
FROM (SELECT nr, a, b, count(*) AS days, sum(weight) AS weight FROM (SELECT nr, a, b, day, max(weight) AS weight FROM meeting GROUP BY 1, 2, 3, 4) d GROUP BY 1, 2, 3) d
JOIN (SELECT nr, a, b, count(DISTINCT place) AS places FROM meeting GROUP BY 1, 2, 3) p USING (nr, a, b);
CREATE TEMP TABLE family AS SELECT nr, who, min(household COLLATE "C") AS household FROM raw GROUP BY 1, 2;
CREATE TEMP TABLE met AS
SELECT nr, a, b, least(x.days, y.days) AS days, least(x.places, y.places) AS places, least(x.weight, y.weight) AS weight, (f.household = g.household) IS TRUE AS kin
FROM side x JOIN (SELECT nr, b AS a, a AS b, days, places, weight FROM side) y USING (nr, a, b) JOIN town t USING (nr)
JOIN (SELECT nr, who AS a, household FROM family) f USING (nr, a) JOIN (SELECT nr, who AS b, household FROM family) g USING (nr, b)
WHERE a < b AND least(x.days, y.days) >= t.days AND least(x.places, y.places) >= t.places AND least(x.weight, y.weight) >= t.min_weight;
ANALYZE met;
CREATE TEMP TABLE chance AS
WITH hit AS MATERIALIZED (
    SELECT p.kind, m.nr, m.a, m.b, r.s, r.t, p.visits AS of_a, q.visits AS of_b, r.rate
    FROM met m JOIN presence p ON p.nr = m.nr AND p.who = m.a JOIN rate r ON r.s = p.s JOIN presence q ON q.s = r.t AND q.who = m.b
)
SELECT kind, nr, a, b, least((SELECT sum(v) FROM (SELECT DISTINCT u.s, u.v FROM unnest(array_agg(s), array_agg(of_a)) u (s, v)) d),
                             (SELECT sum(v) FROM (SELECT DISTINCT u.t, u.v FROM unnest(array_agg(t), array_agg(of_b)) u (t, v)) d))::int AS trials,
       sum(of_a * of_b * rate) AS expected
FROM hit GROUP BY 1, 2, 3, 4;
CREATE TEMP TABLE factorial AS SELECT n, sum(ln(greatest(n, 1)::float8)) OVER (ORDER BY n) AS log FROM generate_series(0, 600) n;
CREATE UNIQUE INDEX ON factorial (n);
ANALYZE factorial;
CREATE FUNCTION pg_temp.tail(n int, k bigint, share float8) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN share >= 1 THEN 1 ELSE least(1, (
        SELECT sum(exp(t.log)) FROM generate_series(k::int, n) i
        CROSS JOIN LATERAL (SELECT (SELECT log FROM factorial WHERE factorial.n = $1) - (SELECT log FROM factorial WHERE factorial.n = i)
            - (SELECT log FROM factorial WHERE factorial.n = $1 - i) + i * ln(share) + ($1 - i) * ln(1 - share)) t (log)
        WHERE t.log > -700)) END
$$;
-- who keeps days: at least half of the visits have another one in another week
CREATE TEMP TABLE habitual AS
SELECT nr, who FROM (
    SELECT x.nr, x.who, EXISTS (SELECT FROM visit y WHERE y.nr = x.nr AND y.who = x.who AND y.place = x.place AND y.day <> x.day AND (y.day - x.day) % 7 = 0
                                                      AND abs(y.clock - x.clock) <= extract(epoch FROM t.within)) AS kept
    FROM visit x JOIN town t USING (nr)) v
GROUP BY nr, who HAVING count(*) FILTER (WHERE kept) >= count(*) FILTER (WHERE NOT kept);
CREATE TEMP TABLE pair AS
WITH p AS (
    SELECT c.*, m.days, m.places, m.weight, m.kin, pg_temp.tail(c.trials, m.days, c.expected / c.trials) AS p_value FROM chance c JOIN met m USING (nr, a, b)
)
SELECT c.nr, c.a, c.b, c.days, c.places, c.weight, c.kin, f.p_value > c.p_value AS by_habit,
       CASE WHEN f.p_value > c.p_value THEN f.expected ELSE c.expected END AS expected, greatest(c.p_value, f.p_value) AS p_value
FROM p c LEFT JOIN (SELECT p.* FROM p JOIN (SELECT nr, who AS a FROM habitual) h USING (nr, a) JOIN (SELECT nr, who AS b FROM habitual) i USING (nr, b) WHERE kind = 'fine') f USING (nr, a, b)
WHERE c.kind = 'coarse';

-- how many could have met
CREATE TEMP TABLE regular AS
SELECT DISTINCT v.nr, v.who, v.place FROM visit v JOIN town t USING (nr) JOIN (SELECT nr, who, count(*) AS visits FROM visit GROUP BY 1, 2) c USING (nr, who) WHERE c.visits >= t.days;
CREATE TEMP TABLE degree AS
SELECT r.nr, r.who, least(sum(n.others), e.eligible - 1) AS others
FROM regular r JOIN (SELECT nr, count(DISTINCT who) AS eligible FROM regular GROUP BY 1) e USING (nr)
CROSS JOIN LATERAL (SELECT count(*) - 1 AS others FROM near n JOIN regular q ON q.nr = n.nr AND q.place = n.q WHERE n.nr = r.nr AND n.p = r.place) n
GROUP BY r.nr, r.who, e.eligible;
CREATE TEMP TABLE judged AS
SELECT p.*, least(1, min(p.p_value * t.tests / p.rank) OVER (PARTITION BY p.nr ORDER BY p.p_value DESC)) AS q_value
FROM (SELECT p.*, count(*) OVER (PARTITION BY nr ORDER BY p_value) AS rank FROM pair p WHERE NOT kin) p
JOIN (SELECT nr, sum(others) / 2 AS tests FROM degree GROUP BY nr) t USING (nr);

-- ---------------------------------------------------------------- groups ----
CREATE TEMP TABLE held AS SELECT j.* FROM judged j JOIN town t USING (nr) WHERE j.q_value <= t.fdr;
CREATE INDEX ON held (nr, a);
CREATE INDEX ON held (nr, b);
CREATE TEMP TABLE member AS
WITH RECURSIVE edge AS (SELECT nr, a, b FROM held UNION ALL SELECT nr, b, a FROM held), walk AS (
    SELECT nr, a, a AS b FROM edge UNION SELECT w.nr, w.a, e.b FROM walk w JOIN edge e ON e.nr = w.nr AND e.a = w.b)
SELECT nr, a AS who, min(b) AS least, count(*) AS size FROM walk GROUP BY 1, 2 HAVING count(*) >= 3;
-- the least likely pairs that hang it together: those whose ends no less likely ones connect
CREATE TEMP TABLE tree AS
SELECT m.nr, m.least, sum(ln(e.p_value)) AS log_p
FROM held e JOIN member m ON m.nr = e.nr AND m.who = e.a
WHERE NOT EXISTS (
    WITH RECURSIVE path AS (
        SELECT e.a AS who UNION
        SELECT CASE WHEN f.a = p.who THEN f.b ELSE f.a END FROM path p JOIN held f ON f.nr = e.nr AND p.who IN (f.a, f.b) AND (f.p_value, f.a, f.b) < (e.p_value, e.a, e.b))
    SELECT FROM path WHERE who = e.b)
GROUP BY 1, 2;
CREATE TEMP TABLE company AS
SELECT DISTINCT m.nr, m.least, v.id, v.day, v.place, v.money
FROM meeting j JOIN member m ON m.nr = j.nr AND m.who = j.a JOIN member o ON o.nr = j.nr AND o.who = j.b AND o.least = m.least JOIN visit v ON v.id = j.x;
CREATE FUNCTION pg_temp.group_p(n int, log_x float8, in_town int) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN log < -700 THEN 0 ELSE exp(least(log, 0)) END
    FROM (SELECT ln(n::float8) + ln(n - 1::float8) + (SELECT ln(sum(power(others, n - 1)))::float8 FROM degree WHERE nr = in_town)
              + (n - 2) * ln(n::float8) - (SELECT log FROM factorial WHERE factorial.n = $1)
              + CASE WHEN log_x = 0 THEN 0 ELSE log_x + ln((SELECT sum(exp(j * ln(-log_x) - (SELECT log FROM factorial WHERE factorial.n = j))) FROM generate_series(0, n - 2) j)) END) t (log)
$$;
CREATE TEMP TABLE gathering AS
SELECT m.nr, m.members, m.size, c.places, c.days, c.repetitions, c.visits, c.first_day, c.last_day, c.money, p.pairs, p.pairs / (m.size * (m.size - 1) / 2.0::float8) AS density,
       p.weight, p.observed, p.expected, pg_temp.group_p(m.size, t.log_p, m.nr) AS p_value
FROM (SELECT nr, least, array_agg(who::text ORDER BY who) AS members, count(*)::int AS size FROM member GROUP BY 1, 2) m
JOIN tree t USING (nr, least)
JOIN (SELECT nr, least, array_agg(DISTINCT place COLLATE "C" ORDER BY place COLLATE "C") AS places, count(DISTINCT day) AS days, count(DISTINCT (day, place)) AS repetitions, count(*) AS visits,
             min(day) AS first_day, max(day) AS last_day, sum(coalesce(money, 0)) AS money FROM company GROUP BY 1, 2) c USING (nr, least)
JOIN (SELECT m.nr, m.least, count(*) AS pairs, sum(weight) AS weight, sum(days) AS observed, sum(expected) AS expected FROM held h JOIN member m ON m.nr = h.nr AND m.who = h.a GROUP BY 1, 2) p USING (nr, least);

-- ------------------------------------------------------------ comparison ----
CREATE FUNCTION pg_temp.close_to(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT abs(a - b) <= 1e-9 * greatest(abs(a), abs(b)) $$;
CREATE TEMP TABLE our_pair AS
SELECT v.nr, p.* FROM (SELECT nr, medsup.covisit_pairs(who, place, at, money, household, location, for_pairs) AS pairs FROM swipe JOIN setting USING (nr) GROUP BY nr) v CROSS JOIN LATERAL unnest(v.pairs) p;
CREATE TEMP TABLE our_group AS
SELECT v.nr, g.*
FROM (SELECT nr, medsup.covisit_groups(who, s.place, at, money, household, location, jsonb_populate_record(for_pairs, jsonb_build_object('fdr', fdr))) AS groups
      FROM swipe s JOIN setting USING (nr) JOIN town USING (nr) GROUP BY nr) v CROSS JOIN LATERAL unnest(v.groups) g;
-- is every town what it is for?
SELECT nr, (SELECT count(*) FROM raw r WHERE r.nr = t.nr) AS visits, (SELECT count(*) FROM visit v WHERE v.nr = t.nr) AS not_crowded,
       (SELECT count(*) FROM meeting m WHERE m.nr = t.nr AND just) AS just_within, (SELECT count(*) FROM meeting m JOIN visit y ON y.id = m.y WHERE m.nr = t.nr AND y.day > m.day) AS past_midnight,
       (SELECT count(*) FROM meeting m JOIN visit y ON y.id = m.y WHERE m.nr = t.nr AND y.place > m.place) AS elsewhere,
       (SELECT count(*) FROM pair p WHERE p.nr = t.nr AND kin) AS kin, (SELECT count(*) FROM pair p WHERE p.nr = t.nr AND by_habit AND NOT kin) AS by_habit
FROM town t ORDER BY nr;
SELECT nr, o.n AS our_pairs, p.n AS pairs, o.same FROM (
    SELECT o.nr, count(*) AS n,
           count(*) FILTER (WHERE o.days = p.days AND o.places = p.places AND pg_temp.close_to(o.weight, p.weight) AND pg_temp.close_to(o.expected, p.expected)
                              AND pg_temp.close_to(o.p_value, p.p_value) AND pg_temp.close_to(o.q_value, p.q_value)) AS same
    FROM our_pair o LEFT JOIN judged p ON p.nr = o.nr AND p.a = o.patient_a AND p.b = o.patient_b GROUP BY o.nr) o
FULL JOIN (SELECT nr, count(*) AS n FROM judged GROUP BY nr) p USING (nr) ORDER BY nr;
SELECT nr, o.n AS our_groups, g.n AS groups, o.same, g.members FROM (
    SELECT o.nr, count(*) AS n,
           count(*) FILTER (WHERE ROW(o.size, o.places, o.days, o.repetitions, o.visits, o.first_day, o.last_day, o.money, o.pairs, o.observed)
                                = ROW(g.size, g.places, g.days, g.repetitions, g.visits, g.first_day, g.last_day, g.money, g.pairs, g.observed)
                              AND pg_temp.close_to(o.density, g.density) AND pg_temp.close_to(o.weight, g.weight) AND pg_temp.close_to(o.expected, g.expected)
                              AND pg_temp.close_to(o.p_value, g.p_value)) AS same
    FROM our_group o LEFT JOIN gathering g USING (nr, members) GROUP BY o.nr) o
FULL JOIN (SELECT nr, count(*) AS n, array_agg(size ORDER BY size) AS members FROM gathering GROUP BY nr) g USING (nr) ORDER BY nr;
-- a microsecond less (ten seconds more), or one more in the crowd, is another answer
SELECT nr, o.days <> p.days AS differs
FROM (SELECT nr, sum(o.days) AS days FROM (
          SELECT nr, medsup.covisit_pairs(who, s.place, at, money, household, location, jsonb_populate_record(for_pairs, jsonb_build_object(
                     'within', CASE WHEN max_crowd IS NOT NULL THEN within WHEN within > '0' THEN within - interval '1 microsecond' ELSE '10 seconds' END, 'max_crowd', max_crowd + 1))) AS pairs
          FROM swipe s JOIN setting USING (nr) JOIN town USING (nr) GROUP BY nr) v CROSS JOIN LATERAL unnest(v.pairs) o GROUP BY nr) o
JOIN (SELECT nr, sum(days) AS days FROM judged GROUP BY nr) p USING (nr) ORDER BY nr;
