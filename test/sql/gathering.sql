\set SHOW_CONTEXT never
-- ST-DBSCAN: what is near, what is a cluster, what is refused
SET search_path = public;
SET timezone = 'Asia/Shanghai';
CREATE TEMP TABLE visit (n int, place geometry, at timestamptz);
INSERT INTO visit SELECT v.n, ST_MakePoint(v.x, v.y), timestamptz '2026-03-02 09:00' + v.minute * interval '1 minute'
FROM (VALUES
    -- two crowds of four, and one row half-way between, three and a half from each
    (1, 8.0, 0.0, 0), (2, 8, 1, 1), (3, 9, 0, 2), (4, 9, 1, 3),
    (5, 0, 0, 0), (6, 0, 1, 1), (7, 1, 0, 2), (8, 1, 1, 3),
    (9, 4.5, 0, 1),
    -- four at one place, a day later
    (10, 0, 0, 1440), (11, 0, 0, 1440), (12, 0, 0, 1440), (13, 0, 0, 1441),
    -- nobody near
    (14, 100, 100, 0)) v (n, x, y, minute);

-- the row between is on the border of both, and goes to the lower number
SELECT n, medsup.st_dbscan(place, at, 3.5, '5 minutes', 4) OVER () AS label FROM visit ORDER BY n;
-- the day does not count; 0.1 less and it is nobody's
SELECT n, medsup.st_dbscan(place, at, 3.5, NULL, 4) OVER () AS with_days,
       medsup.st_dbscan(place, NULL, 3.4, NULL, 4) OVER () AS alone FROM visit ORDER BY n;
-- exactly eps is near, in space and in time
SELECT medsup.st_dbscan(p, t, 5, '1 day', 2) OVER () AS both_exact FROM (VALUES
    (ST_MakePoint(0, 0), timestamptz '2026-03-02 09:00'), (ST_MakePoint(3, 4), timestamptz '2026-03-03 09:00')) v (p, t);
SELECT medsup.st_dbscan(p, t, 5, '1 day', 2) OVER () AS a_microsecond_more FROM (VALUES
    (ST_MakePoint(0, 0), timestamptz '2026-03-02 09:00'), (ST_MakePoint(3, 4), timestamptz '2026-03-03 09:00:00.000001')) v (p, t);
-- one row is its own neighbour
SELECT medsup.st_dbscan(ST_MakePoint(1, 1), now(), 0, '0', 1) OVER () AS alone_is_one, medsup.st_dbscan(ST_MakePoint(1, 1), now(), 9, '0', 2) OVER () AS alone_is_not_two;

-- neither the order of rows nor that of the window, nor the frame matter
SELECT count(*) AS rows, count(DISTINCT (a, b, c, d)) FILTER (WHERE NOT (a IS NOT DISTINCT FROM b AND a IS NOT DISTINCT FROM c AND a IS NOT DISTINCT FROM d)) AS different
FROM (SELECT medsup.st_dbscan(place, at, 3.5, '5 minutes', 4) OVER () AS a,
             medsup.st_dbscan(place, at, 3.5, '5 minutes', 4) OVER (ORDER BY n DESC) AS b,
             medsup.st_dbscan(place, at, 3.5, '5 minutes', 4) OVER (ORDER BY md5(n::text) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS c,
             medsup.st_dbscan(place, at, 3.5, '5 minutes', 4) OVER (ORDER BY place, n GROUPS BETWEEN CURRENT ROW AND CURRENT ROW) AS d
      FROM visit) x;
-- partitions are clustered apart, and each starts at 0
SELECT n % 2 AS part, n, medsup.st_dbscan(place, at, 20, NULL, 3) OVER (PARTITION BY n % 2) AS label FROM visit ORDER BY part, n;

-- arguments are asked for once a row, and what a partition took goes with it
CREATE TEMP SEQUENCE asked;
SELECT count(label) FROM (SELECT medsup.st_dbscan(ST_MakePoint(nextval('asked'), n), now(), 2, '1 hour', 1) OVER (PARTITION BY n % 7) AS label FROM generate_series(1, 1000) n) x;
SELECT last_value FROM asked;
SELECT count(label) AS labelled, max(labels) < 100000 AS one_at_a_time, max(working) AS working FROM (
    SELECT medsup.st_dbscan(ST_MakePoint(n, 0), NULL, 2, NULL, 2) OVER (PARTITION BY n / 10000) AS label,
           CASE WHEN n % 10000 = 7 THEN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'WindowAgg Partition' AND n > 0) END AS labels,
           CASE WHEN n % 10000 = 7 THEN (SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'medsup window%' AND n > 0) END AS working
    FROM generate_series(0, 199999) n) x;

