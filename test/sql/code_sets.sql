-- sets of codes: the server's ranges and multiranges, containment

SET search_path = pg_catalog, public, medsup;

-- ranges made by hand, every kind of bound: which of the codes are in them;
-- the server's own operator must say the same
CREATE TEMPORARY TABLE code AS
SELECT c::icd10 AS code
FROM unnest('{A00,E10,E10.0,E10.900,E11,E11.900,E12,E14.900x001,E15,Z99.901}'::text[]) AS c;

SELECT r AS range,
       string_agg(code::text, ' ' ORDER BY code) FILTER (WHERE code <@ r) AS codes,
       bool_and((code <@ r) = (code OPERATOR(pg_catalog.<@) r)
                AND (r @> code) = (code <@ r)
                AND is_within(code, r) = (code <@ r)
                AND contains_code(r, code) = (code <@ r)) AS same
FROM code, unnest('{"[E10,E15)","(E10,E15)","[E10,E11.900]","(E10,E11.900]","(,E11)","(,E11]","[E12,)","(E12,)","(,)",empty,"[A00,A00]","[E11,E11]","(,A00)"}'::icd10range[])
     WITH ORDINALITY AS u(r, i)
GROUP BY i, r ORDER BY i;

SELECT s AS set,
       string_agg(code::text, ' ' ORDER BY code) FILTER (WHERE code <@ s) AS codes,
       bool_and((code <@ s) = (code OPERATOR(pg_catalog.<@) s)
                AND (s @> code) = (code <@ s)
                AND is_within(code, s) = (code <@ s)
                AND contains_code(s, code) = (code <@ s)) AS same
FROM code, unnest('{"{}","{(,)}","{[A00,A00],(E10,E11],[E15,)}","{(,E10),(E10,E12)}","{(,E11],(E12,)}"}'::icd10multirange[])
     WITH ORDINALITY AS u(s, i)
GROUP BY i, s ORDER BY i;

SELECT r AS set,
       string_agg(item::text, ' ' ORDER BY item) FILTER (WHERE item <@ r) AS items,
       bool_and((item <@ r) = (item OPERATOR(pg_catalog.<@) r)
                AND (r @> item) = (item <@ r)
                AND is_within(item, r) = (item <@ r)
                AND contains_code(r, item) = (item <@ r)) AS same
FROM unnest('{0031,003101,0034,C01,XB01A,XB01AC,~1,~_9}'::text[]) AS t
     CROSS JOIN LATERAL (SELECT try_fee_item(t)) AS f(item),
     unnest('{"{}","{(,)}","{[0031,0034)}","{(0031,0034]}","{(,0031),(0031,C01],(XB01A,)}","{[~1,~1]}"}'::fee_itemmultirange[])
     WITH ORDINALITY AS u(r, i)
WHERE item IS NOT NULL
GROUP BY i, r ORDER BY i;

