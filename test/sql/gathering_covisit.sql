\set SHOW_CONTEXT never
-- Who turns up together: groups, pairs, and what is refused
SET search_path = public;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
CREATE TEMP TABLE swipe (psn_no text, place text, at timestamp, money numeric, household text, location geography);
-- a town by chance: 200 people, twelve weeks, four clinics
INSERT INTO swipe
SELECT 'P' || lpad(n::text, 3, '0'), 'H' || 1 + n % 4,
       timestamp '2026-03-02 08:00' + (week * 7 + ('x' || substr(md5(n || '-' || week), 1, 4))::bit(16)::int % 7) * interval '1 day'
           + ('x' || substr(md5(week || '+' || n), 1, 4))::bit(16)::int % 540 * interval '1 minute', 80, NULL,
       ST_MakePoint(113.2 + n % 4 * 0.1, 23.1)::geography
FROM generate_series(1, 200) n, generate_series(0, 11) week;
-- four on dialysis, three times a week at eight
INSERT INTO swipe
SELECT 'R' || n, 'H1', timestamp '2026-03-02 08:00' + d * interval '1 day' + (n * d) % 15 * interval '1 minute', 400, NULL, ST_MakePoint(113.2, 23.1)::geography
FROM generate_series(1, 4) n, generate_series(0, 83) d WHERE d % 7 IN (0, 2, 4);
-- five who are driven around, seven times, to two clinics
INSERT INTO swipe
SELECT 'T' || n, 'H' || 2 + trip % 2, timestamp '2026-03-03 09:10' + trip * interval '11 days 35 minutes' + n * interval '2 minutes', 450.123456,
       CASE WHEN n < 3 THEN 'F1' END, ST_MakePoint(113.2 + (1 + trip % 2) * 0.1, 23.1)::geography
FROM generate_series(1, 5) n, generate_series(0, 6) trip;

CREATE FUNCTION pg_temp.shown(g medsup.covisit_group[]) RETURNS TABLE (
    members text[], size int, places text[], days int, repetitions int, visits int, first_day date, last_day date, money numeric, pairs int,
    density numeric, weight numeric, observed bigint, expected numeric, hardly boolean)
LANGUAGE sql AS $$
    SELECT g.members, g.size, g.places, g.days, g.repetitions, g.visits, g.first_day, g.last_day, g.money, g.pairs,
           round(g.density::numeric, 3), round(g.weight::numeric, 3), g.observed, round(g.expected::numeric, 3), g.p_value < 1e-9
    FROM unnest(g) g
$$;
SELECT s.* FROM (SELECT medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) AS g FROM swipe) v CROSS JOIN LATERAL pg_temp.shown(v.g) s;
-- with what they cost; the two of one family are no pair
SELECT s.* FROM (SELECT medsup.covisit_groups(psn_no, place, at, money, household, NULL, medsup.covisit_setting()) AS g FROM swipe) v CROSS JOIN LATERAL pg_temp.shown(v.g) s;
-- all of them must have met
SELECT s.* FROM (SELECT medsup.covisit_groups(psn_no, place, at, money, household, NULL, medsup.covisit_setting(density => 1)) AS g FROM swipe) v CROSS JOIN LATERAL pg_temp.shown(v.g) s;
-- not on so many days, not at so many places, not so alone, not so many
SELECT cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(days => 7))) AS seven,
       cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(days => 8))) AS eight,
       cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(places => 2))) AS two,
       cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(places => 3))) AS three,
       cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(min_weight => 0.5))) AS weight,
       cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(max_crowd => 3))) AS crowd,
       cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(members => 6))) AS six
