-- make bench-gathering: see gathering.sh.
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
RESET client_min_messages;
SET medsup.gathering_mem = '8GB';
-- a window function runs in one process; so does its rival
SET max_parallel_workers_per_gather = 0;

CREATE TABLE setting (sf float8, most bigint);
INSERT INTO setting VALUES (:sf, :most);
CREATE TABLE result (nr int GENERATED ALWAYS AS IDENTITY, name text, rows bigint, eps float8, eps_time interval, k int,
                     clusters bigint, noise bigint, ours float8, theirs float8, aim float8);

-- n visits to n / fold places, in the order of nothing
CREATE FUNCTION draw(n bigint, fold int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(0.42);
    IF to_regclass('visit') IS NOT NULL THEN
        DROP TABLE visit;
    END IF;
    CREATE TABLE visit AS
    WITH town AS MATERIALIZED (
        SELECT t, random() * 100000 AS x, random() * 100000 AS y FROM generate_series(0, 199) t
    ), drawn AS MATERIALIZED (
        SELECT p, (200 * random() * random())::int % 200 AS t, random() < 0.1 AS anywhere,
               random() * 100000 AS ax, random() * 100000 AS ay,
               sqrt(-2 * ln(1 - random())) * 1500 AS r, random() * 2 * pi() AS phi
        FROM generate_series(1, greatest(n / fold, 1)) p
    )
    SELECT ST_MakePoint(CASE WHEN d.anywhere THEN d.ax ELSE t.x + d.r * cos(d.phi) END,
                        CASE WHEN d.anywhere THEN d.ay ELSE t.y + d.r * sin(d.phi) END) AS place,
           timestamptz '2026-01-01' + random() * interval '365 days' AS at
    FROM drawn d JOIN town t USING (t) CROSS JOIN generate_series(1, fold) v;
    ANALYZE visit;
END
$$;

CREATE FUNCTION timed(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE query;
    RETURN extract(epoch FROM clock_timestamp() - start);
END
$$;

-- Both must have the same noise and the same clusters of core rows; border
-- rows PostGIS gives to any.  Core is told by the definition, place by place.
CREATE FUNCTION disagreements(eps float8, k int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    CREATE TEMP TABLE spot ON COMMIT DROP AS
    SELECT v.place, count(*) AS visits, min(o.label) AS ours, min(t.label) AS theirs,
           count(*) FILTER (WHERE (o.label IS NULL) <> (t.label IS NULL)) AS other_noise
    FROM visit v JOIN ours o ON o.row = v.ctid JOIN theirs t ON t.row = v.ctid GROUP BY v.place;
    CREATE INDEX ON spot USING gist (place);
    ANALYZE spot;
    SELECT sum(s.other_noise) + count(*) FILTER (WHERE c.core AND s.ours IS NULL)
           + 2 * count(DISTINCT (s.ours, s.theirs)) FILTER (WHERE c.core)
           - count(DISTINCT s.ours) FILTER (WHERE c.core) - count(DISTINCT s.theirs) FILTER (WHERE c.core)
      INTO wrong
    FROM spot s
    CROSS JOIN LATERAL (SELECT sum(n.visits) >= k AS core FROM spot n
                        WHERE n.place && ST_Expand(s.place, eps) AND ST_Distance(n.place, s.place) <= eps) c;
    DROP TABLE spot;
    RETURN wrong;
END
$$;

CREATE FUNCTION race(name text, n bigint, fold int, eps float8, eps_time interval, k int, aim float8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    call text;
    our_seconds float8;
    their_seconds float8;
    wrong bigint;
BEGIN
    -- fewer rows as dense as all
    eps := round((eps / sqrt((SELECT sf FROM setting)))::numeric);
    n := (n * (SELECT sf FROM setting))::bigint;
    call := format('%L, %L::interval, %s', eps, eps_time, k);
    PERFORM draw(n, fold);
    our_seconds := timed(format('CREATE TEMP TABLE ours ON COMMIT DROP AS SELECT ctid AS row, medsup.st_dbscan(place, at, %s) OVER () AS label FROM visit', call));
    IF eps_time IS NULL AND n <= (SELECT most FROM setting) THEN
        their_seconds := timed(format('CREATE TEMP TABLE theirs ON COMMIT DROP AS SELECT ctid AS row, ST_ClusterDBSCAN(place, %L, %s) OVER () AS label FROM visit', eps, k));
        wrong := disagreements(eps, k);
        IF wrong IS DISTINCT FROM 0 THEN
            RAISE EXCEPTION '% of % rows: the clusters differ', name, n;
        END IF;
    END IF;
    INSERT INTO result (name, rows, eps, eps_time, k, clusters, noise, ours, theirs, aim)
    SELECT race.name, n, race.eps, race.eps_time, race.k, count(DISTINCT o.label), count(*) FILTER (WHERE o.label IS NULL), our_seconds, their_seconds, race.aim
    FROM ours o;
    DROP TABLE ours;
    IF their_seconds IS NOT NULL THEN
        DROP TABLE theirs;
    END IF;
END
$$;

\o /dev/null
SELECT race('planar', 10000, 1, 1000, NULL, 5, NULL);
SELECT race('planar', 100000, 1, 300, NULL, 5, NULL);
SELECT race('planar', 1000000, 1, 100, NULL, 5, 10);
SELECT race('planar', 5000000, 1, 50, NULL, 5, NULL);
SELECT race('thousandfold', 1000000, 1000, 100, NULL, 5, 10);
SELECT race('thousandfold', 5000000, 1000, 100, NULL, 5, NULL);
SELECT race('space-time', 1000000, 1, 300, '1 day', 3, NULL);
SELECT race('space-time', 5000000, 1, 300, '6 hours', 3, NULL);
SELECT race('space-time, thousandfold', 5000000, 1000, 300, '30 minutes', 5, NULL);
\o
\pset format unaligned
\pset tuples_only on
SELECT '| | rows | eps | eps_time | min_points | clusters | noise | st_dbscan s | a million rows s | ST_ClusterDBSCAN s |';
SELECT '|---|---|---|---|---|---|---|---|---|---|';
SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |', name, rows, eps, coalesce(eps_time::text, ''), k, clusters, noise,
              round(ours::numeric, 3), round((ours / rows * 1e6)::numeric, 2), coalesce(round(theirs::numeric, 3)::text, ''))
FROM result ORDER BY nr;
SELECT format('ratio %s/%s/ST_ClusterDBSCAN %s aim %s', replace(name, ' ', '_'), rows, round((theirs / ours)::numeric, 1), coalesce(aim::text, 'none'))
FROM result WHERE theirs IS NOT NULL ORDER BY nr;
