-- Space-time scan: what it finds, that seed and workers do not matter, errors.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS medsup CASCADE;
RESET client_min_messages;
CREATE SCHEMA scan;
-- below n, by any number
CREATE FUNCTION scan.any_of(n int, i int, what text) RETURNS int LANGUAGE sql AS $$ SELECT ('x' || substr(md5(what || i), 1, 6))::bit(24)::int % n $$;
-- 40 villages on a grid of about 5 km, 60 days, cases here and there; twelve more
-- around village V12 on three days
CREATE TABLE scan.village AS
SELECT 'V' || lpad(n::text, 2, '0') AS village, ST_SetSRID(ST_MakePoint(113 + n % 8 * 0.05, 23 + n / 8 * 0.05), 4326)::geography AS location,
       500 + n * 37 AS people
FROM generate_series(0, 39) n;
CREATE TABLE scan.ill AS
SELECT 'V' || lpad(scan.any_of(40, i, 'village')::text, 2, '0') AS village, date '2026-03-01' + scan.any_of(60, i, 'day') AS day
FROM generate_series(1, 300) i;
INSERT INTO scan.ill SELECT (ARRAY['V11', 'V12', 'V20'])[1 + i % 3], date '2026-04-10' + i / 4 FROM generate_series(0, 11) i;
CREATE VIEW scan.cases AS SELECT v.*, i.day FROM scan.ill i JOIN scan.village v USING (village);

CREATE FUNCTION scan.shown(c medsup.scan_cluster) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s around %s, %s km, %s to %s: %s cases, expected %s, risk %s, ratio %s, p %s of %s',
        c.places, c.places[1], round((c.radius / 1000)::numeric, 2), to_char(c.first_day, 'YYYY-MM-DD'), to_char(c.last_day, 'YYYY-MM-DD'), c.cases,
        round(c.expected::numeric, 3), round(c.relative_risk::numeric, 2), round(c.llr::numeric, 4), round(c.p_value::numeric, 4), c.replications)
$$;
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10)) AS found FROM scan.cases) s
CROSS JOIN LATERAL unnest(s.found) c;
-- the ratio once more, by its formula
SELECT round((c.llr - (c.cases * ln(c.cases / c.expected) + (312 - c.cases) * ln((312 - c.cases) / (312 - c.expected))))::numeric, 10) AS difference,
       c.cases = (SELECT count(*) FROM scan.ill i WHERE i.village = ANY (c.places) AND i.day BETWEEN c.first_day AND c.last_day) AS counted,
       round((c.expected - (SELECT count(*) FROM scan.ill i WHERE i.village = ANY (c.places))
                         * (SELECT count(*) FROM scan.ill i WHERE i.day BETWEEN c.first_day AND c.last_day) / 312.0)::numeric, 10) AS off_by,
       ST_Equals(c.centre, (SELECT v.location::geometry FROM scan.village v WHERE v.village = c.places[1])) AS centred,
       round((c.radius - (SELECT max(ST_Distance(c.centre::geography, v.location)) FROM scan.village v WHERE v.village = ANY (c.places)))::numeric, 3) AS radius_off,
       ST_Equals(c.zone, (SELECT ST_Collect(v.location::geometry) FROM scan.village v WHERE v.village = ANY (c.places))) AS zoned, ST_SRID(c.zone) AS srid
FROM (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10)) AS found FROM scan.cases) s
CROSS JOIN LATERAL unnest(s.found) c;

