-- Operator classes of the code types beyond plain btree and hash: GIN on
-- arrays, BRIN, partitions.  Queries that list offenders return no row.
SET search_path = public, medsup;
SET client_min_messages = warning;

-- ------------------------------------------------- every class, and complete
SELECT a.amname, o.opcname, o.opcintype::regtype AS type, o.opcdefault AS by_default, amvalidate(o.oid) AS valid
FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod
WHERE o.opcnamespace = 'medsup'::regnamespace
ORDER BY a.amname, o.opcname COLLATE "C";
-- each type of codes has each kind of class
SELECT t.typname, k.am, k.suffix AS missing
FROM pg_type t
CROSS JOIN (VALUES ('btree', '_ops'), ('hash', '_ops'), ('gin', '_array_ops'), ('brin', '_minmax_ops'),
                   ('brin', '_minmax_multi_ops'), ('brin', '_bloom_ops')) AS k (am, suffix)
WHERE t.oid IN ('icd10'::regtype, 'icd9cm3'::regtype, 'fee_item'::regtype)
  AND NOT EXISTS (SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod
                  WHERE a.amname = k.am AND o.opcname = t.typname || k.suffix
                    AND o.opcintype IN (t.oid, t.typarray));

-- how many blocks a plan reads whole
CREATE FUNCTION pg_temp.lossy_blocks(query text) RETURNS int
    LANGUAGE plpgsql
AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Lossy Heap Blocks';
END $$;
CREATE FUNCTION pg_temp.estimate(query text) RETURNS numeric
    LANGUAGE plpgsql
AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;

-- ---------------------------------------------------------- what @@ means
SELECT codes, codes @@ 'I20'::icd10 AS node, any_within(codes, 'I20'::icd10) AS twin, 'I20'::icd10 @@ codes AS commuted,
       codes @@ '{[E10,E15),[I20,I26)}'::icd10multirange AS in_set,
       contains_any('{[E10,E15),[I20,I26)}'::icd10multirange, codes) AS set_twin,
       '{}'::icd10multirange @@ codes AS in_no_set,
       codes @@ '{(,)}'::icd10multirange AS in_all
FROM (VALUES (1, NULL::icd10[]), (2, '{}'), (3, '{NULL}'), (4, '{I20}'), (5, '{I20.000,NULL}'), (6, '{NULL,E11.900}'),
             (7, '{{A00,B00},{NULL,I20.9}}'), (8, '[3:4]={A00,I20.000x001}'), (9, '{I21.000}')) AS v (n, codes)
ORDER BY n;
SELECT codes @@ NULL::icd10 AS null_node, codes @@ NULL::icd10multirange AS null_set
FROM (VALUES ('{I20}'::icd10[])) AS v (codes);
SELECT '{36.0600,17.912A0}'::icd9cm3[] @@ '17.9'::icd9cm3 AS tcm,
       '{36.0600}'::icd9cm3[] @@ '{[36.07,37)}'::icd9cm3multirange AS other_operation,
       '{003401000230600,~1}'::fee_item[] @@ '0034'::fee_item AS service,
       '{~a1,~b}'::fee_item[] @@ '~a'::fee_item AS local, '{~b}'::fee_item[] @@ '~zz'::fee_item AS no_end,
       '{XB01ACA056A012030101554}'::drug_code[] @@ 'XB01'::fee_item AS drugs,
       '{~zz,Z}'::fee_item[] @@ '{(,C),(ZB,)}'::fee_itemmultirange AS in_set;

-- a literal is a set as rule authors write it, on either side
SELECT codes, codes @@ 'I20' AS node, codes @@ 'E10-E14, I20-I25, !E11' AS in_set, any_within(codes, 'I20*') AS twin, 'I20' @@ codes AS commuted,
       contains_any('(E10|I20)', codes) AS twin_commuted