FROM swipe;
-- the regulars met on all days, and were expected to
SELECT p.patient_a, p.patient_b, p.days, round(p.expected::numeric, 1) AS expected, p.p_value > 0.5 AS likely
FROM (SELECT medsup.covisit_pairs(psn_no, place, at, medsup.covisit_setting(fdr => 1)) AS pairs FROM swipe) v CROSS JOIN LATERAL unnest(v.pairs) p
WHERE p.patient_a LIKE 'R%' AND p.patient_b LIKE 'R%';
-- pairs that hold are theirs, in order
SELECT p.patient_a, p.patient_b, p.days, p.places, p.q_value >= p.p_value AS adjusted, p.q_value <= 0.05 AS holds
FROM (SELECT medsup.covisit_pairs(psn_no, place, at, medsup.covisit_setting()) AS pairs FROM swipe) v CROSS JOIN LATERAL unnest(v.pairs) WITH ORDINALITY p
ORDER BY p.ordinality;

-- neither order, nor plan, nor a GROUP BY that changes nothing
SELECT count(DISTINCT g) AS answers FROM (
    SELECT medsup.covisit_groups(psn_no, place, at, money, household, location, medsup.covisit_setting()) AS g FROM swipe
    UNION ALL SELECT medsup.covisit_groups(psn_no, place, at, money, household, location, medsup.covisit_setting() ORDER BY at) FROM swipe
    UNION ALL SELECT medsup.covisit_groups(psn_no, place, at, money, household, location, medsup.covisit_setting() ORDER BY md5(psn_no || at)) FROM swipe
    UNION ALL SELECT medsup.covisit_groups(psn_no, place, at, money, household, location, medsup.covisit_setting()) FROM swipe GROUP BY 1 + 1) v;
-- both aggregates share one state, and reading it does not change it
SELECT cardinality(medsup.covisit_groups(psn_no, place, at, s)) AS groups, cardinality(medsup.covisit_pairs(psn_no, place, at, s)) AS pairs,
       cardinality(medsup.covisit_groups(psn_no, place, at, s) FILTER (WHERE psn_no < 'T')) AS without
FROM swipe, (SELECT medsup.covisit_setting() AS s OFFSET 0) v;
SELECT DISTINCT cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) OVER ()) AS as_window FROM swipe;

-- near places: the trip is spread over two doors of one hospital
CREATE TEMP TABLE doors AS
SELECT psn_no, place || CASE WHEN psn_no IN ('T1', 'T2') THEN 'b' ELSE '' END AS place, at,
       CASE WHEN psn_no IN ('T1', 'T2') THEN ST_Project(location, 100, 0) ELSE location END AS location FROM swipe;
SELECT m.metres, s.members, s.places, s.days, s.repetitions FROM (VALUES (0), (90), (110)) m (metres)
CROSS JOIN LATERAL (SELECT medsup.covisit_groups(psn_no, place, at, NULL, NULL, location, medsup.covisit_setting(metres => m.metres)) AS g FROM doors) v
CROSS JOIN LATERAL pg_temp.shown(v.g) s ORDER BY 1;

-- nobody, nowhere, never
SELECT medsup.covisit_groups(NULL, 'H', now()::timestamp, medsup.covisit_setting()) AS nobody,
       medsup.covisit_groups('P', NULL, now()::timestamp, medsup.covisit_setting()) AS nowhere,
       medsup.covisit_groups('P', 'H', NULL, medsup.covisit_setting()) AS never;
SELECT medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) AS none, medsup.covisit_pairs(psn_no, place, at, medsup.covisit_setting()) AS no_pair FROM swipe WHERE false;
SELECT medsup.covisit_setting(within => '10 minutes', max_crowd => NULL);