-- nowhere and never: no label, no neighbour
SELECT n, medsup.st_dbscan(p, t, 1, '1 hour', 2) OVER () AS timed, medsup.st_dbscan(p, t, 1, NULL, 2) OVER () AS untimed FROM (VALUES
    (1, ST_MakePoint(0, 0), timestamptz '2026-03-02 09:00'),
    (2, NULL, '2026-03-02 09:00'),
    (3, 'POINT EMPTY', '2026-03-02 09:00'),
    (4, ST_MakePoint(0, 0), NULL),
    (5, ST_MakePoint(0, 1), '2026-03-02 09:30'),
    (6, 'POINT Z (0 1 1000)', '2026-03-02 09:30'),
    (7, 'POINT M (7 7 5)', '2026-03-02 09:30'),
    (8, 'POINT ZM (7 7 5 6)', '2026-03-02 09:30')) v (n, p, t) ORDER BY n;
SELECT medsup.st_dbscan(NULL::geometry, now(), 1, NULL, 1) OVER () AS no_place;
SELECT medsup.st_dbscan(place, at, 1, NULL, 1) FROM visit;
SELECT medsup.st_dbscan(place, at, 1, NULL, 1) OVER () FROM visit WHERE false;

-- as a table stores them: short headers, compressed columns, bounding boxes
CREATE TEMP TABLE stored (n int, g geometry(Point, 4547), z geometry(PointZM, 4547), e geography);
INSERT INTO stored SELECT n, ST_SetSRID(ST_MakePoint(n * n, -n), 4547), ST_SetSRID(ST_MakePoint(n * n, -n, 5, 6), 4547),
    ST_MakePoint(113 + n * 0.001, 23)::geography FROM generate_series(0, 5) n;
SELECT n, medsup.st_dbscan(g, NULL, 4, NULL, 2) OVER () AS g, medsup.st_dbscan(z, NULL, 4, NULL, 2) OVER () AS z,
       medsup.st_dbscan(e, NULL, 110, NULL, 2) OVER () AS e FROM stored ORDER BY n;
-- a bounding box of its own
SELECT ST_AsText(g), medsup.st_dbscan(g, NULL, 1, NULL, 1) OVER () AS label
FROM (SELECT postgis_addbbox(ST_SetSRID(ST_MakePoint(1, 2), 4547)) AS g) v;

-- places are read as PostGIS reads them: at eps 0 each is a cluster, numbered by x and y
CREATE TEMP TABLE written AS
SELECT CASE n % 5 WHEN 0 THEN ST_MakePoint(x, y) WHEN 1 THEN ST_MakePoint(x, y, -x) WHEN 2 THEN ST_MakePointM(x, y, 1e9)
                  WHEN 3 THEN ST_MakePoint(x, y, 0, x) ELSE postgis_addbbox(ST_MakePoint(x, y)) END AS g
FROM (SELECT n, ('x' || substr(md5('x' || n), 1, 4))::bit(16)::int % 40 / 7.0 - 3 AS x, ('x' || substr(md5('y' || n), 1, 4))::bit(16)::int / 728.2 AS y
      FROM generate_series(1, 1000) n) v;
INSERT INTO written SELECT g FROM written LIMIT 100;
SELECT count(DISTINCT g_label) AS geometries, count(*) FILTER (WHERE g_label IS DISTINCT FROM rank) AS misread,
       count(DISTINCT e_label) AS geographies, count(*) FILTER (WHERE e_label IS DISTINCT FROM rank) AS misread_too
