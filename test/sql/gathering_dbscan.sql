\set SHOW_CONTEXT never
-- ST-DBSCAN against its definition: a thousand random small partitions, with
-- distances by PostGIS and clusters by plain SQL
SET search_path = public;
SET timezone = 'Asia/Shanghai';
CREATE FUNCTION pg_temp.dice(of text, sides int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN (('x' || substr(md5(of), 1, 7))::bit(28)::int % sides);

-- parts 0 to 499 in the plane: whole numbers, tenths, few places; 500 to 999 on
-- earth: streets, both sides of the dateline, both poles.  eps is often exactly
-- what two of them are apart; of geography it is not, which ST_Distance rounds.
CREATE TEMP TABLE part AS
SELECT part, part % 3 AS style, part >= 500 AS on_earth, 1 + pg_temp.dice('k' || part, 4) * (1 + part % 2) AS k,
       CASE pg_temp.dice('s' || part, 4) WHEN 0 THEN NULL WHEN 1 THEN interval '0' ELSE pg_temp.dice('u' || part, 5) * interval '1 minute' END AS span,
       CASE WHEN part < 500 THEN (ARRAY[0, 1, 2, 5, 0.1, 0.5, 0.3, 2.5])[1 + pg_temp.dice('e' || part, 8)]
            ELSE (ARRAY[0.00005, 55, 120, 160, 300])[1 + pg_temp.dice('e' || part, 5)] END::float8 AS eps
FROM generate_series(0, 999) part;
CREATE TEMP TABLE spot AS
SELECT p.part, i AS n, p.eps, p.span, p.k, p.on_earth,
       CASE WHEN d.sort = 0 THEN NULL WHEN d.sort = 1 THEN 'POINT EMPTY' WHEN p.on_earth THEN ST_MakePoint(e.lon, e.lat)
            ELSE ST_MakePoint(e.x, e.y, d.sort) END AS g,
       CASE WHEN d.late > 0 THEN timestamptz '2026-03-02 09:00' + d.late * interval '1 minute' END AS at
FROM part p CROSS JOIN generate_series(1, 14) i
CROSS JOIN LATERAL (SELECT pg_temp.dice('a' || p.part || ',' || i, 8) AS a, pg_temp.dice('b' || p.part || ',' || i, 8) AS b,
                           pg_temp.dice('o' || p.part || ',' || i, 30) AS sort, pg_temp.dice('t' || p.part || ',' || i, 20) AS late) d
CROSS JOIN LATERAL (SELECT CASE p.style WHEN 0 THEN d.a WHEN 1 THEN d.a * 0.1 ELSE d.a / 4 * 3 END AS x, CASE p.style WHEN 0 THEN d.b WHEN 1 THEN d.b * 0.1 ELSE d.b / 4 * 4 END AS y,
                           CASE p.style WHEN 0 THEN 113.2 + d.a * 0.0005 WHEN 1 THEN (CASE WHEN d.a < 4 THEN 180 ELSE -180 END) + (d.a - 4) * 0.0005 ELSE d.a * 45 - 180 END AS lon,
                           CASE p.style WHEN 0 THEN 23.1 + d.b * 0.0005 WHEN 1 THEN d.b * 0.0005 - 17 ELSE (CASE WHEN p.part % 2 = 0 THEN 1 ELSE -1 END) * (90 - d.b / 2 * 0.0005) END AS lat) e;

ANALYZE part, spot;
CREATE TEMP TABLE labelled AS
SELECT part, n, medsup.st_dbscan(g, at, eps, span, k) OVER (PARTITION BY part) AS label FROM spot WHERE NOT on_earth
UNION ALL
SELECT part, n, medsup.st_dbscan(g::geography, at, eps, span, k) OVER (PARTITION BY part) FROM spot WHERE on_earth;

-- who is a neighbour of whom
CREATE TEMP TABLE near AS
SELECT a.part, a.n AS a, b.n AS b, v.apart
FROM spot a JOIN spot b USING (part)
CROSS JOIN LATERAL (SELECT CASE WHEN a.on_earth THEN ST_Distance(a.g::geography, b.g::geography) ELSE ST_Distance(a.g, b.g) END AS apart) v
WHERE NOT ST_IsEmpty(a.g) AND NOT ST_IsEmpty(b.g) AND v.apart <= a.eps
  AND (a.span IS NULL OR (a.at - b.at <= a.span AND b.at - a.at <= a.span));
CREATE INDEX ON near (part, a);
ANALYZE near, labelled;
CREATE TEMP TABLE core AS
SELECT s.part, s.n, ARRAY[ST_X(s.g), ST_Y(s.g), CASE WHEN s.span IS NULL THEN 0 ELSE extract(epoch FROM s.at) END] AS least
FROM spot s JOIN near ON near.part = s.part AND near.a = s.n GROUP BY s.part, s.n, s.g, s.at, s.k, s.span HAVING count(*) >= s.k;
ANALYZE core;
-- core rows that hang together, numbered by their least
CREATE TEMP TABLE cluster AS
WITH RECURSIVE reach AS (
    SELECT part, n AS a, n AS b FROM core
    UNION
    SELECT r.part, r.a, c.n FROM reach r JOIN near ON near.part = r.part AND near.a = r.b JOIN core c ON c.part = near.part AND c.n = near.b
)
SELECT part, a AS n, dense_rank() OVER (PARTITION BY part ORDER BY least) - 1 AS label
FROM (SELECT r.part, r.a, min(c.least) AS least FROM reach r JOIN core c ON c.part = r.part AND c.n = r.b GROUP BY r.part, r.a) m;
CREATE INDEX ON cluster (part, n);
ANALYZE cluster;
CREATE TEMP TABLE defined AS
SELECT s.part, s.n, coalesce(c.label, border.label) AS label, c.n IS NULL AND border.label IS NOT NULL AS is_border
FROM spot s LEFT JOIN cluster c USING (part, n)
LEFT JOIN LATERAL (SELECT o.label FROM near JOIN cluster o ON o.part = near.part AND o.n = near.b
                   WHERE near.part = s.part AND near.a = s.n ORDER BY near.apart, o.label LIMIT 1) border ON true;
ANALYZE defined;

SELECT on_earth, style, count(*) AS rows, count(*) FILTER (WHERE l.label IS DISTINCT FROM d.label) AS wrong,
       count(DISTINCT part) FILTER (WHERE d.label > 0) > 30 AS several_clusters, count(*) FILTER (WHERE d.is_border) AS borders,
       count(*) FILTER (WHERE d.label IS NULL) > 100 AS noise
FROM part JOIN labelled l USING (part) JOIN defined d USING (part, n) GROUP BY 1, 2 ORDER BY 1, 2;

-- one wrong coordinate far out costs nothing, and thousands at one place little
SELECT count(DISTINCT label) AS clusters, count(label) AS labelled
FROM (SELECT medsup.st_dbscan(g, NULL, 1.5, NULL, 3) OVER () AS label
      FROM (SELECT ST_MakePoint(n % 100, n / 100 * 3) AS g FROM generate_series(0, 29999) n UNION ALL SELECT ST_MakePoint(1e300, -1e300)) v) x;
SELECT count(DISTINCT label) AS clusters, count(label) AS labelled
FROM (SELECT medsup.st_dbscan(g, NULL, 5, NULL, 3000) OVER () AS label
      FROM (SELECT ST_MakePoint(n % 20 * 3, n % 10 * 4) AS g FROM generate_series(0, 19999) n) v) x;