-- the same on no worker and on two, in another order of the rows, for the same seed
CREATE TABLE scan.answer (workers int, seed int, found medsup.scan_cluster[]);
SET max_parallel_workers_per_gather = 0;
INSERT INTO scan.answer SELECT 0, seed, (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, replications => 199, alpha => 1, seed => s.seed)) FROM scan.cases) FROM generate_series(1, 3) s (seed);
SET max_parallel_workers_per_gather = 2;
INSERT INTO scan.answer SELECT 2, seed, (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, replications => 199, alpha => 1, seed => s.seed) ORDER BY day DESC, village DESC) FROM scan.cases) FROM generate_series(1, 3) s (seed);
SELECT a.seed, a.found::text = b.found::text AS same, cardinality(a.found) AS clusters
FROM scan.answer a JOIN scan.answer b ON b.seed = a.seed AND a.workers = 0 AND b.workers = 2 ORDER BY a.seed;
SELECT count(DISTINCT a.found::text) AS seeds_differ FROM scan.answer a;
-- days of a part shuffled a hundred times: chance is called a cluster as rarely as it should be
CREATE TABLE scan.part AS SELECT *, row_number() OVER (ORDER BY village, day) AS n FROM scan.ill WHERE village < 'V12';
SELECT count(*) FILTER (WHERE found[1].p_value <= 0.05) AS below_5_percent, count(*) FILTER (WHERE found[1].p_value <= 0.5) AS below_half, count(*)
FROM (SELECT medsup.space_time_scan(v.village, v.location, d.day, medsup.scan_setting(days => 5, metres => 8000, replications => 39, stop_after => NULL, alpha => 1, clusters => 1, seed => s)) AS found
      FROM generate_series(1, 100) s CROSS JOIN LATERAL (SELECT i.village, d.day
            FROM scan.part i JOIN (SELECT day, row_number() OVER (ORDER BY md5(s || 'dealt' || n)) AS n FROM scan.part) d USING (n)) d
      JOIN scan.village v USING (village) GROUP BY s) f;
RESET max_parallel_workers_per_gather;

-- Poisson: by population, with villages where nobody was ill; counted rows
SELECT scan.shown(c) FROM (
    SELECT medsup.space_time_scan(v.village, v.location, i.day, i.n::int, v.people, medsup.scan_setting(metres => 8000, days => 7)) AS found
    FROM scan.village v LEFT JOIN (SELECT village, day, count(*) AS n FROM scan.ill GROUP BY village, day) i USING (village)) s
CROSS JOIN LATERAL unnest(s.found) c;
-- only what still goes on
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, prospective => true, alpha => 1, clusters => 1)) AS found
    FROM scan.cases WHERE day <= '2026-04-12') s
CROSS JOIN LATERAL unnest(s.found) c;

-- places in the order of their distance from the centre as PostGIS measures it, and all that are as near
SELECT bool_and(abs(c.radius - z.away) < 1e-6) AS farthest_last, bool_and(z.sorted) AS nearest_first, bool_and(o.nearer = 0) AS all_of_them, max(cardinality(c.places)) > 5 AS several
FROM (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, alpha => 1, replications => 1)) AS found FROM scan.cases) s
CROSS JOIN LATERAL unnest(s.found) c
CROSS JOIN LATERAL (SELECT bool_and(away >= before - 1e-6) AS sorted, max(away) AS away
                    FROM (SELECT away, coalesce(lag(away) OVER (ORDER BY nr), 0) AS before
                          FROM unnest(c.places) WITH ORDINALITY p (village, nr) JOIN scan.village v USING (village)
                          CROSS JOIN LATERAL (SELECT ST_Distance(c.centre::geography, v.location) AS away) d) w) z
CROSS JOIN LATERAL (SELECT count(*) AS nearer FROM scan.village v WHERE v.village <> ALL (c.places) AND ST_Distance(c.centre::geography, v.location) < c.radius - 1e-6) o;

-- in a plane: the same numbers but for the radius; a town moved away and one without any SRID
CREATE VIEW scan.plane AS SELECT village, ST_Transform(location::geometry, 4547) AS location, people, day FROM scan.cases;
SELECT scan.shown(c), ST_AsText(c.centre, 0) AS centre, ST_SRID(c.centre) AS srid, ST_NumGeometries(c.zone) AS in_zone,
       c.radius = (SELECT max(ST_Distance(c.centre, d.geom)) FROM ST_Dump(c.zone) d) AS measured
FROM (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10)) AS found FROM scan.plane) s
CROSS JOIN LATERAL unnest(s.found) c;
SELECT count(DISTINCT ((f).places, (f).first_day, (f).last_day, (f).cases, (f).expected, (f).llr, (f).p_value)) AS answers, count(*), array_agg(DISTINCT ST_SRID((f).centre)) AS srids
FROM (SELECT unnest(medsup.space_time_scan(village, ST_SetSRID(ST_Translate(location, 4096 * k, -512 * k), 4547 * k), day, 1, people, medsup.scan_setting(days => 10, clusters => 1))) AS f
      FROM scan.plane CROSS JOIN generate_series(0, 1) k GROUP BY k) s;