FROM (SELECT medsup.st_dbscan(g, NULL, 0, NULL, 1) OVER () AS g_label, medsup.st_dbscan(g::geography, NULL, 0, NULL, 1) OVER () AS e_label,
             dense_rank() OVER (ORDER BY ST_X(g), ST_Y(g)) - 1 AS rank
      FROM written) w;

-- both layouts that PostGIS has had, by their bytes (of a little-endian machine): PostGIS and we read the same place
SET client_min_messages = warning;
CREATE TYPE pg_temp.raw;
CREATE FUNCTION pg_temp.raw_in(cstring) RETURNS pg_temp.raw LANGUAGE internal IMMUTABLE STRICT AS 'byteain';
CREATE FUNCTION pg_temp.raw_out(pg_temp.raw) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'byteaout';
CREATE TYPE pg_temp.raw (INPUT = pg_temp.raw_in, OUTPUT = pg_temp.raw_out, INTERNALLENGTH = VARIABLE, ALIGNMENT = double);
RESET client_min_messages;
CREATE CAST (pg_temp.raw AS geometry) WITHOUT FUNCTION;
CREATE CAST (pg_temp.raw AS geography) WITHOUT FUNCTION;
-- SRID in three bytes, flags (1 and 2 more coordinates, 4 box, 8 geography, 64 newer, 80 longer), box, type, points, coordinates
CREATE TEMP TABLE laid AS
SELECT flags, '\x00118a' || lpad(to_hex(flags), 2, '0') || repeat('00', CASE WHEN flags & 80 = 80 THEN 8 ELSE 0 END)
           || repeat('0000c642', CASE WHEN flags & 4 = 0 THEN 0 WHEN flags & 8 > 0 THEN 6 ELSE 2 * (2 + (flags & 1) + (flags & 2) / 2) END)
           || '0100000001000000' || '0000000000405c40' || '0000000000203740' || repeat('000000000000f03f', (flags & 1) + (flags & 2) / 2) AS bytes
FROM generate_series(0, 95) flags WHERE flags & 32 = 0 AND flags & 80 <> 16;
SELECT count(DISTINCT flags) AS layouts, count(*) FILTER (WHERE label IS NULL) AS misread, count(DISTINCT ewkb) AS ewkb, array_agg(DISTINCT ST_AsEWKT(ST_Force2D(g))) AS places
FROM (SELECT flags, g, ST_AsEWKB(g) AS ewkb, medsup.st_dbscan(p, NULL, 0, NULL, 2) OVER (PARTITION BY flags) AS label
      FROM (SELECT flags, bytes::pg_temp.raw::geometry AS g FROM laid WHERE flags & 8 = 0) l CROSS JOIN LATERAL (VALUES (g), (ST_GeomFromEWKB(ST_AsEWKB(g)))) v (p)) x;
SELECT count(DISTINCT flags) AS layouts, count(*) FILTER (WHERE label IS NULL) AS misread, count(DISTINCT ewkb) AS ewkb, array_agg(DISTINCT ST_AsEWKT(ST_Force2D(g::geometry))) AS places
FROM (SELECT flags, g, ST_AsEWKB(g::geometry) AS ewkb, medsup.st_dbscan(p, NULL, 0, NULL, 2) OVER (PARTITION BY flags) AS label
      FROM (SELECT flags, bytes::pg_temp.raw::geography AS g FROM laid WHERE flags & 8 > 0) l CROSS JOIN LATERAL (VALUES (g), (ST_GeogFromWKB(ST_AsEWKB(g::geometry)))) v (p)) x;

-- geography: metres, the dateline and the poles are places as others
SELECT n, medsup.st_dbscan(g, NULL, 1000, NULL, 2) OVER () AS label FROM (VALUES
    (1, 'POINT(179.999 -17)'::geography), (2, 'POINT(-179.999 -17)'), (3, 'POINT(180 -17)'), (4, 'POINT(-180 -17)'),
    (5, 'POINT(0 90)'), (6, 'POINT(120 90)'), (7, 'POINT(-60 89.999)'), (8, 'POINT(120 -90)'),
    (9, 'POINT(113.26 23.13)'), (10, 'POINT(113.2697 23.13)'), (11, 'POINT(113.2795 23.13)')) v (n, g) ORDER BY n;
