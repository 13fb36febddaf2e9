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
       ST_Equals(c.centre::geometry, (SELECT v.location::geometry FROM scan.village v WHERE v.village = c.places[1])) AS centred,
       round((c.radius - (SELECT max(ST_Distance(c.centre, v.location)) FROM scan.village v WHERE v.village = ANY (c.places)))::numeric, 3) AS radius_off
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

-- nothing there
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 10)) FROM scan.cases WHERE false;
SELECT medsup.space_time_scan(village, location, NULL, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(NULL, location, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, 'POINT EMPTY'::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan('one', 'POINT(113 23)'::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;

-- errors
\set VERBOSITY sqlstate
SELECT medsup.space_time_scan(village, location, day, NULL) FROM scan.cases;
\set VERBOSITY default
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(seed => day - date '2026-01-01')) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(replications => 0)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(replications => NULL)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(stop_after => 0)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(seed => NULL)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(metres => -1)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(metres => 'NaN')) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(share => 1.5)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(days => 0)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(min_cases => 0)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(clusters => 65)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, medsup.scan_setting(alpha => 0)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, 'infinity', medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, d, medsup.scan_setting(days => 10)) FROM scan.cases, (VALUES (date '0001-01-01'), ('2026-01-01')) v (d);
SELECT medsup.space_time_scan('one', location, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, 'LINESTRING(1 1, 2 2)'::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, ST_SetSRID(location::geometry, 4326 + (village > 'V20')::int * 164)::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, ST_SetSRID(location::geometry, 4267)::geography, day, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, -1, NULL, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, 1, -1, medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, 1, 100 + (day - date '2026-01-01'), medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, 1, nullif(people, 500), medsup.scan_setting(days => 10)) FROM scan.cases;
SELECT medsup.space_time_scan(village, location, day, 2000000000, NULL, medsup.scan_setting(days => 10)) FROM scan.cases;
SET medsup.gathering_mem = '64kB';
SELECT medsup.space_time_scan(village, location, day, 1, people, medsup.scan_setting(days => 10)) FROM scan.cases;
RESET medsup.gathering_mem;
SET client_min_messages = warning;
DROP SCHEMA scan CASCADE;
