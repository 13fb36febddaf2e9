-- What the extension installed obeys the rules of the house.  Every query
-- lists offenders and must return no row.
CREATE TEMPORARY VIEW member AS
SELECT d.classid, d.objid,
       pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS what
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
  AND d.deptype = 'e' AND e.extname = 'medsup';

-- it installed something at all
SELECT count(*) > 0 AS has_members FROM member;

-- nothing lies outside the schema
SELECT p.oid::pg_catalog.regprocedure FROM member m
JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND p.pronamespace <> 'medsup'::pg_catalog.regnamespace
UNION ALL
SELECT NULL FROM member m
JOIN pg_catalog.pg_class c ON c.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND c.relnamespace <> 'medsup'::pg_catalog.regnamespace;

-- every object has a comment; arrays, row types and multiranges are made by
-- the server beside their owner, indexes and identity sequences by a table
SELECT m.what AS no_comment
FROM member m
LEFT JOIN pg_catalog.pg_type t
  ON m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = m.objid
LEFT JOIN pg_catalog.pg_class c
  ON m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = m.objid
LEFT JOIN pg_catalog.pg_proc p
  ON m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = m.objid
WHERE pg_catalog.obj_description(m.objid, m.classid::pg_catalog.regclass::pg_catalog.name) IS NULL
  AND NOT COALESCE(t.typelem <> 0 AND t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc, false)
  AND NOT COALESCE(t.typrelid <> 0 OR t.typtype = 'm', false)
  AND NOT COALESCE(c.relkind IN ('i', 'I', 't'), false)
  AND NOT (c.relkind IS NOT DISTINCT FROM 'S'
           AND EXISTS (SELECT FROM pg_catalog.pg_depend o
                       WHERE o.classid = m.classid AND o.objid = m.objid
                         AND o.refclassid = m.classid AND o.deptype IN ('a', 'i')))
  -- constructors of ranges and multiranges are internal functions
  AND NOT COALESCE(p.prolang = (SELECT oid FROM pg_catalog.pg_language WHERE lanname = 'internal'), false)
  AND m.classid NOT IN ('pg_catalog.pg_amop'::pg_catalog.regclass,
                        'pg_catalog.pg_amproc'::pg_catalog.regclass)
ORDER BY m.what COLLATE "C";

-- a function that is not volatile is true enough for a parallel worker
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS not_parallel
FROM member m JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND p.prokind IN ('f', 'a', 'w') AND p.provolatile <> 'v'
  AND p.proparallel = 'u'
ORDER BY 1;

-- set-returning functions do not claim the default of 1000 rows
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS default_rows
FROM member m JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND p.proretset AND p.prorows = 1000
ORDER BY 1;
-- those that return a list of fixed length know it
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS wrong_rows, p.prorows, f.rows
FROM (VALUES ('medsup.icd10_chapters()', (SELECT pg_catalog.count(*) FROM medsup.icd10_chapters())),
             ('medsup.icd10_blocks()', (SELECT pg_catalog.count(*) FROM medsup.icd10_blocks())),
             ('medsup.icd9cm3_chapters()', (SELECT pg_catalog.count(*) FROM medsup.icd9cm3_chapters())),
             ('medsup.code_systems()', (SELECT pg_catalog.count(*) FROM medsup.code_systems())),
             ('medsup.code_lists()', (SELECT pg_catalog.count(*) FROM medsup.code_lists()))) AS f (name, rows)
JOIN pg_catalog.pg_proc p ON p.oid = f.name::pg_catalog.regprocedure
WHERE p.prorows <> f.rows
ORDER BY 1;

-- PL/pgSQL functions and definers pin search_path; procedures that commit
-- cannot, and qualify every name
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS free_search_path
FROM member m
JOIN pg_catalog.pg_proc p ON p.oid = m.objid
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND (p.prosecdef OR l.lanname = 'plpgsql' AND p.prokind <> 'p')
  AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) AS s
                  WHERE s LIKE 'search\_path=pg_catalog, %pg_temp')