-- as far as ST_Distance says, which rounds to ten nanometres
SELECT d.d::numeric(12, 3) AS metres,
       medsup.st_dbscan(g, NULL, d.d - 0.00001, NULL, 2) OVER w AS less, medsup.st_dbscan(g, NULL, d.d + 0.00001, NULL, 2) OVER w AS more
FROM (VALUES ('POINT(113.26 23.13)'::geography), ('POINT(116.4 39.9)')) v (g),
     (SELECT ST_Distance('POINT(113.26 23.13)'::geography, 'POINT(116.4 39.9)'::geography) AS d) d WINDOW w AS ();
SELECT medsup.st_dbscan(ST_SetSRID(g, 4490)::geography, NULL, 2000, NULL, 2) OVER () AS cgcs2000
FROM (VALUES ('POINT(113.26 23.13)'::geometry), ('POINT(113.27 23.13)')) v (g);

-- one row a cluster
SELECT s.cluster, s.members, s.places, s.first_at, s.last_at, ST_AsText(s.centre, 3) AS centre, ST_AsText(ST_Normalize(s.hull)) AS hull,
       round(s.area::numeric, 3) AS area, round(s.density::numeric, 4) AS density
FROM (SELECT array_agg(place ORDER BY n) AS p, array_agg(at ORDER BY n) AS t FROM visit) v
CROSS JOIN LATERAL medsup.st_dbscan_summary(v.p, v.t, 3.5, '5 minutes', 4) s;
SELECT s.cluster, s.members, s.places, ST_AsText(s.centre, 4) AS centre, ST_AsText(ST_Normalize(s.hull::geometry)) AS hull, round(s.area) AS area
FROM medsup.st_dbscan_summary(ARRAY['POINT(113.26 23.13)', 'POINT(113.26 23.13)', 'POINT(113.261 23.13)', 'POINT(0 0)']::geography[], NULL, 200, NULL, 3) s;
-- heights do not count
SELECT s.members, s.places, ST_AsText(s.hull) AS hull FROM medsup.st_dbscan_summary(ARRAY['POINT Z (1 1 5)', 'POINT Z (1 1 6)', 'POINT Z (2 1 7)']::geometry[], NULL, 2, NULL, 2) s;
-- over the dateline a cluster has the figures that it has elsewhere, and around a pole those of a plane
CREATE TEMP TABLE crowd AS SELECT n, ('x' || substr(md5('east' || n), 1, 4))::bit(16)::int / 6e6 - 0.005 AS east, ('x' || substr(md5('north' || n), 1, 4))::bit(16)::int / 6e6 AS north FROM generate_series(1, 60) n;
SELECT round(lon) AS lon, s.members, s.places, round(s.area) AS area, round(s.density::numeric * 1e6, 3) AS a_square_km, ST_AsText(s.centre, 3) AS centre, ST_NPoints(s.hull::geometry) AS corners,
       (SELECT count(*) FROM unnest(g) p WHERE ST_DWithin(s.hull, p, 0.01)) AS inside, ST_SRID(s.hull::geometry) AS srid
FROM (SELECT lon, array_agg(ST_SetSRID(ST_MakePoint(CASE WHEN lon + east > 180 THEN lon + east - 360 ELSE lon + east END, north - 17), 4490)::geography) AS g
      FROM (VALUES (113), (180)) l (lon), crowd GROUP BY lon) l CROSS JOIN LATERAL medsup.st_dbscan_summary(g, NULL, 500, NULL, 3) s ORDER BY lon;
