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