FROM (VALUES (1, '{I20.000,NULL}'::icd10[]), (2, '{E11.900}'), (3, '{}'), (4, NULL)) AS v (n, codes) ORDER BY n;
SELECT '{36.0600}'::icd9cm3[] @@ '35-37, !36.1' AS operations, '{003401000230600}'::fee_item[] @@ '0031*, (0034|0035)' AS items;
SELECT '{I20}'::icd10[] @@ 'EO1';
-- the server's own @@ means what it meant
SELECT 'a b' @@ 'b' AS texts, t @@ 'b' AS text_column, 'b' @@ to_tsvector('simple', t) AS query_first, to_tsvector('simple', t) @@ 'b' AS query_last,
       '{"a": 1}'::jsonb @@ '$.a == 1' AS json
FROM (VALUES ('a b'::text)) AS v (t);

-- ------------------------------------------------------------ arrays in GIN
-- Codes that follow no order, common ones and rare ones; every sort of array.
CREATE TEMP TABLE pool AS
SELECT row_number() OVER () - 1 AS n, text, text::icd10 AS code
FROM (SELECT chr(65 + l) || to_char(c, 'FM00') || tail AS text
      FROM generate_series(0, 25) AS l, generate_series(0, 99, 3) AS c,
           unnest('{"",.,.0,.000,.100x001,.x00,.x00x002,.201+K77.0*,.2X1A}'::text[]) AS tail
      ORDER BY md5(chr(65 + l) || c || tail) COLLATE "C") AS p;
CREATE TEMP TABLE seen AS
SELECT id, array_agg(p.code ORDER BY k) AS codes
FROM generate_series(1, 3000) AS g (id), generate_series(1, 1 + id % 6) AS k, LATERAL (SELECT (id * 7919 + k * 104729::bigint) % 10007) AS r (draw)
JOIN pool p ON p.n = draw * draw * (SELECT count(*) FROM pool) / (10007 * 10007)
GROUP BY id;
INSERT INTO seen VALUES (0, NULL), (-1, '{}'), (-2, '{NULL}'), (-3, '{NULL,I20.000}'), (-4, '{{A00.000,NULL},{I20,Z99.0}}');
CREATE TEMP TABLE indexed AS TABLE seen;
CREATE INDEX indexed_gin ON indexed USING gin (codes);
ANALYZE seen, indexed;
-- nodes of every length, and sets: with few ranges, with many, with every kind of bound
CREATE TEMP TABLE node AS SELECT DISTINCT code AS node FROM pool WHERE n % 197 = 0 UNION VALUES ('Z9Z.ZZZZ'::icd10), ('A00'), ('I20');
CREATE TEMP TABLE code_set AS
SELECT 's' || n AS name, range_agg(icd10range(least(p.code, q.code), greatest(p.code, q.code), bounds)) AS set
FROM (SELECT *, lead(code) OVER (ORDER BY n) AS after FROM pool WHERE n % 121 = 0) AS p
JOIN LATERAL (SELECT p.after AS code) AS q ON q.code IS NOT NULL
JOIN unnest('{[),[],(),(]}'::text[]) WITH ORDINALITY AS b (bounds, o) ON o = 1 + (p.n / 121) % 4
GROUP BY n
UNION ALL
SELECT 'many', range_agg(icd10range(code, code, '[]')) FROM pool WHERE n % 7 = 0
UNION ALL VALUES ('empty', '{}'::icd10multirange), ('all', '{(,)}'), ('up', '{[X00,)}'), ('down', '{(,B01]}');
SELECT max(cardinality(ARRAY(SELECT unnest(set)))) > 64 AS some_have_many_ranges FROM code_set;
-- as if not: it would compile every plan whose costs are forbidding
SET jit = off;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE codes @@ 'I20'::icd10;
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE 'I20'::icd10 @@ codes;
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE any_within(codes, 'I20'::icd10);
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE contains_any('{[I20,I26)}'::icd10multirange, codes);
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE codes @@ 'I20-I25, !I23';
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE codes @@ '{[I20,I26)}'::icd10multirange AND codes @> '{I20.000}';
RESET enable_seqscan;
EXPLAIN (COSTS OFF) SELECT node, id FROM node JOIN indexed ON codes @@ node;
EXPLAIN (COSTS OFF) SELECT name, id FROM code_set JOIN indexed ON any_within(codes, set);
-- a column of the table is no condition for its index
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE codes @@ codes[1];
SET enable_seqscan = off;
-- parameters, in custom and generic plans; and without medsup in search_path
PREPARE of_node(icd10) AS SELECT count(*) FROM indexed WHERE any_within(codes, $1);
SET plan_cache_mode = force_custom_plan;
EXPLAIN (COSTS OFF) EXECUTE of_node('I20');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE of_node('I20');
PREPARE of_set(text) AS SELECT count(*) FROM indexed WHERE codes @@ $1;
EXPLAIN (COSTS OFF) EXECUTE of_set('I20-I25');
RESET plan_cache_mode;
SET search_path = public;
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE medsup.any_within(codes, 'I20'::medsup.icd10);
EXPLAIN (COSTS OFF) SELECT id FROM indexed WHERE codes OPERATOR(medsup.@@) '{[I20,I26)}'::medsup.icd10multirange;
SET search_path = public, medsup;
-- behind a view that hides rows: @@ is leakproof, so it is asked first
CREATE TEMP VIEW even WITH (security_barrier) AS SELECT id, codes FROM indexed WHERE id::numeric % 2 = 0;
EXPLAIN (COSTS OFF) SELECT id FROM even WHERE codes @@ 'I20'::icd10;
EXPLAIN (COSTS OFF) SELECT id FROM even WHERE codes @@ 'I20-I25';
EXPLAIN (COSTS OFF) SELECT id FROM even WHERE contains_any('{[I20,I26)}'::icd10multirange, codes);