-- what is refused, and the hint
\getenv srcdir PG_ABS_SRCDIR
\set refusals :srcdir '/data/refusals.sql'
\i :refusals
SELECT pg_temp.why('SELECT medsup.covisit_groups('
    || CASE WHEN a LIKE '''P''%' THEN a ELSE $$'P', 'H', timestamp '2026-03-02', medsup.covisit_setting($$ || a || ')' END || ') FROM (VALUES (1), (2)) v (n)') FROM (VALUES
    (1, $$'P', 'H', timestamp 'infinity', medsup.covisit_setting()$$),
    (2, $$'P', 'H', timestamp '-infinity', medsup.covisit_setting()$$),
    (3, $$'P', 'H', timestamp '200000-01-01', medsup.covisit_setting()$$),
    (4, $$'P', 'H', timestamp '2026-03-02', NULL$$),
    (5, $$'P', 'H', timestamp '2026-03-02', medsup.covisit_setting(days => n)$$),
    (6, 'within => NULL'), (7, $$within => '1 month'$$), (8, $$within => '-1 minute'$$), (9, $$within => '2000000 days'$$),
    (10, 'days => 0'), (11, 'days => NULL'), (12, 'places => 0'), (13, 'members => 1'),
    (14, 'density => 0'), (15, 'density => 1.5'), (16, $$density => 'nan'$$), (17, 'max_crowd => 0'),
    (18, 'min_weight => -1'), (19, $$min_weight => 'infinity'$$), (20, 'metres => -1'), (21, 'metres => NULL'),
    (22, $$period => '12 hours'$$), (23, $$period => '36 hours'$$), (24, $$period => '1 month'$$),
    (25, $$slot => '1 second'$$), (26, $$slot => '25 hours'$$), (27, 'fdr => 0'), (28, 'fdr => 2'), (29, 'alpha => NULL'),
    (30, $$'P', 'H', timestamp '2026-03-02', 'nan', NULL, NULL, medsup.covisit_setting()$$),
    (31, $$'P', 'H', timestamp '2026-03-02', 1e30, NULL, NULL, medsup.covisit_setting()$$),
    (32, $$'P', 'H', timestamp '2026-03-02', 1, NULL, ST_MakePoint(n, 1)::geography, medsup.covisit_setting()$$),
    (33, $$'P', 'H' || n, timestamp '2026-03-02', 1, NULL, ST_SetSRID(ST_MakePoint(n, 1), 4490 - 164 * (n - 1))::geography, medsup.covisit_setting()$$),
    (34, $$'P', 'H', timestamp '2026-03-02', 1, NULL, ST_SetSRID(ST_MakePoint(1, 1), 4214)::geography, medsup.covisit_setting(metres => 5)$$),
    (35, $$'P', 'H', timestamp '2026-03-02', 1, NULL, 'LINESTRING(0 0, 1 1)'::geography, medsup.covisit_setting()$$),
    (36, $$'P', 'H', timestamp '2026-03-02', 1, NULL, 'POINT EMPTY'::geography, medsup.covisit_setting(slot => NULL, max_crowd => NULL)$$),
    (37, 'slot_visits => -1'), (38, 'slot_visits => NULL'),
    (39, 'days => -2'), (40, 'places => NULL'), (41, 'members => NULL'), (42, 'density => NULL'), (43, 'min_weight => NULL'), (44, $$min_weight => 'nan'$$),
    (45, $$metres => 'nan'$$), (46, $$metres => 'infinity'$$), (47, 'period => NULL'), (48, $$period => '0'$$), (49, $$slot => '1 month'$$), (50, $$fdr => 'nan'$$), (51, 'alpha => -1'),
    (52, $$'P', 'H', timestamp '2026-03-02', 'infinity', NULL, NULL, medsup.covisit_setting()$$),
    (53, $$'P', 'H', timestamp '2026-03-02', 1, NULL, ST_MakePoint(CASE n WHEN 1 THEN 180 ELSE -180 END, 5)::geography, medsup.covisit_setting(metres => 5)$$),
    (54, $$'P', 'H', timestamp '2026-03-02', 1, NULL, ST_MakePoint(n, -90)::geography, medsup.covisit_setting(metres => 5)$$)) v (n, a) ORDER BY n;

-- what memory does not hold goes to disk, and nothing changes by it
CREATE TEMP TABLE town AS
SELECT g AS nr, CASE WHEN g % 3 = 0 THEN 60 ELSE 0 END AS metres, 2 + g % 3 AS days, CASE WHEN g % 4 = 0 THEN 2 + g END AS max_crowd
FROM generate_series(1, 12) g;
CREATE TEMP TABLE stroll AS
SELECT nr, 'P' || (pow(a, 2) * 400)::int AS psn_no, 'H' || (b * 40)::int AS place,
       timestamp '2026-02-26 08:00' + (c * 30)::int * interval '1 day' + pow(d, 3) * interval '15 hours' AS at, (e * 10000)::int / 100.0 AS money,
       CASE WHEN e < 0.2 THEN 'F' || (e * 100)::int % 7 END AS household, ST_Project(ST_MakePoint(113.2, 23.1)::geography, (b * 40)::int / 2 * 500 + (b * 40)::int % 2 * 50, 1) AS location
FROM (SELECT nr, n, v[1] AS a, v[2] AS b, v[3] AS c, v[4] AS d, v[5] AS e FROM town, generate_series(1, 6000) n,
      LATERAL (SELECT array_agg(('x' || substr(md5(nr || ':' || n || ':' || k), 1, 8))::bit(32)::bigint / 4294967296.0::float8 ORDER BY k) AS v FROM generate_series(1, 5) k) r) d;
CREATE FUNCTION pg_temp.found(mem text) RETURNS TABLE (nr int, groups medsup.covisit_group[], pairs medsup.covisit_pair[]) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('medsup.gathering_mem', mem, true);
    RETURN QUERY
    SELECT t.nr, medsup.covisit_groups(psn_no, place, at, money, household, location, medsup.covisit_setting(days => t.days, metres => t.metres, max_crowd => t.max_crowd, fdr => 0.2)),
           medsup.covisit_pairs(psn_no, place, at, money, household, location, medsup.covisit_setting(days => t.days, metres => t.metres, max_crowd => t.max_crowd, fdr => 1))
    FROM stroll s JOIN town t USING (nr) GROUP BY t.nr, t.days, t.metres, t.max_crowd;
END
$$;
CREATE TEMP TABLE in_memory AS SELECT * FROM pg_temp.found('1GB');
CREATE TEMP TABLE on_disk (LIKE in_memory);
SET client_min_messages = debug1;
INSERT INTO on_disk SELECT * FROM pg_temp.found('1100kB');
RESET client_min_messages;
SELECT count(*) AS towns, sum(cardinality(m.pairs)) AS pairs, count(*) FILTER (WHERE m.pairs = d.pairs AND m.groups = d.groups) AS same
FROM in_memory m JOIN on_disk d USING (nr);
SET client_min_messages = debug1;
SET medsup.gathering_mem = '512kB';
SELECT cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting())) AS groups FROM swipe;
SELECT cardinality(medsup.covisit_groups(psn_no || repeat('+', 500), place, at, medsup.covisit_setting())) AS long_keys FROM swipe;
SET medsup.gathering_mem = '1GB';
SELECT cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting())) AS groups FROM swipe;
RESET client_min_messages;
-- a cursor reads it twice; files go when it is closed, or fails
SET medsup.gathering_mem = '512kB';
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT psn_no LIKE 'R%' AS regulars, cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting())) AS groups FROM swipe GROUP BY 1 ORDER BY 1;
FETCH 1 FROM c;
FETCH 1 FROM c;
FETCH BACKWARD 1 FROM c;
CLOSE c;
COMMIT;
SET temp_file_limit = '64kB';
\set VERBOSITY sqlstate
SELECT medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) FROM swipe;
\set VERBOSITY default
DO $$
BEGIN
    PERFORM medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) FROM stroll;
EXCEPTION WHEN configuration_limit_exceeded THEN
    RAISE NOTICE '%', SQLSTATE;
END
$$;
RESET temp_file_limit;
SELECT count(*) AS files_left FROM pg_ls_tmpdir();
-- a window function stays in memory; one place must fit, and places' keys
SELECT medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) OVER () FROM stroll;
SET medsup.gathering_mem = 64;
SELECT medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting()) FROM swipe;
SELECT medsup.covisit_groups(psn_no, place || psn_no || at, at, medsup.covisit_setting()) FROM swipe;
RESET medsup.gathering_mem;
-- the extension's own schema is not on the path
SET search_path = pg_catalog;
SELECT cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting())) AS groups FROM pg_temp.swipe;