-- ties and corners: everything at one spot, on one day, of one place; places
-- that nobody lives at; more than one row and none for a place and day
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan('V' || n, 'POINT(113 23)'::geography, date '2026-03-01' + n % 4 / 3 * (n % 7), 1, n, medsup.scan_setting(share => 1, alpha => 1, replications => 9)) AS found
    FROM generate_series(1, 40) n) s CROSS JOIN LATERAL unnest(s.found) c;
SELECT medsup.space_time_scan('V' || n % 3, ST_MakePoint(n % 3, 0), '2026-03-01', medsup.scan_setting(share => 1, alpha => 1, replications => 9)) FROM generate_series(1, 40) n;
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan('V' || n % 3, ST_MakePoint(n % 3, 0), '2026-03-01', 1, 10 + n % 3 * 100, medsup.scan_setting(share => 1, alpha => 1, replications => 9)) AS found
    FROM generate_series(1, 40) n) s CROSS JOIN LATERAL unnest(s.found) c;
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan('one', ST_MakePoint(0, 0), date '2026-03-01' + n, n, 10, medsup.scan_setting(share => 1, alpha => 1, replications => 99, days => 2)) AS found
    FROM generate_series(0, 5) n) s CROSS JOIN LATERAL unnest(s.found) c;
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan(p, ST_MakePoint(x, 0), d, n, people, medsup.scan_setting(alpha => 1, replications => 99, days => 2)) AS found
    FROM (VALUES ('a', 0, date '2026-03-01', 7, 10), ('a', 0, '2026-03-01', 1, NULL), ('b', 1, '2026-03-01', 0, 0), ('b', 1, NULL, NULL, 0), ('c', 2, NULL, 5, 30),
                 ('c', 2, '2026-03-05', 1, 30), ('d', 3, '2026-03-03', 1, 20)) v (p, x, d, n, people)) s CROSS JOIN LATERAL unnest(s.found) c;

-- two clusters of the same ratio: the first one by place; and both are shown
SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan(p, ST_MakePoint(x, 0), date '2026-03-01' + d, n, NULL, medsup.scan_setting(alpha => 1, replications => 99, days => 1, metres => 0)) AS found
    FROM (VALUES ('a', 0, 0, 5), ('b', 100, 1, 5), ('c', 200, 0, 1), ('c', 200, 1, 1), ('c', 200, 2, 8)) v (p, x, d, n)) s CROSS JOIN LATERAL unnest(s.found) c;

-- the least and the largest seed
SELECT c.p_value BETWEEN 0 AND 1 AS sane, count(*) FROM (VALUES (-9223372036854775808), (9223372036854775807), (0)) v (seed)
CROSS JOIN LATERAL (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, seed => v.seed, replications => 9, alpha => 1)) AS found FROM scan.cases) s
CROSS JOIN LATERAL unnest(s.found) c GROUP BY sane;

-- in a plan with workers, within a block that catches errors, read only
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE FUNCTION scan.caught(metres float8) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT scan.shown(c) FROM (SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, metres => caught.metres)) AS found FROM scan.cases) s
            CROSS JOIN LATERAL unnest(s.found) c);
EXCEPTION WHEN SQLSTATE 'MS302' THEN
    RETURN 'refused: ' || SQLERRM;
END
$$;
BEGIN READ ONLY;
SELECT scan.caught(NULL) = scan.caught(1e9) AS same, scan.caught(-1), (SELECT count(*) FROM scan.ill) AS counted;
SELECT k, cardinality(medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10))) FROM scan.cases CROSS JOIN generate_series(1, 2) k GROUP BY k ORDER BY k;
COMMIT;
-- in a cursor, serializable, and where the server has no worker to give
BEGIN ISOLATION LEVEL SERIALIZABLE;
DECLARE found CURSOR FOR SELECT seed, medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10, replications => 199, alpha => 1, seed => seed))::text
    = (SELECT a.found::text FROM scan.answer a WHERE a.seed = s.seed AND a.workers = 0) AS same FROM scan.cases CROSS JOIN generate_series(1, 3) s (seed) GROUP BY seed ORDER BY seed;