-- what the index finds: one row a question and hit, against the plain table
CREATE TEMP TABLE by_index AS SELECT node::text AS asked, id FROM node JOIN indexed ON codes @@ node
UNION ALL SELECT name, id FROM code_set JOIN indexed ON codes @@ set
UNION ALL SELECT '&& ' || code, id FROM pool JOIN indexed ON codes && ARRAY[code] WHERE n % 97 = 0
UNION ALL SELECT '@> ' || q.codes::text, id FROM (SELECT codes[1:2] FROM seen WHERE id % 97 = 0) AS q (codes) JOIN indexed ON indexed.codes @> q.codes
UNION ALL SELECT '<@ ' || q.codes::text, id FROM (SELECT codes FROM seen WHERE id % 97 = 0) AS q JOIN indexed ON indexed.codes <@ q.codes
UNION ALL SELECT '= ' || q.codes::text, id FROM (SELECT codes FROM seen WHERE id % 97 = 0) AS q JOIN indexed ON indexed.codes = q.codes;
RESET enable_seqscan;
-- for @@ by the texts of the codes, and by the server's own operator for sets
CREATE TEMP TABLE by_scan AS
SELECT node::text AS asked, id FROM node JOIN seen ON EXISTS (SELECT FROM unnest(codes) AS c WHERE starts_with(c::text, node::text))
UNION ALL SELECT name, id FROM code_set JOIN seen ON EXISTS (SELECT FROM unnest(codes) AS c WHERE set OPERATOR(pg_catalog.@>) c)
UNION ALL SELECT '&& ' || code, id FROM pool JOIN seen ON codes && ARRAY[code] WHERE n % 97 = 0
UNION ALL SELECT '@> ' || q.codes::text, seen.id FROM (SELECT codes[1:2] FROM seen WHERE id % 97 = 0) AS q (codes) JOIN seen ON seen.codes @> q.codes
UNION ALL SELECT '<@ ' || q.codes::text, seen.id FROM (SELECT codes FROM seen WHERE id % 97 = 0) AS q JOIN seen ON seen.codes <@ q.codes
UNION ALL SELECT '= ' || q.codes::text, seen.id FROM (SELECT codes FROM seen WHERE id % 97 = 0) AS q JOIN seen ON seen.codes = q.codes;
SELECT count(DISTINCT asked) > 250 AS questions, count(*) > 10000 AS hits, count(*) FILTER (WHERE asked = 'empty') AS in_empty,
       count(*) FILTER (WHERE asked = 'all') AS in_all FROM by_scan;
