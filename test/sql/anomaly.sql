\set SHOW_CONTEXT never
-- Anomaly models and scores: the same bytes, parts that add up, small groups, odd values
SET search_path = public;
-- numbers that look random and are the same everywhere
CREATE FUNCTION noise(n int, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint4extended(n, k) & 1048575) / 1048576.0::float8;
CREATE TABLE doctor AS
SELECT n, n % 3 AS peer, ARRAY[round(100 * noise(n, 1)), exp(noise(n, 2)), CASE WHEN noise(n, 3) < 0.7 THEN 0 ELSE noise(n, 4) END,
    CASE WHEN noise(n, 5) < 0.1 THEN NULL ELSE noise(n, 6) * noise(n, 7) END]::float8[] AS f
FROM generate_series(1, 6000) n;

-- one set of rows, one model
CREATE TABLE model AS
SELECT 'as they come' AS how, medsup.anomaly_model(f) AS m FROM doctor
UNION ALL SELECT 'backwards', medsup.anomaly_model(f ORDER BY n DESC) FROM doctor
UNION ALL SELECT 'shuffled', medsup.anomaly_model(f ORDER BY noise(n, 9)) FROM doctor
UNION ALL SELECT 'three merged', medsup.anomaly_rollup(p.m) FROM (SELECT medsup.anomaly_model(f) AS m FROM doctor GROUP BY peer) p
UNION ALL SELECT 'merged backwards', medsup.anomaly_rollup(p.m ORDER BY p.peer DESC) FROM (SELECT peer, medsup.anomaly_model(f) AS m FROM doctor GROUP BY peer) p
UNION ALL SELECT 'each row alone', medsup.anomaly_rollup(p.m) FROM (SELECT medsup.anomaly_model(f) AS m FROM doctor GROUP BY n) p
UNION ALL SELECT 'one by far the larger', medsup.anomaly_rollup(p.m) FROM (SELECT medsup.anomaly_model(f) AS m FROM doctor GROUP BY n = 17) p;
SELECT count(DISTINCT medsup.anomaly_model_send(m)) AS models, count(DISTINCT m::text) AS texts, count(*) FROM model;
-- the three groups keep all of their rows, or not
SELECT peer, (medsup.anomaly_info(medsup.anomaly_model(f))).* FROM doctor GROUP BY peer ORDER BY peer;
SELECT (medsup.anomaly_info(medsup.anomaly_model(f))).* FROM doctor WHERE n <= 1024;
SELECT (medsup.anomaly_info(medsup.anomaly_model(f))).* FROM doctor WHERE n <= 1025;
-- equal rows are one
SELECT (medsup.anomaly_info(medsup.anomaly_model(ARRAY[n % 1024, 7], '{0,-1}'))).* FROM generate_series(1, 100000) n;

-- workers
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT medsup.anomaly_model(f) FROM doctor;
SELECT medsup.anomaly_model_send(medsup.anomaly_model(f)) = (SELECT medsup.anomaly_model_send(m) FROM model LIMIT 1) AS same FROM doctor;
SELECT medsup.anomaly_model_send(medsup.anomaly_rollup(m)) = medsup.anomaly_model_send(medsup.anomaly_rollup(m ORDER BY how)) AS same FROM model;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- text and binary there and back; stored, in and out of line
SELECT count(*) FILTER (WHERE m::text::medsup.anomaly_model::text = m::text) AS same FROM model;
CREATE TABLE stored (m medsup.anomaly_model);
INSERT INTO stored SELECT medsup.anomaly_model(f) FROM doctor WHERE n <= 20;
INSERT INTO stored SELECT m FROM model LIMIT 1;
\copy stored TO 'results/anomaly.copy' (FORMAT binary)
CREATE TABLE received (LIKE stored);
\copy received FROM 'results/anomaly.copy' (FORMAT binary)
SELECT count(*) FROM stored s JOIN received r ON s.m::text = r.m::text;
SELECT attstorage FROM pg_attribute WHERE attrelid = 'stored'::regclass AND attname = 'm';