SELECT s.members, round((s.area / (0.5 * 36 * r ^ 2 * sind(10) + 36 * 2 * r * sind(5) * 250 + pi() * 250 ^ 2))::numeric, 4) AS of_plane, ST_Covers(s.hull, 'POINT(0 -90)') AS pole_inside, abs(ST_Y(s.centre::geometry)) > 89.999999 AS pole_in_the_middle
FROM (SELECT array_agg(ST_MakePoint(n * 10 - 180, -89.99)::geography) AS g FROM generate_series(0, 35) n) p
CROSS JOIN LATERAL medsup.st_dbscan_summary(g, NULL, 250, NULL, 3) s CROSS JOIN (SELECT radians(0.01) * 6378137 ^ 2 / 6356752.314245 AS r) r;
-- one place by several names, and places in a row
SELECT s.members, ST_NPoints(s.hull::geometry) < 5 AS small, round((s.area / (pi() * 100))::numeric, 3) AS of_circle
FROM medsup.st_dbscan_summary(ARRAY['POINT(0 90)', 'POINT(120 90)', 'POINT(-120 90)']::geography[], NULL, 10, NULL, 3) s;
SELECT s.members, round((s.area / (2 * 222.639 * 150 + pi() * 150 ^ 2))::numeric, 4) AS of_strip
FROM medsup.st_dbscan_summary(ARRAY['POINT(179.999 0)', 'POINT(-180 0)', 'POINT(-179.999 0)']::geography[], NULL, 150, NULL, 2) s;
-- what reaches over half of the earth has no hull
SELECT s.members, s.hull IS NULL AS no_hull, s.area, s.density FROM medsup.st_dbscan_summary(ARRAY['POINT(0 0)', 'POINT(60 0)', 'POINT(120 0)', 'POINT(180 0)', 'POINT(-120 0)', 'POINT(-60 20)']::geography[], NULL, 8e6, NULL, 2) s;
SELECT s.* FROM medsup.st_dbscan_summary(NULL::geometry[], NULL, 200, NULL, 3) s;
SELECT s.density FROM medsup.st_dbscan_summary(ARRAY['POINT(1 1)']::geometry[], NULL, 0, NULL, 1) s;
SELECT s.* FROM medsup.st_dbscan_summary(ARRAY['POINT(1 1)']::geometry[], ARRAY[now(), now()], 0, NULL, 1) s;

-- what is refused, and the hint
\getenv srcdir PG_ABS_SRCDIR
\set refusals :srcdir '/data/refusals.sql'
\i :refusals
SELECT pg_temp.why('SELECT count(l) FROM (SELECT medsup.st_dbscan(' || e || ') OVER () AS l FROM (VALUES (1), (2)) v (n)) x') FROM (VALUES
    (1, $$'LINESTRING(0 0, 1 1)'::geometry, now(), 1, '1 hour', 2$$),
    (2, $$'GEOMETRYCOLLECTION EMPTY'::geometry, now(), 1, '1 hour', 2$$),
    (3, $$ST_SetSRID(ST_MakePoint(n, 1), 4490 + 57 * (n - 1)), now(), 1, '1 hour', 2$$),
    (4, $$ST_MakePoint('infinity', 1), now(), 1, '1 hour', 2$$),
    (5, $$ST_MakePoint('nan', 1), now(), 1, '1 hour', 2$$),
    (6, $$ST_SetSRID(ST_MakePoint(1, 1), 4214)::geography, now(), 1, '1 hour', 2$$),
    (7, $$ST_MakePoint(1, 1), now(), -1, '1 hour', 2$$),
    (8, $$ST_MakePoint(1, 1), now(), 'infinity', '1 hour', 2$$),
    (9, $$ST_MakePoint(1, 1), now(), 'nan', '1 hour', 2$$),
    (10, $$ST_MakePoint(1, 1), now(), NULL, '1 hour', 2$$),
    (11, $$ST_MakePoint(1, 1), now(), 1, '1 month', 2$$),
    (12, $$ST_MakePoint(1, 1), now(), 1, '1 day -25 hours', 2$$),
    (13, $$ST_MakePoint(1, 1), now(), 1, '2147483647 days', 2$$),
    (14, $$ST_MakePoint(1, 1), now(), 1, '1 hour', 0$$),
    (15, $$ST_MakePoint(1, 1), now(), 1, '1 hour', NULL$$),
    (16, $$ST_MakePoint(1, 1), 'infinity', 1, '1 hour', 2$$),
    (17, $$ST_MakePoint(1, 1), '-infinity', 1, '1 hour', 2$$),
    (18, $$ST_MakePoint(1, 1), 'infinity', 1, NULL, 2$$),
    (19, $$ST_MakePoint(1, 1), now(), n, '1 hour', 2$$),
    (20, $$ST_MakePoint(1, 1), now(), 1, n * interval '1 hour', 2$$),
    (21, $$ST_MakePoint(1, 1), now(), 1, CASE n WHEN 1 THEN interval '1 hour' END, 2$$),
    (22, $$ST_MakePoint(1, 1), now(), 1, '1 hour', n$$),
    (23, $$ST_MakePoint(1, 1), now(), 1 + n * 0, '1 hour', 2$$),
    (24, $$'\x00118a8001000000010000000000000000405c400000000000203740'::pg_temp.raw::geometry, now(), 1, '1 hour', 2$$),
    (25, $$'\x00118a4001000000010000000000000000405c4000000000002037'::pg_temp.raw::geometry, now(), 1, '1 hour', 2$$),
    (26, $$'\x00118a4001000000010000000000000000405c400000000000203740'::pg_temp.raw::geography, now(), 1, '1 hour', 2$$)) v (n, e) ORDER BY n;