FETCH 1 FROM found;
SET LOCAL max_parallel_workers = 0;
FETCH ALL FROM found;
COMMIT;
-- a million replications end at once when they are cancelled, and so do their workers
SET statement_timeout = '300ms';
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(replications => 1000000, stop_after => NULL)) FROM scan.cases;
RESET statement_timeout;
SELECT count(*) AS workers_left FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND leader_pid = pg_backend_pid();
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;

-- nothing there
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10)) FROM scan.cases WHERE false;
SELECT medsup.space_time_scan(village, location, NULL, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(NULL, location, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, 'POINT EMPTY'::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan('one', 'POINT(113 23)'::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;

-- what is refused: SQLSTATE, message, hint
\getenv srcdir PG_ABS_SRCDIR
\set refusals :srcdir '/data/refusals.sql'
\i :refusals
SELECT pg_temp.why(q) FROM (VALUES
    (1, $$SELECT medsup.space_time_scan(village, location, day, NULL) FROM scan.cases$$),
    (2, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(seed => day - date '2026-01-01')) FROM scan.cases$$),
    (3, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(replications => 0)) FROM scan.cases$$),
    (4, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(replications => NULL)) FROM scan.cases$$),
    (5, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(stop_after => 0)) FROM scan.cases$$),
    (6, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(seed => NULL)) FROM scan.cases$$),
    (7, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(metres => -1)) FROM scan.cases$$),
    (8, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(metres => 'NaN')) FROM scan.cases$$),
    (9, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(share => 1.5)) FROM scan.cases$$),
    (10, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 0)) FROM scan.cases$$),
    (11, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(min_cases => 0)) FROM scan.cases$$),
    (12, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(clusters => 65)) FROM scan.cases$$),
    (13, $$SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(alpha => 0)) FROM scan.cases$$),
    (14, $$SELECT medsup.space_time_scan(village, location, 'infinity', medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (15, $$SELECT medsup.space_time_scan(village, location, d, medsup.scan_setting(days => 10)) FROM scan.cases, (VALUES (date '0001-01-01'), ('2026-01-01')) v (d)$$),
    (16, $$SELECT medsup.space_time_scan('one', location, day, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (17, $$SELECT medsup.space_time_scan(village, 'LINESTRING(1 1, 2 2)'::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (18, $$SELECT medsup.space_time_scan(village, ST_SetSRID(location::geometry, 4326 + (village > 'V20')::int * 164)::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (19, $$SELECT medsup.space_time_scan(village, ST_SetSRID(location::geometry, 4267)::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (20, $$SELECT medsup.space_time_scan(village, location::geometry, day, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (21, $$SELECT medsup.space_time_scan(village, ST_SetSRID(location, 4547 + (village > 'V20')::int), day, medsup.scan_setting(days => 10)) FROM scan.plane$$),
    (22, $$SELECT medsup.space_time_scan(village, ST_Buffer(location, 1), day, medsup.scan_setting(days => 10)) FROM scan.plane$$),
    (23, $$SELECT medsup.space_time_scan(village, ST_MakePoint('inf', 0), day, medsup.scan_setting(days => 10)) FROM scan.plane$$),
    (24, $$SELECT medsup.space_time_scan(village, location, day, -1, NULL, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (25, $$SELECT medsup.space_time_scan(village, location, day, 1, -1, medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (26, $$SELECT medsup.space_time_scan(village, location, day, 1, 100 + (day - date '2026-01-01'), medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (27, $$SELECT medsup.space_time_scan(village, location, day, 1, nullif(people, 500), medsup.scan_setting(days => 10)) FROM scan.cases$$),
    (28, $$SELECT medsup.space_time_scan(village, location, day, 2000000000, NULL, medsup.scan_setting(days => 10)) FROM scan.cases$$)) v (n, q) ORDER BY n;
SET medsup.gathering_mem = '64kB';
SELECT pg_temp.why($$SELECT medsup.space_time_scan(village, location, day, 1, people, medsup.scan_setting(days => 10)) FROM scan.cases$$);
RESET medsup.gathering_mem;
SET client_min_messages = warning;
DROP SCHEMA scan CASCADE;
