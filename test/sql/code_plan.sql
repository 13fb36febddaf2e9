-- How <@ and @> over codes reach indexes and partitions, without medsup in
-- search_path; and that they give the same rows whichever way they go.
SET search_path = public;
SET max_parallel_workers_per_gather = 0;
SET enable_memoize = off;
SET jit = off;

-- The plan without what differs between server versions.
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        CONTINUE WHEN line ~ 'Disabled: true';
        -- since 17 the value of a query has a name
        line := replace(line, '(InitPlan 1).col1', '$0');
        line := replace(line, ' (returns $0)', '');
        -- schema and type of every value would hide what is said
        line := replace(line, 'medsup.', '');
        line := regexp_replace(line, 'OPERATOR\(([^)]*)\)', '\1', 'g');
        line := regexp_replace(line, '::(icd10|icd9cm3|fee_item|drug_code)\M', '', 'g');
        RETURN NEXT line;
    END LOOP;
END $$;

-- 20,000 diagnoses and as many items, of every category and kind; NULLs too
CREATE TABLE dx (id int, code medsup.icd10, side medsup.icd10);
INSERT INTO dx
SELECT i,
       CASE WHEN i % 50 > 0 THEN
         format('%s%s.%s%s', chr(65 + i % 26), lpad((i / 26 % 100)::text, 2, '0'),
                i % 7, CASE WHEN i % 3 = 0 THEN '' ELSE '0' || i % 4 END)::medsup.icd10 END,
       CASE WHEN i % 5 = 0 THEN format('N%s', lpad((i / 5 % 100)::text, 2, '0'))::medsup.icd10 END
FROM generate_series(1, 20000) AS i;
CREATE INDEX dx_code ON dx (code);
CREATE TABLE fee (id int, item medsup.fee_item, drug medsup.drug_code);
INSERT INTO fee
SELECT i,
       CASE i % 4 WHEN 0 THEN format('00%s', lpad((i * 7919 % 100000)::text, 7, '0'))
                  WHEN 1 THEN format('XB%sACA056', lpad((i % 100)::text, 2, '0'))
                  WHEN 2 THEN format('C%s', lpad((i % 997)::text, 6, '0'))
                  ELSE format('~%s', i) END::medsup.fee_item,
       format('Z%s%sCAE', chr(65 + i % 26), lpad((i / 26 % 100)::text, 2, '0'))::medsup.drug_code
FROM generate_series(1, 20000) AS i;
CREATE INDEX fee_item ON fee (item);
CREATE INDEX fee_drug ON fee (drug);
VACUUM ANALYZE dx, fee;

-- one way to each row only: an index where there is a condition for it
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;

-- node: operator, commuted, and the functions
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) 'E11'$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE 'E11' OPERATOR(medsup.@>) code$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE medsup.is_within(code, 'E11.2')$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE medsup.contains_code('E11.2', code)$$);
SELECT pg_temp.plan($$SELECT id FROM fee WHERE item OPERATOR(medsup.<@) 'XB01'$$);

-- a drug_code uses the operators and the index of fee_item
SELECT pg_temp.plan($$SELECT id FROM fee WHERE drug OPERATOR(medsup.<@) 'ZA04'$$);
SELECT pg_temp.plan($$SELECT id FROM fee WHERE drug OPERATOR(medsup.<@) 'XB01'::medsup.fee_item$$);

-- nothing sorts after the last node of a type: no upper end
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) 'Z9Z'$$);
SELECT pg_temp.plan($$SELECT id FROM fee WHERE item OPERATOR(medsup.<@) '~z'$$);

-- set: each range of it; one that is empty, one without ends, a range type
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) medsup.icd10_set('E10-E14')$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE medsup.contains_code(medsup.icd10range('E10', 'E12', '(]'), code)$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) '{[Z50,)}'::medsup.icd10multirange$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) '{}'::medsup.icd10multirange$$);
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) '{(,)}'::medsup.icd10multirange$$);
SELECT pg_temp.plan($$SELECT id FROM fee WHERE drug OPERATOR(medsup.<@) medsup.fee_item_set('ZA04*')$$);
SET enable_bitmapscan = on;
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) medsup.icd10_set('E10-E14, I20-I25, !I23')$$);
SET enable_bitmapscan = off;

