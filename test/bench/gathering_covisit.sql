-- make bench-gathering, who turns up together: see gathering.sh.  Visits of 84
-- days with busy mornings at places of different size, and 26 planted groups of
-- 5 to 30 patients who met on eight days.  The rival is the best plain SQL that
-- we know: a self-join over buckets of the reach, parallel where the server is.
SET medsup.gathering_mem = '4GB';
SET max_parallel_workers_per_gather = 2;
SET client_min_messages = warning;
CREATE TABLE covisit_setting (sf float8, most bigint);
INSERT INTO covisit_setting VALUES (:sf, :covisit_most);
CREATE TABLE covisit_result (nr int GENERATED ALWAYS AS IDENTITY, visits bigint, meetings bigint, ours float8, theirs float8, same_pairs boolean,
                             planted int, found int, groups int, false_groups int);

CREATE FUNCTION draw_covisits(n bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    places int := greatest(n / 5000, 4);
    patients int := n / 10;
BEGIN
    PERFORM setseed(0.42);
    DROP TABLE IF EXISTS swipe, planted;
    CREATE TABLE planted AS
    SELECT g, (1 + row_number() OVER (ORDER BY g, m) * 4099 % patients)::int AS patient FROM generate_series(5, 30) g, generate_series(1, g) m;
    CREATE TABLE swipe AS
    SELECT 'P' || p AS patient, 'H' || (places * CASE WHEN random() < 0.8 THEN power(p * 0.6180339887 % 1, 2) ELSE power(random(), 2) END)::int AS place,
           timestamp '2026-01-05 08:00' + (random() * 83)::int * interval '1 day' + power(random(), 1.5) * interval '9 hours' AS at
    FROM (SELECT (random() * (patients - 1))::int + 1 AS p FROM generate_series(1, n)) d;
    INSERT INTO swipe
    SELECT 'P' || patient, 'H' || (g + t % 2) % places, timestamp '2026-01-05 08:30' + (g + t * 9) % 84 * interval '1 day' + (g * 37 + t * 61) % 480 * interval '1 minute'
        + random() * interval '12 minutes'
    FROM planted, generate_series(1, 8) t;
    ANALYZE swipe;
END
$$;

CREATE FUNCTION race_covisits(n bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    our_seconds float8;
    their_seconds float8;
    raw bigint;
    same boolean;
BEGIN
    n := (n * (SELECT sf FROM covisit_setting))::bigint;
    PERFORM draw_covisits(n);
    our_seconds := timed('CREATE TEMP TABLE ours AS SELECT g.* FROM (SELECT medsup.covisit_groups(patient, place, at, medsup.covisit_setting(members => 4)) AS groups FROM swipe) s CROSS JOIN LATERAL unnest(s.groups) g');
    IF n <= (SELECT most FROM covisit_setting) THEN
        their_seconds := timed($q$
            CREATE TEMP TABLE theirs AS
            WITH visit AS MATERIALIZED (SELECT patient, place, at, floor(extract(epoch FROM at) / 1800)::bigint AS bucket FROM swipe)
            SELECT a.patient AS patient_a, b.patient AS patient_b, count(DISTINCT a.at::date) AS days, count(*) AS meetings
            FROM visit a JOIN (SELECT v.*, v.bucket + o AS near FROM visit v, (VALUES (-1), (0), (1)) s (o)) b
                ON b.place = a.place AND b.near = a.bucket AND a.patient COLLATE "C" < b.patient COLLATE "C"
               AND b.at BETWEEN a.at - interval '30 minutes' AND a.at + interval '30 minutes'
            GROUP BY a.patient, b.patient HAVING count(DISTINCT a.at::date) >= 3$q$);
        -- ours without any test of chance finds the same pairs on the same number of days
        SELECT NOT EXISTS (SELECT patient_a, patient_b FROM theirs EXCEPT SELECT p.patient_a, p.patient_b
                           FROM (SELECT medsup.covisit_pairs(patient, place, at, medsup.covisit_setting(fdr => 1, alpha => 1, max_crowd => NULL)) AS pairs FROM swipe) s, unnest(s.pairs) p)
        INTO same;
        DROP TABLE theirs;
    END IF;
    SELECT sum(c.near) INTO raw FROM (SELECT count(*) OVER (PARTITION BY place ORDER BY at RANGE BETWEEN CURRENT ROW AND interval '30 minutes' FOLLOWING) - 1 AS near FROM swipe) c;
    INSERT INTO covisit_result (visits, meetings, ours, theirs, same_pairs, planted, found, groups, false_groups)
    SELECT n, raw, our_seconds, their_seconds, same, 26,
        (SELECT count(*) FROM (SELECT p.g FROM planted p JOIN ours o ON 'P' || p.patient = ANY (o.members) GROUP BY p.g, o.members
                               HAVING count(*) >= 0.8 * p.g AND count(*) >= 0.8 * cardinality(o.members)) f),
        (SELECT count(*) FROM ours),
        (SELECT count(*) FROM ours o WHERE NOT EXISTS (SELECT FROM planted p WHERE 'P' || p.patient = ANY (o.members) GROUP BY p.g HAVING count(*) >= 0.8 * cardinality(o.members)));
    DROP TABLE ours;
END
$$;
\o /dev/null
SELECT race_covisits(500000);
SELECT race_covisits(1000000);
SELECT race_covisits(5000000);
\o
\pset format unaligned
\pset tuples_only on
SELECT '';
SELECT '| visits | visits within reach | covisit_groups s | a million visits s | bucketed SQL s | planted groups found | groups | false |';
SELECT '|---|---|---|---|---|---|---|---|';
SELECT format('| %s | %s | %s | %s | %s | %s of %s | %s | %s |', visits, meetings, round(ours::numeric, 2), round((ours / visits * 1e6)::numeric, 2),
              coalesce(round(theirs::numeric, 2)::text, ''), found, planted, groups, false_groups)
FROM covisit_result ORDER BY nr;
SELECT format('ratio covisit/%s/bucketed_SQL %s aim 20', visits, round((theirs / ours)::numeric, 1)) FROM covisit_result WHERE theirs IS NOT NULL ORDER BY nr;
SELECT format('ratio covisit/growth_per_visit %s aim 1.3 at most', round((max(ours / visits) / (array_agg(ours / visits ORDER BY nr))[1])::numeric, 2)) FROM covisit_result;
SELECT format('pairs of the rival that covisit_pairs lacks at %s visits: %s', visits, CASE WHEN same_pairs THEN 'none' ELSE 'some' END) FROM covisit_result WHERE same_pairs IS NOT NULL;
DO $$
BEGIN
    IF EXISTS (SELECT FROM covisit_result WHERE NOT same_pairs) THEN
        RAISE EXCEPTION 'covisit_pairs lacks pairs that plain SQL finds';
    END IF;
END
$$;