-- the form is frozen (docs/formats.md)
SELECT medsup.anomaly_model(f, '{1,-1,0}') FROM (VALUES ('{1,-2.5,NULL}'::float8[]), ('{1,-2.5,NaN}'), ('{0,Infinity,0.1}')) v (f);
SELECT md5(m::text), length(m::text) FROM model LIMIT 1;

-- both ways to a score, and from its parts
CREATE TABLE peer_model AS SELECT peer, medsup.anomaly_model(f) AS m FROM doctor GROUP BY peer;
SELECT count(*) AS rows, count(*) FILTER (WHERE score IS DISTINCT FROM at_once) AS two_ways, count(*) FILTER (WHERE score <> total) AS not_the_sum,
    count(*) FILTER (WHERE score < 0) AS negative, count(*) FILTER (WHERE least_part < 0) AS negative_part
FROM (SELECT medsup.anomaly_score(m, f) AS score, medsup.provider_anomaly(f) OVER (PARTITION BY peer) AS at_once,
             (SELECT sum(p.part ORDER BY p.k) FROM unnest(medsup.anomaly_parts(m, f)) WITH ORDINALITY p (part, k)) AS total,
             (SELECT min(p) FROM unnest(medsup.anomaly_parts(m, f)) p) AS least_part
      FROM doctor JOIN peer_model USING (peer)) x;
-- what is usual is usual: about one in ten at 1, one in a hundred at 2
SELECT peer, count(*) FILTER (WHERE s >= 1) BETWEEN 160 AND 240 AS tenth, count(*) FILTER (WHERE s >= 2) BETWEEN 10 AND 30 AS hundredth
FROM (SELECT peer, medsup.provider_anomaly(f) OVER (PARTITION BY peer) AS s FROM doctor) x GROUP BY peer ORDER BY peer;
-- neither units nor copies of an indicator change the order much: copies not at all
SELECT count(*) FILTER (WHERE abs(once - thrice) > 1) AS moved, corr(once, thrice) > 0.99 AS alike FROM (
    SELECT medsup.provider_anomaly(ARRAY[f[1], f[2]]) OVER () AS once, medsup.provider_anomaly(ARRAY[f[1], f[2], f[2], f[2]]) OVER () AS thrice
    FROM doctor) x;

-- planted: each is the first of its peers, and the sentence names the indicator
CREATE TABLE planted AS
SELECT n, CASE n WHEN 7 THEN ARRAY[f[1], 9, f[3], f[4]] WHEN 8 THEN ARRAY[f[1], f[2], 3.5, f[4]]
          WHEN 9 THEN ARRAY[f[1], f[2], f[3], 25] ELSE f END AS f FROM doctor;
WITH m AS MATERIALIZED (SELECT medsup.anomaly_model(f) AS m FROM planted)
SELECT n, rank, medsup.anomaly_explain(m, f, '{人次,次均费用,检查占比,夜间占比}') AS zh, medsup.anomaly_explain(m, f, '{visits,cost,tests,nights}', 'en') AS en
FROM (SELECT y.*, rank() OVER (ORDER BY y.s DESC) FROM (SELECT n, f, medsup.provider_anomaly(f) OVER () AS s FROM planted) y) x, m
WHERE n IN (7, 8, 9) ORDER BY n;
-- out of line with the others only: cost follows size, here it does not
CREATE TABLE follower AS SELECT n, ARRAY[size, size + noise(n, 12) / 20, size - noise(n, 13) / 20] AS f
FROM (SELECT n, noise(n, 10) + noise(n, 11) AS size FROM generate_series(1, 500) n) x;
UPDATE follower SET f = ARRAY[0.9, 1.3, 0.9] WHERE n = 77;
SELECT n, x.rank, d.feature, d.above, d.among_others
FROM (SELECT y.*, rank() OVER (ORDER BY y.s DESC) FROM (SELECT n, f, medsup.provider_anomaly(f) OVER () AS s FROM follower) y) x,
    (SELECT medsup.anomaly_model(f) AS m FROM follower) y, medsup.anomaly_detail(m, f) d WHERE n = 77 ORDER BY d.part DESC LIMIT 1;