-- set of very many ranges: its hull, and every row is looked at again
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@)
    medsup.icd10_set('A01 A03 A05 A07 A09 A11 A13 A15 A17 A19 A21 A23 A25 A27 A29 A31 A33')$$);

-- set of several ranges where nothing can use them
CREATE TABLE plain AS SELECT * FROM dx;
SELECT pg_temp.plan($$SELECT id FROM plain WHERE code OPERATOR(medsup.<@) '{[A01,A02),[E10,E12)}'::medsup.icd10multirange$$);
SELECT pg_temp.plan($$SELECT id FROM plain WHERE code OPERATOR(medsup.<@) '{[A01,A02)}'::medsup.icd10multirange$$);

-- a plan that is kept follows when an index comes and goes
PREPARE kept AS SELECT count(*) FROM plain WHERE code OPERATOR(medsup.<@) '{[A01,A02),[E10,E12)}'::medsup.icd10multirange;
SET plan_cache_mode = force_generic_plan;
EXECUTE kept;
CREATE INDEX plain_code ON plain (code);
SET enable_bitmapscan = on;
SELECT pg_temp.plan('EXECUTE kept');
SET enable_bitmapscan = off;
EXECUTE kept;
DROP INDEX plain_code;
SELECT pg_temp.plan('EXECUTE kept');
EXECUTE kept;
RESET plan_cache_mode;

-- NULL holds nothing
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) NULL::medsup.icd10$$);

-- not within
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) 'E11' AND NOT code OPERATOR(medsup.<@) 'E11.2'$$);

-- parameters, in custom and generic plans; of unknown type too
PREPARE by_node(medsup.icd10) AS SELECT id FROM dx WHERE code OPERATOR(medsup.<@) $1;
PREPARE by_unknown AS SELECT id FROM dx WHERE medsup.contains_code($1, code);
SET plan_cache_mode = force_custom_plan;
SELECT pg_temp.plan($$EXECUTE by_node('E11')$$);
SELECT pg_temp.plan($$EXECUTE by_unknown('E11')$$);
SET plan_cache_mode = force_generic_plan;
SELECT pg_temp.plan($$EXECUTE by_node('E11')$$);
SELECT pg_temp.plan($$EXECUTE by_unknown('E11')$$);
PREPARE by_set(medsup.icd10multirange) AS SELECT count(*) FROM dx WHERE code OPERATOR(medsup.<@) $1;
SELECT pg_temp.plan($$EXECUTE by_set('{[E10,E12)}')$$);
EXECUTE by_set('{[E10,E12),[Z50,)}');
EXECUTE by_set('{(,B00)}');
EXECUTE by_set('{(,)}');
EXECUTE by_set('{}');
EXECUTE by_set(NULL);
SET plan_cache_mode = force_custom_plan;
EXECUTE by_set('{[E10,E12),[Z50,)}');
EXECUTE by_set('{(,B00)}');
EXECUTE by_set('{(,)}');
EXECUTE by_set('{}');
EXECUTE by_set(NULL);
RESET plan_cache_mode;

-- inner side of a nested loop, in either direction
CREATE TABLE rule (rule text, node medsup.icd10);
INSERT INTO rule VALUES ('a', 'E11'), ('b', 'I20.1'), ('c', NULL), ('d', 'Z9Z'), ('e', 'E11.2');
ANALYZE rule;
SELECT pg_temp.plan($$SELECT rule, id FROM rule JOIN dx ON code OPERATOR(medsup.<@) node$$);
SELECT pg_temp.plan($$SELECT rule, id FROM rule JOIN dx ON medsup.contains_code(node, code)$$);
SELECT pg_temp.plan($$SELECT rule, (SELECT count(*) FROM dx WHERE code OPERATOR(medsup.<@) node) FROM rule$$);

CREATE TABLE rule_set (rule text, codes medsup.icd10multirange);
INSERT INTO rule_set VALUES ('a', medsup.icd10_set('E10-E14, I20')), ('b', '{}'), ('c', NULL), ('d', medsup.icd10_set('Z50-Z99'));
ANALYZE rule_set;
SELECT pg_temp.plan($$SELECT rule, id FROM rule_set JOIN dx ON code OPERATOR(medsup.<@) codes$$);