(TABLE by_index EXCEPT ALL TABLE by_scan) UNION ALL (TABLE by_scan EXCEPT ALL TABLE by_index);

-- rows that are still in the pending list
CREATE TEMP TABLE pending (id int, codes icd10[]);
CREATE INDEX pending_gin ON pending USING gin (codes) WITH (fastupdate = on);
INSERT INTO pending TABLE seen;
SET enable_seqscan = off;
SELECT (SELECT count(*) FROM node JOIN pending ON codes @@ node) = (SELECT count(*) FROM by_scan JOIN node ON asked = node::text) AS nodes,
       (SELECT count(*) FROM code_set JOIN pending ON codes @@ set) = (SELECT count(*) FROM by_scan JOIN code_set ON asked = name) AS sets;
-- bitmaps that do not fit know pages only: rows are looked at again
CREATE TEMP TABLE wide (id int, codes icd10[], filler text);
ALTER TABLE wide ALTER filler SET STORAGE plain;
INSERT INTO wide SELECT id, codes, repeat('x', 3000) FROM seen;
CREATE INDEX wide_gin ON wide USING gin (codes);
SET work_mem = '64kB';
SELECT pg_temp.lossy_blocks($$SELECT FROM wide WHERE codes @@ '{(,)}'::icd10multirange$$) > 0 AS lossy,
       (SELECT count(*) FROM wide WHERE codes @@ '{(,)}'::icd10multirange) = count(*) FILTER (WHERE asked = 'all') AS all_of_them,
       (SELECT count(*) FROM wide WHERE codes @@ '{[X00,)}'::icd10multirange) = count(*) FILTER (WHERE asked = 'up') AS up,
       (SELECT count(*) FROM wide WHERE codes @@ '{[X00,)}'::icd10multirange AND codes @@ '{(,B01]}'::icd10multirange)
       = (SELECT count(*) FROM seen WHERE codes @@ '{[X00,)}'::icd10multirange AND codes @@ '{(,B01]}'::icd10multirange) AS both
FROM by_scan;
RESET work_mem;
-- a limit on rows gives some of them, and no others
SET gin_fuzzy_search_limit = 100;
SELECT count(*) > 0 AS some, count(*) < (SELECT count(*) FROM by_scan WHERE asked = 'all') AS not_all,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM by_scan WHERE asked = 'all' AND id = indexed.id)) AS wrong
FROM indexed WHERE codes @@ '{(,)}'::icd10multirange;
RESET gin_fuzzy_search_limit;
RESET enable_seqscan;

-- how many rows: for what holds one in a hundred
WITH asked AS (
    SELECT format('%L::icd10', node) AS value, count(id) AS rows
    FROM (SELECT DISTINCT left(code::text, 3)::icd10 AS node FROM pool) AS n LEFT JOIN indexed ON codes @@ node GROUP BY node
    UNION ALL
    SELECT format('%L::icd10multirange', set), count(id) FROM code_set LEFT JOIN indexed ON codes @@ set GROUP BY set)
SELECT count(*) FILTER (WHERE rows >= 30) > 20 AS questions,
       count(*) FILTER (WHERE rows >= 30 AND estimate NOT BETWEEN rows / 3.0 AND rows * 3.0) AS far,
       min(estimate) >= 1 AS some_row,
       count(*) FILTER (WHERE estimate <> pg_temp.estimate('SELECT FROM indexed WHERE contains_any(' || value || ', codes)')) AS twins_differ
