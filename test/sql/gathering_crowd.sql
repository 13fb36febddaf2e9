\set SHOW_CONTEXT never
-- Many patients in a short time
SET search_path = public;
CREATE TEMP TABLE swipe (n int, psn_no text, place text, at timestamp);
INSERT INTO swipe SELECT v.n, v.psn_no, v.place, timestamp '2026-03-02 09:00' + v.minute * interval '1 minute'
FROM (VALUES
    -- three within the half hour, exactly; one of them twice
    (1, 'A', 'H1', 0), (2, 'B', 'H1', 10), (3, 'B', 'H1', 20), (4, 'C', 'H1', 30),
    -- hanging on to them by C, at the last minute
    (5, 'D', 'H1', 45), (6, 'E', 'H1', 60),
    -- later, two more
    (7, 'A', 'H1', 300), (8, 'B', 'H1', 301),
    -- elsewhere, at once
    (9, 'F', 'H2', 0), (10, 'G', 'H2', 0), (11, 'H', 'H2', 0), (12, NULL, 'H2', 0), (13, 'I', 'H2', NULL)) v (n, psn_no, place, minute);
SELECT n, psn_no, place, to_char(at, 'HH24:MI') AS at, medsup.crowd_size(psn_no, at, '30 minutes') OVER w AS size,
       medsup.crowd(psn_no, at, '30 minutes', 3) OVER w AS three, medsup.crowd(psn_no, at, '30 minutes', 2) OVER w AS two