-- the other way round, which nodes and which sets hold a code: constant,
-- parameter, inner side of a nested loop; commuted, and the functions
CREATE TABLE rule_node (id int, kind int, node medsup.icd10, drug medsup.drug_code);
INSERT INTO rule_node
SELECT id, id % 5, medsup.ancestor(code, 3 + id % 3), CASE WHEN id % 9 > 0 THEN left(format('ZA%sCA', 10 + id % 90), 2 + id % 4) END::medsup.drug_code
FROM dx;
CREATE INDEX rule_node_node ON rule_node (node, id);
CREATE INDEX rule_node_drug ON rule_node (drug);
CREATE TABLE rule_range AS SELECT id, medsup.node_range(node) AS codes FROM rule_node WHERE id % 4 = 0 AND node IS NOT NULL;
CREATE INDEX rule_range_codes ON rule_range USING spgist (codes);
CREATE TABLE rule_many AS
SELECT id, CASE WHEN id % 9 > 0 THEN medsup.icd10multirange(medsup.node_range(node), '[Z90,)') END AS codes
FROM rule_node WHERE id % 4 = 0 AND node IS NOT NULL;
CREATE INDEX rule_many_codes ON rule_many USING gist (codes);
ANALYZE rule_node, rule_range, rule_many;
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE node OPERATOR(medsup.@>) 'E11.200'$$);
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE medsup.is_within('E11.200', node)$$);
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE drug OPERATOR(medsup.@>) 'ZA04'$$);
SELECT pg_temp.plan($$SELECT id FROM rule_range WHERE codes OPERATOR(medsup.@>) 'E11.200'::medsup.icd10$$);
SELECT pg_temp.plan($$SELECT id FROM rule_many WHERE medsup.is_within('E11.200', codes)$$);
PREPARE by_code(medsup.icd10) AS SELECT id FROM rule_node WHERE $1 OPERATOR(medsup.<@) node;
PREPARE by_code_set(medsup.icd10) AS SELECT id FROM rule_many WHERE $1 OPERATOR(medsup.<@) codes;
SET plan_cache_mode = force_generic_plan;
SELECT pg_temp.plan($$EXECUTE by_code('E11.200')$$);
SELECT pg_temp.plan($$EXECUTE by_code_set('E11.200')$$);
RESET plan_cache_mode;
CREATE TABLE claim AS SELECT id, code FROM dx WHERE id <= 300;
ANALYZE claim;
SELECT pg_temp.plan($$SELECT count(*) FROM claim c JOIN rule_node ON node OPERATOR(medsup.@>) code$$);
SELECT pg_temp.plan($$SELECT count(*) FROM claim c JOIN rule_range ON medsup.contains_code(codes, code)$$);
SELECT pg_temp.plan($$SELECT count(*) FROM claim c JOIN rule_many ON code OPERATOR(medsup.<@) codes$$);

-- in the order of the index for its first column only, and no hash index can
-- be searched for an array that is known when run
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE node OPERATOR(medsup.@>) (SELECT 'E11.200'::medsup.icd10 OFFSET 0) ORDER BY node, id$$);
CREATE INDEX rule_node_kind ON rule_node (kind, node);
DROP INDEX rule_node_node;
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE kind < 3 AND node OPERATOR(medsup.@>) (SELECT 'E11.200'::medsup.icd10 OFFSET 0) ORDER BY kind, node$$);
DROP INDEX rule_node_kind;
CREATE INDEX rule_node_hash ON rule_node USING hash (node);
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE node OPERATOR(medsup.@>) (SELECT 'E11.200'::medsup.icd10 OFFSET 0)$$);
SET enable_bitmapscan = on;
SELECT pg_temp.plan($$SELECT id FROM rule_node WHERE node OPERATOR(medsup.@>) 'E11.200'$$);
SET enable_bitmapscan = off;
DROP INDEX rule_node_hash;
CREATE INDEX rule_node_node ON rule_node (node);