FROM (SELECT *, pg_temp.estimate('SELECT FROM indexed WHERE codes @@ ' || value) AS estimate FROM asked) AS e;
-- NULL matches nothing; what is not known yet gets a guess; no statistics, too
SELECT pg_temp.estimate('SELECT FROM indexed WHERE codes @@ NULL::icd10') AS null_node,
       pg_temp.estimate('SELECT FROM indexed WHERE codes @@ (SELECT node FROM node LIMIT 1)') BETWEEN 2 AND 100 AS unknown_node,
       pg_temp.estimate('SELECT FROM pending WHERE codes @@ ''I20''::icd10') BETWEEN 2 AND 100 AS no_statistics;

-- arrays of drugs have the classes of arrays of fee items through a cast
CREATE TEMP TABLE prescription (id int, drugs drug_code[]);
INSERT INTO prescription SELECT n, ARRAY['XB01ACA056A0120301' || to_char(n % 100000, 'FM00000'), 'ZA04CAE00230101' || to_char(n % 1000, 'FM00000')]::drug_code[]
FROM generate_series(1, 500) AS n;
CREATE INDEX prescription_gin ON prescription USING gin ((drugs::fee_item[]));
CREATE TEMP TABLE operation (id int, codes icd9cm3[]);
INSERT INTO operation SELECT n, ARRAY[to_char(n % 100, 'FM00') || '.0600', '17.91' || n % 10 || 'A0']::icd9cm3[] FROM generate_series(1, 500) AS n;
CREATE INDEX operation_gin ON operation USING gin (codes);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM prescription WHERE drugs @@ 'XB01'::fee_item;
EXPLAIN (COSTS OFF) SELECT id FROM operation WHERE codes @@ '17.9'::icd9cm3;
SELECT (SELECT count(*) FROM prescription WHERE drugs @@ 'XB01'::fee_item) AS node,
       (SELECT count(*) FROM prescription WHERE drugs @@ 'XB01ACA056A012030100007'::fee_item) AS one,
       (SELECT count(*) FROM prescription WHERE drugs @@ '{[XB01ACA056A012030100007,XB01ACA056A012030100017),(~1,)}'::fee_itemmultirange) AS ten,
       (SELECT count(*) FROM operation WHERE codes @@ '36'::icd9cm3) AS operations,
       (SELECT count(*) FROM operation WHERE codes @@ '{[17.912A,17.914)}'::icd9cm3multirange) AS tcm;
RESET enable_seqscan;

-- --------------------------------------------------------------------- BRIN
-- Rows in the order of their codes: an index reads few blocks, and the same
-- rows as a scan.
CREATE TEMP TABLE claim AS
SELECT n, (chr(65 + n / 1000) || to_char(n / 10 % 100, 'FM00') || '.' || n % 10 || '00')::icd10 AS diagnosis,
       (to_char(n / 260, 'FM00') || '.' || to_char(n % 260, 'FM0000'))::icd9cm3 AS operation,
       CASE n % 2 WHEN 0 THEN '0034010002' || to_char(n, 'FM00000') ELSE '~' || to_char(n, 'FM00000') END::fee_item AS item,
       ('XB01ACA056A0120301' || to_char(n, 'FM00000'))::drug_code AS drug
FROM generate_series(0, 25999) AS n;
ANALYZE claim;
CREATE TEMP TABLE brin_class (name text, type text, literal text);
INSERT INTO brin_class VALUES ('diagnosis', 'icd10', 'M42.700'), ('operation', 'icd9cm3', '50.0077'), ('item', 'fee_item', '003401000212345'),
    ('item', 'fee_item', '~12345'), ('item', 'fee_item', '003401000212344'), ('(drug::fee_item)', 'fee_item', 'XB01ACA056A012030112345');
SET enable_seqscan = off;
CREATE FUNCTION pg_temp.try_brin(class text, op text) RETURNS TABLE (col text, literal text, hits int, few_blocks boolean)
    LANGUAGE plpgsql