-- the budget holds, and is the user's to set
SET medsup.gathering_mem = 64;
SELECT count(l) FROM (SELECT medsup.st_dbscan(ST_MakePoint(n, 1), NULL, 1, NULL, 2) OVER () AS l FROM generate_series(1, 5000) n) x;
SELECT count(l) FROM (SELECT medsup.st_dbscan(ST_MakePoint(n, 1), NULL, 1, NULL, 2) OVER (PARTITION BY n / 10) AS l FROM generate_series(1, 5000) n) x;
RESET medsup.gathering_mem;
-- its words differ between server versions
\set VERBOSITY sqlstate
SET medsup.gathering_mem = 1;
\set VERBOSITY default

-- what takes long ends when it is cancelled, and leaves nothing behind
CREATE TEMP TABLE wide AS SELECT ST_MakePoint(n * 7919.0 % 1000003, n * 104729.0 % 1000033) AS g FROM generate_series(1, 200000) n;
SET statement_timeout = '500ms';
SELECT count(l) FROM (SELECT medsup.st_dbscan(g, NULL, 90000, NULL, 5000) OVER () AS l FROM wide) x;
RESET statement_timeout;
SELECT count(*) AS left_behind FROM pg_backend_memory_contexts WHERE name LIKE 'medsup window%';
DROP TABLE wide;

-- PostGIS's two-dimensional answer: the same core rows, noise, and partition of
-- the core rows; border rows lie in a cluster of one of their core neighbours
CREATE TEMP TABLE city AS
SELECT n, ST_MakePoint(round((random_x * 40)::numeric, 2)::float8, round((random_y * 40)::numeric, 2)::float8) AS g
FROM (SELECT n, power(('x' || substr(md5('x' || n), 1, 8))::bit(32)::bigint / 4294967296.0, 1 + n % 3) AS random_x,
             power(('x' || substr(md5('y' || n), 1, 8))::bit(32)::bigint / 4294967296.0, 1 + n % 3) AS random_y
      FROM generate_series(1, 3000) n) r;