-- what is unknown does not make the others odd: size is usual, whether those that follow it are known or not
SELECT round(medsup.anomaly_score(m, '{1.5,1.525,1.475}')::numeric, 1) AS known, round(medsup.anomaly_score(m, '{1.5,NULL,1.475}')::numeric, 1) AS one_unknown,
    round(medsup.anomaly_score(m, '{1.5,NULL,NULL}')::numeric, 1) AS two_unknown, (SELECT bool_or(among_others) FROM medsup.anomaly_detail(m, '{1.5,NULL,NULL}')) AS among_others
FROM (SELECT medsup.anomaly_model(f) AS m FROM follower) x;
-- directions
SELECT direction, (array_agg(n ORDER BY s DESC))[1] AS first FROM (
    SELECT direction, n, medsup.provider_anomaly(ARRAY[CASE n WHEN 1 THEN -9 WHEN 2 THEN 8 ELSE noise(n, 1) END], ARRAY[direction]) OVER (PARTITION BY direction) AS s
    FROM generate_series(1, 200) n, generate_series(-1, 1) direction) x GROUP BY direction ORDER BY direction;

-- groups of 0, 1, 2, 5, 9, 10 rows, alone and with a parent
SELECT medsup.anomaly_model(f) IS NULL AS none FROM doctor WHERE n < 0;
SELECT medsup.provider_anomaly(f) OVER () FROM doctor WHERE n < 0;
WITH parent AS MATERIALIZED (SELECT medsup.anomaly_model(f) AS p FROM doctor)
SELECT size, count(*) AS rows, count(medsup.anomaly_score(m, f)) AS alone, count(medsup.anomaly_score(m, f, p)) AS with_parent,
    count(medsup.anomaly_score(m, f, m)) AS own_parent
FROM (VALUES (1), (2), (5), (9), (10)) v (size)
CROSS JOIN parent
CROSS JOIN LATERAL (SELECT medsup.anomaly_model(d.f) AS m FROM doctor d WHERE d.n <= size) g
JOIN doctor d ON d.n <= size GROUP BY size ORDER BY size;
SELECT count(s) FROM (SELECT medsup.provider_anomaly(f) OVER () AS s FROM doctor WHERE n <= 9) x;
SELECT count(s) FROM (SELECT medsup.provider_anomaly(f) OVER () AS s FROM doctor WHERE n <= 10) x;
-- the parent has the more to say the smaller the group is
WITH parent AS MATERIALIZED (SELECT medsup.anomaly_model(ARRAY[noise(n, 1)]) AS p FROM generate_series(1, 2000) n)
SELECT size, round(medsup.anomaly_score(m, '{10}', p)::numeric, 1) AS ten, round(medsup.anomaly_score(m, '{0.5}', p)::numeric, 1) AS half
FROM (VALUES (1), (20), (500)) v (size), parent,
    LATERAL (SELECT medsup.anomaly_model(ARRAY[10 + noise(n, 2)]) AS m FROM generate_series(1, size) n) g ORDER BY size;
-- one of fewer than ten rows is not asked
SELECT bool_and(medsup.anomaly_score(m, f) = medsup.anomaly_score(m, f, p)) AS same, count(*)
FROM doctor, (SELECT medsup.anomaly_model(f) AS m FROM doctor WHERE n <= 40) x, (SELECT medsup.anomaly_model(f) AS p FROM doctor WHERE n <= 9) y WHERE n <= 40;
-- an indicator that none of the group has, but the parent does
SELECT medsup.anomaly_explain(m, '{9}', '{夜间占比}', parent => p), medsup.anomaly_explain(m, '{9}', '{nights}', 'en', p)
FROM (SELECT medsup.anomaly_model('{NULL}'::float8[]) AS m FROM generate_series(1, 3)) x, (SELECT medsup.anomaly_model(ARRAY[noise(n, 1)]) AS p FROM generate_series(1, 100) n) y;

-- nine tenths of a large group are one row: a score still says how many are as unusual
SELECT count(*) AS groups, bool_and(one BETWEEN 0.8 AND 1.2 AND two BETWEEN 0.5 AND 1.8) AS calibrated FROM (
    SELECT same, 10 * avg((s >= 1)::int) AS one, 100 * avg((s >= 2)::int) AS two FROM (
        SELECT same, medsup.provider_anomaly(f) OVER (PARTITION BY same) AS s FROM (
            SELECT same, CASE WHEN n % 10 < 9 THEN ARRAY[same, 0, NULL]::float8[] ELSE ARRAY[1000 + noise(n, 1), noise(n, 2), noise(n, 3)] END AS f
            FROM generate_series(1, 20000) n, generate_series(1, 20) same) x) y GROUP BY same) z;