-- which operator is meant: the operand types decide, a plain literal is a code
CREATE FUNCTION pg_temp.meant(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    shown text;
BEGIN
    EXECUTE format('CREATE OR REPLACE TEMPORARY VIEW meant AS SELECT %s AS v FROM pair', expression);
    SELECT string_agg(d.refobjid::regoperator::text, ', ') INTO shown
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
    WHERE r.ev_class = 'meant'::regclass AND d.refclassid = 'pg_operator'::regclass;
    IF shown IS NULL THEN
        SELECT string_agg(d.refobjid::regprocedure::text, ', ') INTO shown
        FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
        WHERE r.ev_class = 'meant'::regclass AND d.refclassid = 'pg_proc'::regclass;
    END IF;
    DROP VIEW meant;
    RETURN COALESCE(shown, 'pg_catalog');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TEMPORARY TABLE pair (code icd10, op icd9cm3, item fee_item, drug drug_code,
    r icd10range, s icd10multirange, ops icd9cm3multirange, fr fee_itemrange, fs fee_itemmultirange);
SELECT e AS expression, pg_temp.meant(e) AS operator
FROM unnest(ARRAY[
    'code <@ ''E11''', '''E11'' @> code', 'code <@ ''E11''::icd10',
    'code <@ r', 'code <@ s', 'r @> code', 's @> code',
    'r @> ''E11''', 's @> ''E11''', '''E11'' <@ s', '''E11''::icd10 <@ s',
    'code <@ ''[E10,E15)''::icd10range',
    'op <@ ''36''', 'op <@ ops', 'ops @> op',
    'item <@ ''0031''', 'item <@ fs', 'item <@ fr', 'fs @> item', 'fs @> ''0031''',
    'drug <@ ''XB01''', 'drug <@ item', 'drug <@ fs', 'drug <@ fr', 'fs @> drug', '''XB01'' @> drug',
    'is_within(code, ''E11'')', 'is_within(code, s)', 'contains_code(''E11'', code)', 'contains_code(s, ''E11'')',
    'is_within(drug, ''XB01'')', 'is_within(drug, fs)', 'contains_code(fs, drug)',
    'r <@ s', 's @> r', 'code <@ ANY (ARRAY[s])', 'code <@ fs', 'op <@ s'])
     WITH ORDINALITY AS u(e, i)
ORDER BY i;

-- a parameter of no stated type is a code
PREPARE by_node AS SELECT count(*) FROM code WHERE code <@ $1;
SELECT parameter_types FROM pg_prepared_statements WHERE name = 'by_node';
EXECUTE by_node('E11');
DEALLOCATE by_node;

-- the decoded set is kept only as long as it is the same one: a set from a
-- column, from an array, in a loop, a long one, none at all
SELECT code, s, code <@ s AS within
FROM (VALUES ('E11'::icd10, '{[E10,E12)}'::icd10multirange), ('E11', '{[I10,I12)}'), ('E11', '{}'),
      ('E11', NULL), ('E11', '{(,)}'), ('I10', '{(,)}'), ('I10', '{[I10,I12)}')) AS v(code, s);
SELECT code, code <@ ANY ('{"{[A00,E10)}","{[E11,E11.9)}"}'::icd10multirange[]) AS any_of,
       code <@ ALL ('{"{[A00,E15)}","{[E10,F00)}"}'::icd10multirange[]) AS all_of
FROM code ORDER BY code;
DO $$
DECLARE
    s icd10multirange;
    t text := '';
BEGIN
    FOREACH s IN ARRAY '{"{[E10,E12)}","{}","{[I10,I12)}","{[E11,E12)}"}'::icd10multirange[] LOOP
        IF 'E11.900'::icd10 <@ s THEN t := t || ' in'; ELSE t := t || ' out'; END IF;
    END LOOP;
    RAISE INFO '%', t;
END $$;
-- odd categories of a long set, stored out of line
CREATE TEMPORARY TABLE long_set AS
SELECT icd10_set(string_agg(chr(65 + i / 100) || to_char(i % 100, 'FM00'), ',' ORDER BY i)) AS s
FROM generate_series(1, 2599, 2) AS i;
SELECT pg_column_size(s) > 2000 AS long, count(*) AS pieces, bool_and(isempty(r) = false) AS filled
FROM long_set, unnest(s) AS r GROUP BY s;
SELECT count(*) FILTER (WHERE c <@ s) AS odd, count(*) FILTER (WHERE NOT c <@ s) AS even
FROM long_set, (SELECT (chr(65 + i / 100) || to_char(i % 100, 'FM00') || '.9')::icd10
                FROM generate_series(0, 2599) AS i) AS x(c);

-- sets that come once, twice in a row, again, and stored out of line: the
-- server's own operator must say the same of each
CREATE TEMPORARY TABLE changing_set AS
SELECT i, CASE i % 4 WHEN 0 THEN s WHEN 1 THEN s - icd10_set('E*') ELSE icd10_set('E1' || i % 4) END AS s
FROM (SELECT icd10_set('!E00,!E99,' || string_agg('!=' || chr(65 + n / 100) || to_char(n % 100, 'FM00') || '.1', ',')) AS s
      FROM generate_series(0, 2599) AS n) AS l,
     unnest('{0,1,0,0,1,1,1,0,2,2,3,2,3,3,0,2,2,0,0,0}'::integer[]) WITH ORDINALITY AS u(i, n);
SELECT count(*), bool_and((c <@ s) = (c OPERATOR(pg_catalog.<@) s)) AS same,
       bool_and((s @> c) = (s OPERATOR(pg_catalog.@>) c)) AS same_commuted, count(*) FILTER (WHERE c <@ s) AS within
FROM changing_set, unnest('{E11.1,E12.1,E12.2,I10.1,I10}'::icd10[]) AS c;
SELECT string_agg((item <@ s)::int::text, '' ORDER BY n) AS within
FROM unnest('{"{[0031,0035)}","{[0031,0035)}","{[0031,0036)}","{}","{}","{[0031,0035)}","{[X,Z)}","{[X,Z)}","{[0031,0035)}"}'::text[]) WITH ORDINALITY AS u(t, n),
     LATERAL (SELECT t::fee_itemmultirange) AS v(s), (SELECT '003101'::fee_item) AS w(item);

-- what authors write, what it means, what medsup makes of it
CREATE TEMPORARY VIEW authored_icd10 AS
SELECT i, given, icd10_set(given) AS set
FROM unnest(ARRAY[
    'E10-E14, I20-I25, !I23',
    'E10', 'e10.2*', 'E11.-', 'I20.-I25.-', 'E*', 'E1*', '*', '!*', '!I23',
    'E11, !E11.2, E11.21', 'E11.2 - E12', 'E10—E14', 'E10～E14', 'E10至E14', 'E10到E14', 'E10――E14', 'E10~E14', 'M50.- M54.-', E'M50.-\nM54',
    '（E10、E11；I10）｜K25　K26・K27', E'E10\n\tE11\r\n', '((E10|E11)|(I10))', '!(E10|E11) E10-E14', 'E10-E14!E11',
    '=E11', 'E11, !=E11', '=E11.200', 'E10-E14, =I10, !E11.200x011',
    'A17.000+G01*', 'A17.000+G01**', '!E11.200x011+N08.3*, E11.200x011', 'E11.200-E11.200x011+N08.3*',
    'V01-Y98', 'C00-C97', 'C7A', 'Z9Z.5-Z9Z.Z', 'I10.x00x002', 'E10, E11, E12, E14', 'E10,E10,E10.2'])
    WITH ORDINALITY AS u(given, i);
SELECT given, set, set_text(set) AS canonical, icd10_set(set_text(set)) = set AS same
FROM authored_icd10 ORDER BY i;

SELECT given, set, set_text(set) AS canonical, icd9cm3_set(set_text(set)) = set AS same
FROM unnest(ARRAY['35-37, !36.9', '3*', '!3*', '36.31-37*', '36.0-36.3', '17.9', '17.912A0', '*', '!*', '=36', '36.0600 36.0700'])
     WITH ORDINALITY AS u(given, i), LATERAL (SELECT icd9cm3_set(given)) AS s(set) ORDER BY i;

SELECT given, set, set_text(set) AS canonical, fee_item_set(set_text(set)) = set AS same
FROM unnest(ARRAY[
    'XR05XXX089N0*, (00250301001|00250301002)', '(003106040050000|003106040050000)', 'c', '(C1008|C1008|C1010)',
    '0031-0034', '003101-0034*', 'XA-XB03', 'C-X', '*', '!*', '!X', '!0031',
    -- local codes: a hyphen belongs to the code unless a ~ follows or a blank stands before it
    '~*', '~110200002a', '~110-120', '~110-~120', '~110 - ~120', '~110 -~120', '~110- - ~120', '~110-, ~120', '~110-*',
    '~a/b_c.d', '0031 - ~5', '~*-~5', '!~110-', '=~110', '!~*'])
     WITH ORDINALITY AS u(given, i), LATERAL (SELECT fee_item_set(given)) AS s(set) ORDER BY i;

-- what is refused, and how
CREATE FUNCTION pg_temp.refusal(type_name text, given text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text; is_null boolean;
BEGIN
    EXECUTE format('SELECT try_%s_set($1) IS NULL', type_name) INTO STRICT is_null USING given;
    EXECUTE format('SELECT %s_set($1)', type_name) INTO message USING given;
    RETURN 'read as ' || message;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ' ' || message, detail, NULLIF(hint, ''),
                     CASE WHEN NOT is_null THEN 'try_ reads it' END);
END $$;
SELECT replace(pg_temp.refusal('icd10', given), E'\u200b', '<U+200B>') AS refused
FROM unnest(ARRAY[
    '', ' , ；', 'E', 'E1, E11', 'E10-14', 'E10-1E', 'E14-E10', 'E11.2-E11', 'E10-', 'E10-, E14', '-E10', 'E10--E14', '*-E14', 'E10-*',
    'E11 (E12', 'E11)', '()', '(E11,)()', 'E11(E12)', '(E11)E12', '(E11 !E12)', '!(!E11)', '!', '!, E11', '!!E11',
    '=', '=*', '=E11*', '=E11-E12', '=(E11)', 'E11*E12', 'E11**', 'E11%', 'E119', 'EO1.9', 'A17.000+G01', 'A17.000+',
    'E11，Ｅ12', 'E10-Ｅ14', 'M50.- M54', 'M50.- M54.9, I10', 'I10, M50.至 M54.-9', 'E11 and E12', 'M8000/3', E'E11\u200b', 'E11.200x0111', 'I10.x00X',
    repeat('E10、', 20) || 'E1#' || repeat('、E10', 20)])
     WITH ORDINALITY AS u(given, i) ORDER BY i;
SELECT pg_temp.refusal('icd9cm3', given) AS refused
FROM unnest(ARRAY['3', '36.31-39', '36.01-.07', '369', 'E11', '37-35']) WITH ORDINALITY AS u(given, i) ORDER BY i;
SELECT pg_temp.refusal('fee_item', given) AS refused
FROM unnest(ARRAY['~', '0031-34', '~110- ~120', '~1105 - ~1101', '~110 - 120', '110200002a', 'XR05XXX089N0-B0', '~12345678901234567', 'F*'])
     WITH ORDINALITY AS u(given, i) ORDER BY i;

-- a set made by hand is written by what it contains; read back it has the
-- same codes, and the same bounds where those are closed below, open above
SELECT s AS set, set_text(s) AS canonical, icd10_set(set_text(s)) AS read_back,
       (SELECT bool_and(code <@ s = (code <@ icd10_set(set_text(s)))) FROM code) AS same_codes
FROM unnest('{"{}","{(,)}","{[E10,E15)}","{[E10,E14]}","{(E10,E15)}","{(,E10)}","{(E11,)}","{[E11,E11]}","{(,E10),(E10,E12)}","{[E11.200,E11.200]}","{[E11.2,E11.200)}","{[E10,E12.34)}","{[Z9Z.ZZZZ,)}","{(Z9Z.ZZZZ,)}","{[A17.000+G01*,A17.001)}"}'::icd10multirange[])
     WITH ORDINALITY AS u(s, i) ORDER BY i;

-- the range of a node
SELECT node, node_range(node) AS range, node <@ node_range(node) AS holds_itself
FROM unnest('{A00,E11,E11.2,E11.200,E11.200x011+N08.3*,I99,J99,Z9Z}'::icd10[]) AS node ORDER BY node;
SELECT node, node_range(node) FROM unnest('{36,36.0,17.912A0,99}'::icd9cm3[]) AS node ORDER BY node;
SELECT node, node_range(node) FROM unnest('{0031,9,C,X,ZA99,~1,~z}'::fee_item[]) AS node ORDER BY node;
SELECT node_range('XB01'::drug_code);

-- both halves of a pair, when asked; NULL stays unknown
SELECT code, code <@ icd10_set('N08') AS within, is_within_either(code, icd10_set('N08')) AS either,
       is_within_either(code, 'N08') AS either_node, is_within_either(code, '[N08,N09)'::icd10range) AS either_range
FROM unnest('{E11.200x011+N08.3*,N08.300,E11.900,NULL}'::icd10[]) WITH ORDINALITY AS u(code, i) ORDER BY i;
SELECT is_within_either('E11.900', NULL::icd10multirange) AS unknown,
       is_within_either(NULL, '{}'::icd10multirange) AS unknown_too;
-- its parts stand in the plan, so that an index on each half serves
CREATE TEMPORARY TABLE halves (code icd10);
INSERT INTO halves SELECT 'E11.200x011+N08.3*' FROM generate_series(1, 3);
EXPLAIN (COSTS OFF) SELECT * FROM halves WHERE is_within_either(code, icd10_set('N08-N09'));

-- everybody may use them
CREATE ROLE set_reader;
SET ROLE set_reader;
SELECT is_within_either('E11.200x011+N08.3*', icd10_set('N08')) AS either, set_text(icd10_set('E10-E14')),
       'XB01'::drug_code <@ fee_item_set('X') AS drug;
RESET ROLE;
DROP ROLE set_reader;