CREATE INDEX ON city USING gist (g);
ANALYZE city;
CREATE TEMP TABLE compared AS
SELECT e.eps, e.k, c.n, c.g, o.ours, o.theirs, s.neighbours >= e.k AS core
FROM (VALUES (0.3::float8, 4), (0.5, 9), (0.7, 5), (0, 2)) e (eps, k)
CROSS JOIN LATERAL (SELECT n, g, medsup.st_dbscan(g, NULL, e.eps, NULL, e.k) OVER () AS ours, ST_ClusterDBSCAN(g, e.eps, e.k) OVER () AS theirs FROM city) o
JOIN city c USING (n)
CROSS JOIN LATERAL (SELECT count(*) AS neighbours FROM city x WHERE x.g && ST_Expand(c.g, e.eps) AND ST_Distance(x.g, c.g) <= e.eps) s;
SELECT eps, k, count(*) FILTER (WHERE core) AS core_rows, count(DISTINCT ours) AS clusters,
       count(*) FILTER (WHERE ours IS NULL) AS noise, count(*) FILTER (WHERE NOT core AND ours IS NOT NULL) AS border,
       count(*) FILTER (WHERE (ours IS NULL) <> (theirs IS NULL)) AS other_noise,
       count(DISTINCT (ours, theirs)) FILTER (WHERE core) - count(DISTINCT ours) AS other_core,
       count(DISTINCT theirs) - count(DISTINCT ours) AS other_clusters
FROM compared GROUP BY eps, k ORDER BY eps, k;
CREATE INDEX ON compared USING gist (g);
ANALYZE compared;
SELECT b.eps, count(*) AS not_by_the_nearest FROM compared b
WHERE NOT b.core AND b.ours IS NOT NULL
  AND b.ours <> (SELECT c.ours FROM compared c WHERE c.g && ST_Expand(b.g, b.eps) AND c.eps = b.eps AND c.core AND ST_Distance(b.g, c.g) <= b.eps ORDER BY ST_Distance(b.g, c.g), c.ours LIMIT 1)
GROUP BY 1;
-- numbered by their least core rows
SELECT eps, bool_and(ours = rank) AS in_order FROM (
    SELECT eps, ours, row_number() OVER (PARTITION BY eps ORDER BY min(ARRAY[ST_X(g), ST_Y(g)])) - 1 AS rank FROM compared WHERE core GROUP BY eps, ours) r
GROUP BY eps ORDER BY eps;

-- geography against its definition, over some streets
CREATE TEMP TABLE street AS
SELECT n, ST_MakePoint(113.2 + (('x' || substr(md5('x' || n), 1, 4))::bit(16)::int % 400) * 0.0001, 23.1 + (('x' || substr(md5('y' || n), 1, 4))::bit(16)::int % 400) * 0.0001)::geography AS g,
       timestamptz '2026-03-02 09:00' + (('x' || substr(md5('t' || n), 1, 4))::bit(16)::int % 600) * interval '1 minute' AS at
FROM generate_series(1, 500) n;
CREATE TEMP TABLE street_label AS SELECT *, medsup.st_dbscan(g, at, 150, '1 hour', 3) OVER () AS label FROM street;
CREATE TEMP TABLE street_near AS
SELECT a.n AS a, b.n AS b FROM street a JOIN street b ON a.at BETWEEN b.at - interval '1 hour' AND b.at + interval '1 hour' AND ST_Distance(a.g, b.g) <= 150;
SELECT count(*) AS rows, count(label) AS labelled, count(DISTINCT label) AS clusters FROM street_label;
WITH core AS (SELECT a FROM street_near GROUP BY a HAVING count(*) >= 3)
SELECT count(*) FILTER (WHERE x.label IS DISTINCT FROM y.label AND n.a IN (SELECT a FROM core)) AS core_neighbours_apart,
       count(*) FILTER (WHERE x.label IS NULL) AS core_neighbours_unlabelled,
       (SELECT count(*) FROM street_label l WHERE l.label IS NOT NULL AND NOT EXISTS (SELECT FROM street_near m WHERE m.a = l.n AND m.b IN (SELECT a FROM core))) AS labelled_without_core
FROM street_near n JOIN street_label x ON x.n = n.a JOIN street_label y ON y.n = n.b WHERE n.b IN (SELECT a FROM core);

-- the extension's own schema is not on the path, nor is PostGIS's needed there
SET search_path = pg_catalog;
SELECT s.members FROM medsup.st_dbscan_summary(ARRAY['POINT(1 1)', 'POINT(1 1)']::public.geometry[], NULL, 1, NULL, 2) s;