FROM swipe WINDOW w AS (PARTITION BY place) ORDER BY n;
-- a minute less
SELECT n, medsup.crowd_size(psn_no, at, '29 minutes') OVER w AS size, medsup.crowd(psn_no, at, '29 minutes', 3) OVER w AS three
FROM swipe WINDOW w AS (PARTITION BY place) ORDER BY n;
-- neither order nor frame matter
SELECT count(*) FILTER (WHERE a IS DISTINCT FROM b OR a IS DISTINCT FROM c) AS different FROM (
    SELECT medsup.crowd(psn_no, at, '30 minutes', 3) OVER (PARTITION BY place) AS a,
           medsup.crowd(psn_no, at, '30 minutes', 3) OVER (PARTITION BY place ORDER BY n DESC) AS b,
           medsup.crowd(psn_no, at, '30 minutes', 3) OVER (PARTITION BY place ORDER BY md5(n::text) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS c FROM swipe) v;
SELECT medsup.crowd_size(psn_no, at, '0') OVER () AS nothing FROM swipe WHERE false;

-- against SQL, over some thousand visits
CREATE TEMP TABLE many AS
SELECT n, 'P' || ('x' || substr(md5('p' || n), 1, 4))::bit(16)::int % 90 AS psn_no,
       timestamp '2026-03-02' + ('x' || substr(md5('t' || n), 1, 6))::bit(24)::int % 20000 * interval '1 minute' AS at FROM generate_series(1, 1500) n;
SELECT count(*) AS rows, max(size) AS most, count(*) FILTER (WHERE size <> want) AS wrong FROM (
    SELECT m.n, m.size, (SELECT max(s.patients) FROM (SELECT (SELECT count(DISTINCT x.psn_no) FROM many x WHERE x.at BETWEEN e.at - interval '2 hours' AND e.at) AS patients
                                                      FROM many e WHERE e.at BETWEEN m.at AND m.at + interval '2 hours') s) AS want
    FROM (SELECT n, at, medsup.crowd_size(psn_no, at, '2 hours') OVER () AS size FROM many) m) v;

-- many small partitions (place and diagnosis) full of ties at exactly the span,
-- repeated visits and NULLs, against the definition: spans that end with a row
-- and hold enough patients, joined where they share one
CREATE TEMP TABLE ill AS
SELECT i, k % 20 AS place, 'D' || k % 3 AS diagnosis, CASE WHEN h % 19 > 0 THEN 'P' || h % 7 END AS psn_no,
       CASE WHEN h % 23 > 0 THEN timestamp '2026-03-02' + h / 64 % 90 * interval '10 minutes' END AS at
FROM (SELECT i, i % 60 AS k, ('x' || substr(md5('ill' || i), 1, 6))::bit(24)::int AS h FROM generate_series(1, 1800) i) r;
CREATE FUNCTION pg_temp.wrong(span interval, at_least int) RETURNS TABLE (rows bigint, crowds bigint, in_none bigint, wrong bigint) LANGUAGE sql AS $$
    WITH visit AS MATERIALIZED (SELECT *, place || diagnosis AS k FROM ill WHERE psn_no IS NOT NULL AND at IS NOT NULL),
    enough AS (SELECT e.k, e.at AS last, min(x.at) AS first FROM (SELECT DISTINCT k, at FROM visit) e JOIN visit x ON x.k = e.k AND x.at BETWEEN e.at - span AND e.at
               GROUP BY e.k, e.at HAVING count(DISTINCT x.psn_no) >= at_least),
    cut AS (SELECT *, coalesce(first > max(last) OVER (PARTITION BY k ORDER BY last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS new FROM enough),
    want AS MATERIALIZED (SELECT k, sum(new::int) OVER (PARTITION BY k ORDER BY last) - 1 AS nr, first, last FROM cut),
    got AS (SELECT place || diagnosis AS k, at, psn_no, medsup.crowd(psn_no, at, span, at_least) OVER (PARTITION BY place, diagnosis) AS crowd FROM ill)
    SELECT count(*), count(DISTINCT (k, crowd)) FILTER (WHERE crowd IS NOT NULL), count(*) FILTER (WHERE crowd IS NULL),
           count(*) FILTER (WHERE crowd IS DISTINCT FROM CASE WHEN psn_no IS NOT NULL THEN (SELECT min(nr) FROM want w WHERE w.k = g.k AND g.at BETWEEN w.first AND w.last) END)
    FROM got g
$$;
SELECT n, w.* FROM generate_series(1, 7) n CROSS JOIN LATERAL pg_temp.wrong(n * interval '10 minutes', 1 + n / 2) w ORDER BY n;
SELECT w.* FROM pg_temp.wrong('0', 2) w;
-- patients of one doctor whom one pharmacy supplied within thirty days to the second
CREATE TEMP TABLE dispensed AS
SELECT 'P' || n AS psn_no, 'D' || n % 2 AS doctor, 'Y' || n % 4 / 2 AS pharmacy, timestamp '2026-01-01 08:00' + n / 4 * interval '10 days' + (n = 12)::int * interval '1 second' AS at
FROM generate_series(0, 19) n;
SELECT doctor, pharmacy, array_agg(DISTINCT size) AS within_30_days FROM (
    SELECT doctor, pharmacy, medsup.crowd_size(psn_no, at, '30 days') OVER (PARTITION BY doctor, pharmacy) AS size FROM dispensed) d
GROUP BY doctor, pharmacy ORDER BY doctor, pharmacy;

-- what is refused: SQLSTATE, message, hint
\getenv srcdir PG_ABS_SRCDIR
\set refusals :srcdir '/data/refusals.sql'
\i :refusals
SELECT pg_temp.why(q) FROM (VALUES
    (1, $$SELECT medsup.crowd_size(psn_no, at, '1 month') OVER () FROM swipe$$),
    (2, $$SELECT medsup.crowd_size(psn_no, at, '-1 day') OVER () FROM swipe$$),
    (3, $$SELECT medsup.crowd_size(psn_no, at, NULL) OVER () FROM swipe$$),
    (4, $$SELECT medsup.crowd_size(psn_no, at, n * interval '1 day') OVER () FROM swipe$$),
    (5, $$SELECT medsup.crowd(psn_no, at, '1 day', 0) OVER () FROM swipe$$),
    (6, $$SELECT medsup.crowd(psn_no, at, '1 day', NULL) OVER () FROM swipe$$),
    (7, $$SELECT medsup.crowd(psn_no, at, '1 day', n) OVER () FROM swipe$$),
    (8, $$SELECT medsup.crowd(psn_no, 'infinity', '1 day', 1) OVER () FROM swipe$$)) v (n, q) ORDER BY n;
SELECT medsup.crowd(psn_no, at, '1 day', 1) FROM swipe;
SET medsup.gathering_mem = 64;
SELECT pg_temp.why($$SELECT count(c) FROM (SELECT medsup.crowd(n::text, timestamp '2026-03-02', '1 day', 1) OVER () AS c FROM generate_series(1, 5000) n) v$$);
SELECT count(c) FROM (SELECT medsup.crowd(n::text, timestamp '2026-03-02', '1 day', 1) OVER (PARTITION BY n % 50) AS c FROM generate_series(1, 5000) n) v;