-- what is the same for every row is asked once
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) (SELECT node FROM rule WHERE rule = 'a')$$);

-- no condition for an index: a column of the same table, a volatile value
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) side$$);
CREATE FUNCTION pg_temp.some_node() RETURNS medsup.icd10 LANGUAGE plpgsql VOLATILE
    AS $$BEGIN RETURN 'E11'; END$$;
SELECT pg_temp.plan($$SELECT id FROM dx WHERE code OPERATOR(medsup.<@) pg_temp.some_node()$$) = 'Seq Scan on dx' AS no_index LIMIT 1;

-- an index over an expression, a partial index, a domain
CREATE INDEX dx_asterisk ON dx (medsup.asterisk(code));
SELECT pg_temp.plan($$SELECT id FROM dx WHERE medsup.asterisk(code) OPERATOR(medsup.<@) 'N08'$$);
CREATE TABLE part (id int, code medsup.icd10);
INSERT INTO part SELECT id, code FROM dx;
CREATE INDEX part_e11 ON part (id) WHERE code OPERATOR(medsup.<@) 'E11';
SELECT pg_temp.plan($$SELECT id FROM part WHERE code OPERATOR(medsup.<@) 'E11.2' AND id < 5$$);
SELECT pg_temp.plan($$SELECT id FROM part WHERE code OPERATOR(medsup.<@) 'E12' AND id < 5$$);
CREATE INDEX part_set ON part (id) WHERE code OPERATOR(medsup.<@) '{[A10,A20),[F10,F20)}'::medsup.icd10multirange;
SELECT pg_temp.plan($$SELECT id FROM part WHERE code OPERATOR(medsup.<@) '{[A10,A20),[F10,F20)}'::medsup.icd10multirange AND id < 5$$);
SELECT pg_temp.plan($$SELECT id FROM part WHERE code OPERATOR(medsup.<@) 'F12' AND id < 5$$);
CREATE DOMAIN diabetes AS medsup.icd10 CHECK (VALUE OPERATOR(medsup.<@) 'E11');
CREATE TABLE dom (code diabetes);
CREATE INDEX dom_code ON dom (code);
SELECT pg_temp.plan($$SELECT code FROM dom WHERE code OPERATOR(medsup.<@) 'E11.2'$$);

-- a hash index has no order
CREATE TABLE hashed (code medsup.icd10);
CREATE INDEX hashed_code ON hashed USING hash (code);
SELECT pg_temp.plan($$SELECT code FROM hashed WHERE code OPERATOR(medsup.<@) 'E11'$$);
SELECT pg_temp.plan($$SELECT code FROM hashed WHERE code OPERATOR(medsup.<@) (SELECT node FROM rule LIMIT 1)$$);

-- row security: the comparisons leak nothing, so the index serves
CREATE TABLE secured (id int, code medsup.icd10);
INSERT INTO secured SELECT id, code FROM dx;
CREATE INDEX secured_code ON secured (code);
ANALYZE secured;
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON secured USING (id::numeric % 2 = 0);
CREATE ROLE regress_code_reader;
GRANT USAGE ON SCHEMA medsup TO regress_code_reader;
GRANT SELECT ON secured TO regress_code_reader;
SET ROLE regress_code_reader;
SELECT pg_temp.plan($$SELECT id FROM secured WHERE medsup.is_within(code, 'E11')$$);
RESET ROLE;
DROP TABLE secured;

-- who reads a view needs no right on the schema of the functions behind it
BEGIN;
REVOKE USAGE ON SCHEMA medsup FROM PUBLIC, regress_code_reader;
CREATE VIEW matched AS
    SELECT rule, id FROM rule JOIN dx ON code OPERATOR(medsup.<@) node
    UNION ALL SELECT rule, id FROM rule_set JOIN dx ON code OPERATOR(medsup.<@) codes
    UNION ALL SELECT node::text, claim.id FROM claim JOIN rule_node ON node OPERATOR(medsup.@>) code;
SELECT count(*) FROM matched;
GRANT SELECT ON matched TO regress_code_reader;
SET LOCAL ROLE regress_code_reader;
SELECT count(*) FROM matched;
ROLLBACK;
REVOKE USAGE ON SCHEMA medsup FROM regress_code_reader;
DROP ROLE regress_code_reader;

RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_indexonlyscan;

-- partitions: pruned by a constant when planned, by a parameter when run
CREATE TABLE by_chapter (code medsup.icd10, id int) PARTITION BY RANGE (code);
CREATE TABLE by_chapter_a PARTITION OF by_chapter FOR VALUES FROM (MINVALUE) TO ('E00');
CREATE TABLE by_chapter_e PARTITION OF by_chapter FOR VALUES FROM ('E00') TO ('E91');
CREATE TABLE by_chapter_f PARTITION OF by_chapter FOR VALUES FROM ('E91') TO (MAXVALUE);
INSERT INTO by_chapter SELECT code, id FROM dx WHERE code IS NOT NULL;
ANALYZE by_chapter;
SELECT pg_temp.plan($$SELECT id FROM by_chapter WHERE code OPERATOR(medsup.<@) 'E11'$$);
SELECT pg_temp.plan($$SELECT id FROM by_chapter WHERE medsup.contains_code('Z99', code)$$);
SELECT pg_temp.plan($$SELECT id FROM by_chapter WHERE code OPERATOR(medsup.<@) medsup.icd10_set('A00-B99, Z50')$$);
PREPARE by_part(medsup.icd10) AS SELECT count(*) FROM by_chapter WHERE code OPERATOR(medsup.<@) $1;
SET plan_cache_mode = force_generic_plan;
SELECT pg_temp.plan($$EXECUTE by_part('E11')$$);
EXECUTE by_part('E11');
EXECUTE by_part(NULL);
RESET plan_cache_mode;
CREATE TABLE by_kind (item medsup.fee_item) PARTITION BY LIST (item);
CREATE TABLE by_kind_x PARTITION OF by_kind FOR VALUES IN ('XB01', 'XB02');
CREATE TABLE by_kind_z PARTITION OF by_kind FOR VALUES IN ('ZA04');
SELECT pg_temp.plan($$SELECT item FROM by_kind WHERE item OPERATOR(medsup.<@) 'X'$$);

-- BRIN over data in the order of the codes
CREATE TABLE sorted (code medsup.icd10);
INSERT INTO sorted SELECT code FROM dx ORDER BY code;
CREATE INDEX sorted_brin ON sorted USING brin (code medsup.icd10_minmax_ops) WITH (pages_per_range = 4);
SET enable_seqscan = off;
SELECT pg_temp.plan($$SELECT count(*) FROM sorted WHERE code OPERATOR(medsup.<@) 'E11'$$);
SELECT pg_temp.plan($$SELECT count(*) FROM sorted WHERE code OPERATOR(medsup.<@) (SELECT node FROM rule WHERE rule = 'a')$$);
SELECT count(*) FROM sorted WHERE code OPERATOR(medsup.<@) (SELECT node FROM rule WHERE rule = 'a');
SELECT pg_temp.plan($$SELECT count(*) FROM sorted WHERE code OPERATOR(medsup.<@) medsup.icd10_set('E10-E14, I20')$$);
DROP INDEX sorted_brin;
CREATE INDEX sorted_bloom ON sorted USING brin (code medsup.icd10_bloom_ops);
SELECT pg_temp.plan($$SELECT count(*) FROM sorted WHERE code OPERATOR(medsup.<@) 'E11'$$);
RESET enable_seqscan;

-- What is found does not depend on the way there: 300 nodes of every length,
-- by index, by bitmap, without index, from a column, against plain prefixes.
CREATE TABLE probe AS
SELECT DISTINCT left(code::text, n) AS spelt, left(code::text, n)::medsup.icd10 AS node
FROM (SELECT code FROM dx WHERE code IS NOT NULL ORDER BY medsup.icd10_hash(code) LIMIT 80) AS c,
     generate_series(3, 6) AS n;