-- models kept ready: forgotten for want of memory or not, the scores are the same
CREATE TABLE ready AS SELECT n, n % 400 AS peer, f, medsup.provider_anomaly(f) OVER (PARTITION BY n % 400) AS alone FROM doctor;
CREATE TABLE ready_model AS SELECT peer, medsup.anomaly_model(f) AS m FROM ready GROUP BY peer;
SET work_mem = '64kB';
CREATE TABLE forgotten AS SELECT r.n, medsup.anomaly_score(m, f) AS own, medsup.anomaly_score(m, f, p) AS with_parent
FROM (SELECT * FROM ready ORDER BY n OFFSET 0) r JOIN ready_model USING (peer), (SELECT medsup.anomaly_rollup(m) AS p FROM ready_model) y;
SET work_mem = '256MB';
SELECT count(*), count(DISTINCT with_parent) > 1000 AS many, bool_and(own = medsup.anomaly_score(m, f) AND with_parent = medsup.anomaly_score(m, f, p) AND own = alone) AS same
FROM forgotten JOIN ready USING (n) JOIN ready_model USING (peer), (SELECT medsup.anomaly_rollup(m) AS p FROM ready_model) y;
RESET work_mem;

-- NULL, NaN, infinities, zeros of either sign, all equal, all unknown
SELECT medsup.anomaly_model_send(medsup.anomaly_model(ARRAY[0, 'NaN']::float8[])) = medsup.anomaly_model_send(medsup.anomaly_model(ARRAY['-0', NULL]::float8[])) AS same;
SELECT medsup.anomaly_model(NULL::float8[]) IS NULL AS no_row, medsup.anomaly_score(NULL, '{1}') IS NULL AS no_model;
SELECT (medsup.anomaly_info(medsup.anomaly_model(f))).providers FROM (VALUES ('{1}'::float8[]), (NULL), ('{NULL}')) v (f);
SELECT n, medsup.provider_anomaly(ARRAY[5, CASE n WHEN 3 THEN NULL ELSE 'Infinity' END, NULL]::float8[]) OVER () AS equal FROM generate_series(1, 12) n ORDER BY n LIMIT 4;
SELECT count(medsup.anomaly_score(m, '{NULL,NaN}')) AS unknown, min(medsup.anomaly_score(m, '{1e300,NULL}')) > 1 AS far, min(medsup.anomaly_score(m, '{Infinity,1}')) > 1 AS farthest,
    round(min(medsup.anomaly_score(m, '{-Infinity,0}'))::numeric, 9) AS least
FROM (SELECT medsup.anomaly_model(ARRAY[n, -n]) AS m FROM generate_series(1, 100) n) x;
SELECT n, round(s::numeric, 3) AS s FROM (
    SELECT n, medsup.provider_anomaly(ARRAY[x]) OVER () AS s FROM (SELECT n, CASE n WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity' WHEN 3 THEN 1e308 WHEN 4 THEN 'NaN' ELSE n END::float8 AS x
                                                              FROM generate_series(1, 40) n) y) z WHERE n <= 4 ORDER BY n;
SELECT medsup.anomaly_explain(m, '{1,NULL}', '{a,b}'), medsup.anomaly_explain(m, '{1,NULL}', '{a,b}', 'en'), medsup.anomaly_explain(m, NULL, '{a,b}') IS NULL AS none
FROM (SELECT medsup.anomaly_model(ARRAY[1, n]) AS m FROM generate_series(1, 100) n) x;
SELECT medsup.anomaly_figure(x) FROM unnest('{0,-0,1,1234567,0.00012345,-98.7654,999999999999999,1e20,3e-9,4.567e-12,-1.7976931348623157e308,5e-324,Infinity}'::float8[]) x;

-- a moving frame
SELECT n, (medsup.anomaly_info(medsup.anomaly_model(ARRAY[n]) OVER (ORDER BY n ROWS 2 PRECEDING))).providers FROM generate_series(1, 5) n;