AS $$
DECLARE b brin_class; condition text; blocks int := pg_relation_size('claim') / 8192; -- of the table
BEGIN
    FOR b IN SELECT * FROM brin_class c ORDER BY c.literal COLLATE "C" LOOP
        EXECUTE format('CREATE INDEX claim_brin ON claim USING brin ((%s) %s) WITH (pages_per_range = 2)', b.name, b.type || class);
        condition := format('%s %s %L::%s', b.name, op, b.literal, b.type);
        IF op = '>=' THEN
            condition := condition || format(' AND %s < %L::%s', b.name, left(b.literal, -2) || '9', b.type);
        END IF;
        col := b.name; literal := b.literal;
        EXECUTE 'SELECT count(*) FROM claim WHERE ' || condition INTO hits;
        few_blocks := pg_temp.lossy_blocks('SELECT FROM claim WHERE ' || condition) BETWEEN 1 AND blocks / 5;
        DROP INDEX claim_brin;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM pg_temp.try_brin('_minmax_ops', '=');
SELECT * FROM pg_temp.try_brin('_minmax_ops', '>=');
SELECT * FROM pg_temp.try_brin('_minmax_multi_ops (values_per_range = 64)', '=');
SELECT * FROM pg_temp.try_brin('_minmax_multi_ops', '>=');
SELECT * FROM pg_temp.try_brin('_bloom_ops (n_distinct_per_range = 300)', '=');
RESET enable_seqscan;
SELECT count(*) FILTER (WHERE diagnosis = 'M42.700') AS diagnosis, count(*) FILTER (WHERE diagnosis >= 'M42.700' AND diagnosis < 'M42.79') AS diagnoses,
       count(*) FILTER (WHERE operation >= '50.0077' AND operation < '50.009') AS operations,
       count(*) FILTER (WHERE item >= '003401000212345' AND item < '00340100021239') AS services,
       count(*) FILTER (WHERE item >= '~12345' AND item < '~1239') AS local_items,
       count(*) FILTER (WHERE drug >= 'XB01ACA056A012030112345' AND drug < 'XB01ACA056A01203011239') AS drugs FROM claim;
-- two kinds in every block: minmax spans all that lies between, -multi does not
SET enable_seqscan = off;
CREATE INDEX claim_brin ON claim USING brin (item) WITH (pages_per_range = 2);
SELECT pg_temp.lossy_blocks($$SELECT FROM claim WHERE item = 'XB01'$$) > pg_relation_size('claim') / 8192 / 2 AS minmax_reads_most;
DROP INDEX claim_brin;
CREATE INDEX claim_brin ON claim USING brin (item fee_item_minmax_multi_ops) WITH (pages_per_range = 2);
SELECT pg_temp.lossy_blocks($$SELECT FROM claim WHERE item = 'XB01'$$) AS minmax_multi_reads;
DROP INDEX claim_brin;
RESET enable_seqscan;
-- summaries that grow row by row, in no order, with NULL, and are lost and
-- made again: a scan by the index still finds every row
CREATE FUNCTION pg_temp.grow(classes text) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    DROP TABLE IF EXISTS grown;
    CREATE TEMP TABLE grown (n int, code icd10, item fee_item) WITH (autovacuum_enabled = off);
    EXECUTE 'CREATE INDEX grown_brin ON grown USING brin (' || classes || ') WITH (pages_per_range = 1)';
    INSERT INTO grown SELECT n, CASE WHEN n % 50 > 0 THEN diagnosis END, CASE WHEN n % 70 > 0 THEN item END FROM claim WHERE n < 500 ORDER BY n * 7919 % 503;
    PERFORM brin_summarize_new_values('grown_brin');
    INSERT INTO grown SELECT n, diagnosis, item FROM claim WHERE n % 3 = 0 ORDER BY n * 7919::bigint % 26003;
    INSERT INTO grown VALUES (-1, NULL, NULL);
    UPDATE grown SET code = 'Z99.900', item = '~z' WHERE n % 101 = 0;
    DELETE FROM grown WHERE n % 7 = 0;