CREATE FUNCTION pg_temp.found_by(condition text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found bigint := 0; n bigint; p record;
BEGIN
    FOR p IN SELECT * FROM probe LOOP
        EXECUTE format('SELECT count(*) FROM dx WHERE ' || condition, p.node) INTO n;
        IF n <> (SELECT count(*) FROM dx WHERE starts_with(code::text, p.spelt)) THEN
            RAISE WARNING '% finds % for %', condition, n, p.spelt;
        END IF;
        found := found + n;
    END LOOP;
    RETURN found;
END $$;
CREATE TABLE way (name text, seq boolean, bitmap boolean, index boolean);
INSERT INTO way VALUES ('seq', true, false, false), ('bitmap', false, true, false), ('index', false, false, true);
SELECT name, found, found = min(found) OVER () AS same
FROM (SELECT name, set_config('enable_seqscan', seq::text, false),
             set_config('enable_bitmapscan', bitmap::text, false),
             set_config('enable_indexscan', index::text, false),
             pg_temp.found_by($$code OPERATOR(medsup.<@) %L$$) +
             pg_temp.found_by($$medsup.contains_code(%L, code)$$) AS found
      FROM way) AS s
ORDER BY name COLLATE "C";
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_indexscan;
SELECT (SELECT count(*) FROM probe, dx WHERE code OPERATOR(medsup.<@) node)
     = (SELECT count(*) FROM probe, dx WHERE starts_with(code::text, spelt)) AS join_same,
       (SELECT count(*) FROM probe, by_chapter WHERE code OPERATOR(medsup.<@) node)
     = (SELECT count(*) FROM probe, by_chapter WHERE starts_with(code::text, spelt)) AS partitions_same;

-- codes against nodes and sets: through their indexes, then without
CREATE FUNCTION pg_temp.held() RETURNS TABLE (nodes bigint, ranges bigint, sets bigint, of_one bigint, of_others bigint)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT
        (SELECT count(*) FROM claim JOIN rule_node ON node OPERATOR(medsup.@>) code),
        (SELECT count(*) FROM claim JOIN rule_range ON codes OPERATOR(medsup.@>) code),
        (SELECT count(*) FROM claim JOIN rule_many ON codes OPERATOR(medsup.@>) code),
        (SELECT count(*) FROM rule_node WHERE node OPERATOR(medsup.@>) 'E11.200'),
        (SELECT count(*) FROM rule_node WHERE NOT node OPERATOR(medsup.@>) 'E11.200');
END $$;
SET enable_seqscan = off;
SELECT * FROM pg_temp.held();
RESET enable_seqscan;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT * FROM pg_temp.held();
RESET enable_indexscan;
RESET enable_bitmapscan;
SELECT (SELECT count(*) FROM claim JOIN rule_node ON starts_with(code::text, node::text)) AS nodes,
       (SELECT count(*) FROM claim JOIN rule_range ON codes OPERATOR(pg_catalog.@>) code) AS ranges,
       (SELECT count(*) FROM claim JOIN rule_many ON codes OPERATOR(pg_catalog.@>) code) AS sets,
       (SELECT count(*) FROM rule_node WHERE starts_with('E11.200', node::text)) AS of_one,
       (SELECT count(*) FROM rule_node WHERE NOT starts_with('E11.200', node::text)) AS of_others;

-- and 200 sets of 1 to 20 ranges, with holes, ends that are open or included
SELECT setseed(0.3);
CREATE TABLE probe_set (i int, codes medsup.icd10multirange);
INSERT INTO probe_set
SELECT i, (SELECT range_agg(medsup.icd10range(
                    CASE WHEN random() > 0.03 THEN least(a.node, b.node) END,
                    CASE WHEN random() > 0.03 THEN greatest(a.node, b.node) END,
                    (ARRAY['[)', '[]', '(]', '()'])[1 + (random() * 3)::int]))
           FROM (SELECT node, row_number() OVER (ORDER BY r) AS n
                 FROM (SELECT node, random() * (1 + 0 * i) AS r FROM probe) AS p) AS a
           JOIN (SELECT node, row_number() OVER (ORDER BY r) AS n
                 FROM (SELECT node, random() * (1 + 0 * i) AS r FROM probe) AS p) AS b USING (n)
           WHERE n <= 1 + i % 20)
FROM generate_series(1, 200) AS i;
CREATE FUNCTION pg_temp.found_in_sets(condition text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found bigint := 0; n bigint; p record;
BEGIN
    FOR p IN SELECT * FROM probe_set LOOP
        EXECUTE format('SELECT count(*) FROM dx WHERE ' || condition, p.codes) INTO n;
        found := found + n;
    END LOOP;
    RETURN found;
END $$;
SELECT name, found = (SELECT count(*) FROM probe_set, dx WHERE codes OPERATOR(pg_catalog.@>) code) AS same, found > 10000 AS many
FROM (SELECT name, set_config('enable_seqscan', seq::text, false),
             set_config('enable_bitmapscan', bitmap::text, false),
             set_config('enable_indexscan', index::text, false),
             pg_temp.found_in_sets($$code OPERATOR(medsup.<@) %L::medsup.icd10multirange$$) AS found
      FROM way) AS s
ORDER BY name COLLATE "C";
SELECT name, found = (SELECT count(*) FROM probe_set, dx WHERE NOT codes OPERATOR(pg_catalog.@>) code) AS same
FROM (SELECT name, set_config('enable_seqscan', seq::text, false),
             set_config('enable_bitmapscan', bitmap::text, false),
             set_config('enable_indexscan', index::text, false),
             pg_temp.found_in_sets($$NOT medsup.is_within(code, %L::medsup.icd10multirange)$$) AS found
      FROM way) AS s
ORDER BY name COLLATE "C";
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_indexscan;
SELECT (SELECT count(*) FROM probe_set, dx WHERE code OPERATOR(medsup.<@) codes)
     = (SELECT count(*) FROM probe_set, dx WHERE codes OPERATOR(pg_catalog.@>) code) AS join_same,
       (SELECT count(*) FROM probe_set, by_chapter WHERE code OPERATOR(medsup.<@) codes)
     = (SELECT count(*) FROM probe_set, by_chapter WHERE codes OPERATOR(pg_catalog.@>) code) AS partitions_same;

-- three truth values, in a list of results too
SELECT given, given OPERATOR(medsup.<@) 'E11' AS within, NOT medsup.is_within(given, 'E11') AS outside
FROM (VALUES ('E11.9'::medsup.icd10), ('E12'), (NULL)) AS v(given);

-- the last value of a node
SELECT medsup.subtree_last('E11'::medsup.icd10), medsup.subtree_last('E11.200x011+N08.3*'::medsup.icd10) AS a_pair,
       medsup.subtree_last('36'::medsup.icd9cm3), medsup.subtree_last('17.9'::medsup.icd9cm3) AS tcm,
       medsup.subtree_last('XB01'::medsup.fee_item), medsup.subtree_last('~1'::medsup.fee_item);

-- the ends of a set
SELECT codes, medsup.set_first(codes), medsup.set_last(codes)
FROM (VALUES ('{[E10,E15),[I20,I26)}'::medsup.icd10multirange), ('{(,)}'), ('{}'), (NULL)) AS v(codes);
SELECT medsup.set_first('(,)'::medsup.icd9cm3range) AS o_first, medsup.set_last('(,)'::medsup.icd9cm3range) AS o_last,
       medsup.set_first('(,)'::medsup.fee_itemrange) AS f_first, medsup.set_last('(,)'::medsup.fee_itemrange) AS f_last;
-- nothing sorts outside them: before the first there is no code, and the last
-- is that of every node that has no end
SELECT medsup.subtree_last('Z9Z'::medsup.icd10), medsup.subtree_last('99'::medsup.icd9cm3),
       medsup.subtree_last('~z'::medsup.fee_item);

-- three truth values for sets: empty, all, and one that stays a call
SELECT given, given OPERATOR(medsup.<@) '{}'::medsup.icd10multirange AS in_none,
       NOT given OPERATOR(medsup.<@) '{}'::medsup.icd10multirange AS outside_none,
       given OPERATOR(medsup.<@) '{(,)}'::medsup.icd10multirange AS in_all,
       medsup.contains_code('{[E10,E12),[Z50,)}'::medsup.icd10multirange, given) AS in_two
FROM (SELECT code AS given FROM dx WHERE id IN (50, 1, 4) UNION ALL SELECT 'E11') AS s
ORDER BY given;