-- refused
SELECT medsup.anomaly_model(ARRAY[]::float8[]);
SELECT medsup.anomaly_model('{{1,2},{3,4}}'::float8[]);
SELECT medsup.anomaly_model(array_fill(1::float8, ARRAY[257]));
SELECT medsup.anomaly_model(x) FROM (VALUES ('{1,2}'::float8[]), ('{1}')) v (x);
SELECT medsup.anomaly_model('{1,2}'::float8[], '{1}');
SELECT medsup.anomaly_model('{1,2}'::float8[], '{1,2}');
SELECT medsup.anomaly_model('{1,2}'::float8[], '{1,NULL}');
SELECT medsup.anomaly_model('{1}'::float8[], ARRAY[n]) FROM generate_series(0, 1) n;
SELECT medsup.provider_anomaly(ARRAY[1], ARRAY[n]) OVER () FROM generate_series(0, 1) n;
SELECT medsup.provider_anomaly('{}') OVER ();
SELECT medsup.anomaly_score(medsup.anomaly_model('{1,2}'::float8[]), '{1}');
SELECT medsup.anomaly_score(medsup.anomaly_model('{1}'::float8[]), '{1}', medsup.anomaly_model('{1,2}'::float8[]));
SELECT medsup.anomaly_score(medsup.anomaly_model('{1}'::float8[]), '{1}', medsup.anomaly_model('{1}'::float8[], '{-1}'));
SELECT medsup.anomaly_rollup(m) FROM (SELECT medsup.anomaly_model('{1}'::float8[], ARRAY[n]) AS m FROM generate_series(0, 1) n GROUP BY n) x;
SELECT medsup.anomaly_rollup(m) FROM (SELECT medsup.anomaly_model(array_fill(1::float8, ARRAY[n])) AS m FROM generate_series(1, 2) n GROUP BY n) x;
-- twice as many rows each time, up to 2^47, then too many
WITH RECURSIVE twice AS (
    SELECT 0 AS step, medsup.anomaly_model('{1}'::float8[]) AS m
    UNION ALL SELECT t.step + 1, (SELECT medsup.anomaly_rollup(x) FROM unnest(ARRAY[t.m, t.m]) x) FROM twice t WHERE t.step < 47)
SELECT (medsup.anomaly_info(m)).providers FROM twice ORDER BY step DESC LIMIT 1 \gset
SELECT :providers = 2 ^ 47 AS most;
WITH RECURSIVE twice AS (
    SELECT 0 AS step, medsup.anomaly_model('{1}'::float8[]) AS m
    UNION ALL SELECT t.step + 1, (SELECT medsup.anomaly_rollup(x) FROM unnest(ARRAY[t.m, t.m]) x) FROM twice t WHERE t.step < 48)
SELECT count(*) FROM twice;
SELECT medsup.anomaly_explain(medsup.anomaly_model(ARRAY[n]), '{1}', '{a,b}') FROM generate_series(1, 20) n;
SELECT medsup.anomaly_explain(medsup.anomaly_model(ARRAY[n, n]), '{1,2}', '{a,NULL}') FROM generate_series(1, 20) n;
SELECT medsup.anomaly_explain(medsup.anomaly_model(ARRAY[n, n]), '{1,2}', '{{a,b}}') FROM generate_series(1, 20) n;
SELECT medsup.anomaly_explain(medsup.anomaly_model(ARRAY[n, n]), '{1,2}', NULL) FROM generate_series(1, 20) n;
SELECT medsup.anomaly_explain(medsup.anomaly_model(ARRAY[n, n]), '{1,2}', '[0:1]={a,b}') FROM generate_series(1, 20) n;
SELECT medsup.anomaly_model_add(NULL, '{1}');
SELECT medsup.anomaly_model_combine(NULL, NULL);
SELECT ''::medsup.anomaly_model;
SELECT 'x1'::medsup.anomaly_model;
SELECT '012'::medsup.anomaly_model;
SELECT overlay(medsup.anomaly_model('{1}'::float8[])::text PLACING '02' FROM 1 FOR 2)::medsup.anomaly_model;
SELECT overlay(medsup.anomaly_model('{1}'::float8[])::text PLACING 'ff' FROM 31 FOR 2)::medsup.anomaly_model;