ORDER BY 1;

-- SQL functions carry a parsed body, or pin search_path
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS text_body
FROM member m
JOIN pg_catalog.pg_proc p ON p.oid = m.objid
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND l.lanname = 'sql' AND p.prosqlbody IS NULL AND p.proconfig IS NULL
ORDER BY 1;

-- every operator class is complete and fits its access method
WITH own AS MATERIALIZED (
  SELECT o.oid, o.opcname, a.amname
  FROM member m
  JOIN pg_catalog.pg_opclass o ON o.oid = m.objid
  JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
  WHERE m.classid = 'pg_catalog.pg_opclass'::pg_catalog.regclass)
SELECT opcname, amname FROM own WHERE NOT pg_catalog.amvalidate(oid)
ORDER BY 1, 2;

-- every operator knows its commutator and estimators where the planner asks
SELECT o.oid::pg_catalog.regoperator::pg_catalog.text AS no_commutator
FROM member m JOIN pg_catalog.pg_operator o ON o.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass
  AND o.oprresult = 'pg_catalog.bool'::pg_catalog.regtype AND o.oprcom = 0
ORDER BY 1;
SELECT o.oid::pg_catalog.regoperator::pg_catalog.text AS no_estimator
FROM member m JOIN pg_catalog.pg_operator o ON o.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass
  AND o.oprresult = 'pg_catalog.bool'::pg_catalog.regtype
  AND (o.oprrest = 0 OR o.oprjoin = 0)
ORDER BY 1;

-- PUBLIC gets the types and what works on them: no relation at all ...
SELECT m.what AS public_relation
FROM member m
JOIN pg_catalog.pg_class c ON c.oid = m.objid,
     LATERAL pg_catalog.aclexplode(c.relacl) AS a
WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND a.grantee = 0
ORDER BY m.what COLLATE "C";

-- ... and no function that is not about values of the types alone: their
-- input and output, operators, operator classes, casts, and pure functions
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS public_function
FROM member m
JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND (p.proacl IS NULL
       OR EXISTS (SELECT FROM pg_catalog.aclexplode(p.proacl) AS a
                  WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE'))
  -- reads no table: an immutable function in C, in parsed SQL that depends on
  -- none, or made by the server
  AND NOT (p.provolatile = 'i'
           AND (p.prolang IN (SELECT oid FROM pg_catalog.pg_language
                              WHERE lanname IN ('c', 'internal'))
                OR p.prosqlbody IS NOT NULL
                   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                   WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                                     AND d.objid = p.oid
                                     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)))
  -- input of a type whose elements are looked up, its statistics
  AND p.oid NOT IN (SELECT typinput FROM pg_catalog.pg_type
                    UNION SELECT typreceive FROM pg_catalog.pg_type
                    UNION SELECT typanalyze FROM pg_catalog.pg_type
                    UNION SELECT oprrest FROM pg_catalog.pg_operator
                    UNION SELECT oprjoin FROM pg_catalog.pg_operator)
ORDER BY 1;

-- procedures that commit: a SET clause, SECURITY DEFINER or a block with an
-- EXCEPTION part around would forbid it
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text AS cannot_commit
FROM member m
JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND p.prokind = 'p'
  AND (p.proconfig IS NOT NULL OR p.prosecdef OR p.prosrc ~* '\mexception\s+when\M')
ORDER BY 1;
SELECT pg_catalog.count(*) > 0 AS some_commit
FROM member m
JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.prokind = 'p' AND p.prosrc ~* '\mcommit\M';

-- tables that pg_dump does not save the rows of: the extension fills them
SELECT c.relname AS not_dumped
FROM member m
JOIN pg_catalog.pg_class c ON c.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension e
                  WHERE e.extname = 'medsup' AND c.oid = ANY (e.extconfig))
ORDER BY c.relname COLLATE "C";