END $$;
CREATE FUNCTION pg_temp.differ() RETURNS TABLE (asked bigint, by_index bigint, differ bigint)
    LANGUAGE plpgsql
AS $$
DECLARE condition text; a bigint; b bigint; plan json;
BEGIN
    asked := 0; differ := 0; by_index := 0;
    FOR condition IN
        SELECT format(q, CASE WHEN q ~ 'item' THEN item::text ELSE diagnosis::text END)
        FROM claim, unnest('{code = %L,item = %L,code >= %L AND code < ''M00'',item < %L,code IS NULL,item IS NOT NULL}'::text[]) AS q
        WHERE n % 3889 = 7
    LOOP
        SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = on;
        EXECUTE 'SELECT sum(n) FROM grown WHERE ' || condition INTO a;
        SET LOCAL enable_bitmapscan = on; SET LOCAL enable_seqscan = off;
        EXECUTE 'SELECT sum(n) FROM grown WHERE ' || condition INTO b;
        EXECUTE 'EXPLAIN (FORMAT JSON) SELECT sum(n) FROM grown WHERE ' || condition INTO plan;
        asked := asked + 1;
        by_index := by_index + (plan::text ~ 'grown_brin')::int;
        differ := differ + (a IS DISTINCT FROM b)::int;
    END LOOP;
    RETURN NEXT;
END $$;
SELECT pg_temp.grow('code, item');
SELECT * FROM pg_temp.differ();
SELECT brin_desummarize_range('grown_brin', 3);
SELECT * FROM pg_temp.differ();
SELECT brin_summarize_range('grown_brin', 3);
SELECT * FROM pg_temp.differ();
SELECT pg_temp.grow('code icd10_minmax_multi_ops (values_per_range = 8), item fee_item_minmax_multi_ops (values_per_range = 8)');
SELECT * FROM pg_temp.differ();
SELECT brin_desummarize_range('grown_brin', 3);
SELECT * FROM pg_temp.differ();
SELECT brin_summarize_range('grown_brin', 3);
SELECT * FROM pg_temp.differ();
SELECT pg_temp.grow('code icd10_bloom_ops, item fee_item_bloom_ops');
SELECT * FROM pg_temp.differ();
SELECT brin_desummarize_range('grown_brin', 3);
SELECT * FROM pg_temp.differ();
SELECT brin_summarize_range('grown_brin', 3);
SELECT * FROM pg_temp.differ();
-- the distance is monotone in both codes, and exact where doubles are
SELECT a.code, b.code, c.code FROM pool a, pool b, pool c
WHERE a.n % 89 = 0 AND b.n % 83 = 0 AND c.n % 97 = 0 AND a.code <= b.code AND b.code <= c.code
  AND NOT (icd10_distance(a.code, b.code) BETWEEN 0 AND icd10_distance(a.code, c.code)
           AND icd10_distance(b.code, c.code) BETWEEN 0 AND icd10_distance(a.code, c.code)
           AND icd10_distance(b.code, a.code) = - icd10_distance(a.code, b.code));
SELECT icd10_distance('I20', 'I20') AS zero, icd10_distance('I20', 'I20.') AS icd10, icd9cm3_distance('36', '36.0') AS icd9cm3,
       fee_item_distance('0', '01') = 2 ^ 113 AS service, fee_item_distance('~a', '~a1') = 5 * 2 ^ 106 AS local, fee_item_distance('~1234567890123456', '~1234567890123457') AS last_place;