-- where no direction is known, a place between two kinds of peers is unusual, by both forms alike, and parts tell
CREATE TEMP TABLE kinds AS SELECT n, ARRAY[CASE WHEN n = 81 THEN 50 ELSE 20 + 60 * (n % 2) + n % 7 END, n % 11]::float8[] AS f FROM generate_series(1, 81) n;
SELECT n, medsup.anomaly_figure(either) AS either, either = by_model AS same, either = parts AS adds_up, medsup.anomaly_figure(high) AS high, others,
    medsup.anomaly_explain(m, f, '{a,b}', 'en') AS why
FROM (SELECT k.*, medsup.provider_anomaly(f, '{0,0}') OVER () AS either, medsup.provider_anomaly(f) OVER () AS high FROM kinds k) k,
    (SELECT medsup.anomaly_model(f, '{0,0}') AS m FROM kinds) x,
    LATERAL (SELECT medsup.anomaly_score(m, f) AS by_model, (SELECT sum(p ORDER BY i) FROM unnest(medsup.anomaly_parts(m, f)) WITH ORDINALITY q (p, i)) AS parts,
                    (SELECT array_agg(ROW(among_others, apart) ORDER BY feature) FROM medsup.anomaly_detail(m, f)) AS others) y
WHERE n IN (1, 2, 81) ORDER BY n;
SELECT bool_and(w = medsup.anomaly_score(m, f)) AS same, count(w) FROM (SELECT f, medsup.provider_anomaly(f, '{0,0}') OVER () AS w FROM kinds) k,
    (SELECT medsup.anomaly_model(f, '{0,0}') AS m FROM kinds) x;
-- also of more rows than are kept, of one that is NULL here and there, of equal ones, and of two
SELECT bool_and(w IS NOT DISTINCT FROM medsup.anomaly_score(m, f)) AS same, count(w), bool_or(w > 2) AS some_far
FROM (SELECT f, medsup.provider_anomaly(f, '{0,0,0}') OVER () AS w FROM (SELECT ARRAY[n * n % 1009, CASE n % 5 WHEN 0 THEN NULL ELSE n % 997 END, 'Infinity']::float8[] AS f FROM generate_series(1, 3000) n) r) k,
    (SELECT medsup.anomaly_model(ARRAY[n * n % 1009, CASE n % 5 WHEN 0 THEN NULL ELSE n % 997 END, 'Infinity']::float8[], '{0,0,0}') AS m FROM generate_series(1, 3000) n) x;
SELECT count(*) FILTER (WHERE w = 0) AS equal FROM (SELECT medsup.provider_anomaly('{1,2}', '{0,0}') OVER () AS w FROM generate_series(1, 20)) x;
SELECT DISTINCT s AS parted FROM (SELECT medsup.anomaly_score(m, '{5}') > 1 AS s FROM (SELECT medsup.anomaly_model(ARRAY[10 * (n % 2)]::float8[], '{0}') AS m FROM generate_series(1, 40) n) x) y;
-- the sentence says which: few are near, even with one indicator; or what its other indicators let expect; or neither, where that is usual
SELECT x, medsup.anomaly_explain(m, ARRAY[x], '{次均费用}') AS zh, medsup.anomaly_explain(m, ARRAY[x], '{cost}', 'en') AS en
FROM (SELECT medsup.anomaly_model(ARRAY[100 * (n % 2) + noise(n, 1)], '{0}') AS m FROM generate_series(1, 200) n) y, unnest('{50,0.5,100.2,400}'::float8[]) x;
SELECT f, medsup.anomaly_explain(m, f, '{次均费用,次均药费,住院日}') AS zh, medsup.anomaly_explain(m, f, '{cost,drugs,days}', 'en') AS en
FROM (SELECT medsup.anomaly_model(f, d) AS m FROM follower, (VALUES ('{1,1,1}'::int[]), ('{0,0,0}')) v (d) WHERE n <> 77 GROUP BY d) y,
    (VALUES ('{0.9,1.3,0.9}'::float8[]), ('{0.9,0.93,0.87}')) v (f) ORDER BY m::text, f DESC;