-- a column of another type has the class through a cast, and is told so
CREATE DOMAIN public.main_diagnosis AS icd10;
CREATE TEMP TABLE refused (drug drug_code, diagnosis public.main_diagnosis);
CREATE INDEX ON refused USING brin (drug);
CREATE INDEX ON refused USING brin (drug fee_item_minmax_multi_ops);
CREATE INDEX ON refused USING brin (diagnosis);
CREATE INDEX refused_bloom ON refused USING brin (drug fee_item_bloom_ops);
CREATE INDEX refused_minmax ON refused USING brin ((drug::fee_item), (diagnosis::icd10));
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT FROM refused WHERE drug >= 'XB' AND diagnosis < 'B00';
RESET enable_seqscan;

-- --------------------------------------------------------------- partitions
CREATE TEMP TABLE fee (item fee_item, amount int) PARTITION BY HASH (item);
CREATE TEMP TABLE price (item fee_item, price int) PARTITION BY HASH (item);
CREATE TEMP TABLE fee_0 PARTITION OF fee FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE fee_1 PARTITION OF fee FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TEMP TABLE price_0 PARTITION OF price FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE price_1 PARTITION OF price FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO fee SELECT item, n FROM claim;
INSERT INTO price SELECT item, n FROM claim WHERE n % 3 = 0;
ANALYZE fee, price;
SELECT count(*) FROM fee GROUP BY tableoid ORDER BY 1;
SET enable_partitionwise_join = on;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT count(*) FROM fee JOIN price USING (item);
EXPLAIN (COSTS OFF) SELECT item, sum(amount) FROM fee GROUP BY item;
SELECT count(*), sum(amount - price) AS differ FROM fee JOIN price USING (item);
EXPLAIN (COSTS OFF) SELECT FROM fee WHERE item = '~00001';
-- lists of codes, and of nodes; ranges hold whole subtrees
CREATE TEMP TABLE visit (id int, code icd10) PARTITION BY LIST (code);
CREATE TEMP TABLE visit_hypertension PARTITION OF visit FOR VALUES IN ('I10.x00', 'I10.x00x002', NULL);
CREATE TEMP TABLE visit_diabetes PARTITION OF visit FOR VALUES IN ('E11.900', 'E11.200x011+N08.3*');
CREATE TEMP TABLE visit_other PARTITION OF visit DEFAULT;
INSERT INTO visit VALUES (1, 'I10.x00'), (2, 'I10.x00x002'), (3, 'E11.900'), (4, 'E11.200x011+N08.3*'), (5, 'E11.200x011'), (6, NULL);
SELECT tableoid::regclass AS part, id, code FROM visit ORDER BY id;
EXPLAIN (COSTS OFF) SELECT FROM visit WHERE code IN ('E11.900', 'I10.x00');
EXPLAIN (COSTS OFF) SELECT FROM visit WHERE code IS NULL;
CREATE TEMP TABLE stay (id int, code icd10) PARTITION BY RANGE (code);
CREATE TEMP TABLE stay_a_to_h PARTITION OF stay FOR VALUES FROM (MINVALUE) TO ('I00');
CREATE TEMP TABLE stay_i PARTITION OF stay FOR VALUES FROM ('I00') TO ('J00');
CREATE TEMP TABLE stay_rest PARTITION OF stay FOR VALUES FROM ('J00') TO (MAXVALUE);
INSERT INTO stay SELECT n, code FROM pool;
SELECT tableoid::regclass AS part, (array_agg(code ORDER BY code))[1] AS first, (array_agg(code ORDER BY code DESC))[1] AS last, count(*)
FROM stay GROUP BY 1 ORDER BY 2;
EXPLAIN (COSTS OFF) SELECT FROM stay WHERE code >= 'I20' AND code < 'I26';
CREATE TEMP TABLE drug_fee (drug drug_code, amount int) PARTITION BY HASH (drug);
CREATE TEMP TABLE drug_fee_0 PARTITION OF drug_fee FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE drug_fee_1 PARTITION OF drug_fee FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO drug_fee SELECT drug, n FROM claim;
EXPLAIN (COSTS OFF) SELECT FROM drug_fee WHERE drug = 'XB01ACA056A012030112345';
