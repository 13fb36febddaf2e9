-- who may do what: role x object, held against the one list
SET client_min_messages = warning;
CREATE ROLE regress_medsup_outsider;
CREATE ROLE regress_medsup_reader;
CREATE ROLE regress_medsup_author;
CREATE ROLE regress_medsup_approver;
CREATE ROLE regress_medsup_operator;
CREATE ROLE regress_medsup_reviewer;
CREATE TEMP VIEW member AS
SELECT d.classid, d.objid
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
  AND d.deptype = 'e' AND e.extname = 'medsup';
CREATE TEMP VIEW object AS
SELECT 'table' AS kind, c.oid, c.relname::text AS name
FROM member m JOIN pg_catalog.pg_class c ON c.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
UNION ALL
SELECT 'routine', p.oid, p.proname
FROM member m JOIN pg_catalog.pg_proc p ON p.oid = m.objid
WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass;
-- what a role can do with each object
CREATE TEMP VIEW can AS
SELECT r.access, o.kind, o.name, o.oid, v.privilege
FROM (VALUES ('outsider'), ('reader'), ('author'), ('approver'), ('operator'), ('reviewer')) r (access)
CROSS JOIN object o
CROSS JOIN LATERAL (
    SELECT p AS privilege FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
    WHERE o.kind = 'table' AND pg_catalog.has_table_privilege('regress_medsup_' || r.access, o.oid, p)
    UNION ALL
    SELECT 'EXECUTE' WHERE o.kind = 'routine'
      AND pg_catalog.has_function_privilege('regress_medsup_' || r.access, o.oid, 'EXECUTE')) v;
CREATE TEMP VIEW opened AS -- by PUBLIC
SELECT DISTINCT c.oid FROM can c WHERE c.access = 'outsider';
CREATE TEMP VIEW needs AS
SELECT n.access, n.object_kind AS kind, n.object_name AS name, pg_catalog.btrim(p) AS privilege
FROM medsup.access_needs() n, pg_catalog.regexp_split_to_table(n.privileges, ',') p;

-- before any grant: no access at all, but for the types
SELECT DISTINCT access, kind, name, privilege FROM can
WHERE kind = 'table' OR oid NOT IN (SELECT oid FROM opened) ORDER BY 1, 2, 3, 4;
SELECT count(*) > 0 AS types_are_open FROM opened;
SET ROLE regress_medsup_outsider;
SELECT 'I10'::medsup.icd10 OPERATOR(medsup.<=) 'I10'::medsup.icd10 AS types_work;
SELECT count(*) FROM medsup.finding_masked;
SELECT medsup.grant_access('regress_medsup_outsider', 'reviewer');
RESET ROLE;

-- the list names nothing that does not exist, but for views of bound sources
SELECT DISTINCT n.kind, n.name FROM needs n
WHERE n.name !~ '^(src|written)_' AND NOT EXISTS (SELECT FROM object o WHERE o.kind = n.kind AND o.name = n.name) ORDER BY 1, 2;

SELECT medsup.grant_access('regress_medsup_' || a, a) FROM unnest('{reader,author,approver,operator,reviewer}'::text[]) a;
-- granting is repeatable
SELECT medsup.grant_access('regress_medsup_reader', 'reader');
SELECT role_name, access FROM medsup.access_grant ORDER BY 1, 2;
-- afterwards each role has what the list says, no more and no less
SELECT * FROM (
    SELECT 'too much' AS verdict, access, kind, name, privilege FROM can
    WHERE access <> 'outsider' AND oid NOT IN (SELECT oid FROM opened)
    EXCEPT SELECT 'too much', access, kind, name, privilege FROM needs) x
ORDER BY 2, 3, 4, 5;
SELECT * FROM (
    SELECT 'too little' AS verdict, n.access, n.kind, n.name, n.privilege
    FROM needs n JOIN object o USING (kind, name)
    WHERE NOT EXISTS (SELECT FROM can c WHERE c.access = n.access AND c.oid = o.oid AND c.privilege = n.privilege)) x
ORDER BY 2, 3, 4, 5;
-- the matrix, as letters: r select, a insert, w update, d delete, X execute
SELECT o.kind, o.name,
    max(l.letters) FILTER (WHERE l.access = 'reader') AS reader,
    max(l.letters) FILTER (WHERE l.access = 'author') AS author,
    max(l.letters) FILTER (WHERE l.access = 'approver') AS approver,
    max(l.letters) FILTER (WHERE l.access = 'operator') AS operator,
    max(l.letters) FILTER (WHERE l.access = 'reviewer') AS reviewer
FROM (SELECT DISTINCT kind, name FROM object WHERE oid NOT IN (SELECT oid FROM opened)) o
LEFT JOIN (
    SELECT c.access, c.kind, c.name, string_agg(DISTINCT CASE c.privilege WHEN 'SELECT' THEN 'r' WHEN 'INSERT' THEN 'a'
        WHEN 'UPDATE' THEN 'w' WHEN 'DELETE' THEN 'd' WHEN 'EXECUTE' THEN 'X' ELSE '?' END, '') AS letters
    FROM can c GROUP BY 1, 2, 3) l USING (kind, name)
GROUP BY o.kind, o.name ORDER BY o.kind COLLATE "C" DESC, o.name COLLATE "C";

-- readers: masked findings, never the findings
INSERT INTO medsup.finding (finding_id, content_digest, rule_code, entry_code, kind, result_type, rulebook, rulebook_digest,
    scope, measure, vola_amt, vola_amt_max, fund_method, psn_no, mdtrt_id, feedetl_sn, bilg_dr_codg, evidence, first_run, changed_run)
SELECT sha256(v::bytea), sha256('d'), 'r', 'e', 'K1', '可疑', 1, sha256('b'), 'line', 'sex', 1, 1, 'none', psn, 'm' || v, 'f' || v, 'D1', '[]', 1, 1
FROM (VALUES ('1', 'p1'), ('2', 'p1'), ('3', 'p2')) x (v, psn);
SET ROLE regress_medsup_reader;
SELECT count(*), count(DISTINCT psn_ref) AS persons, count(DISTINCT bilg_dr_ref) AS doctors,
    bool_and(psn_ref ~ '^[0-9a-f]{20}$') AS hashed FROM medsup.finding_masked;
SELECT count(*) FROM medsup.finding;
SELECT count(*) FROM medsup.mask_key;
SELECT count(*) FROM medsup.finding_reference;
SELECT medsup.explain(sha256('1'));
RESET ROLE;
-- the mask is HMAC-SHA-256 (RFC 4231, test case 2: key Jefe)
SELECT medsup.masked(
    decode('7c535053' || repeat('36', 60), 'hex'), decode('16393a39' || repeat('5c', 60), 'hex'),
    'what do ya want for nothing?') = left('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 20) AS is_hmac;
-- the key was made once, of 32 secret bytes
SELECT count(*), bool_and(octet_length(inner_key) = 64 AND octet_length(outer_key) = 64
    AND right(encode(inner_key, 'hex'), 64) = repeat('36', 32)) AS padded FROM medsup.mask_key;
-- reviewers: all of it, and who a reader cites
SET ROLE regress_medsup_reviewer;
SELECT count(*) FROM medsup.finding f JOIN medsup.finding_reference r USING (finding_id) WHERE f.psn_no = 'p1';
UPDATE medsup.finding SET status = 'open';
RESET ROLE;
SET ROLE regress_medsup_operator;
SELECT medsup.grant_access('regress_medsup_operator', 'reviewer');
RESET ROLE;

-- accesses overlap: what another one needs stays when one is taken back
SELECT medsup.grant_access('regress_medsup_reviewer', 'reader');
SELECT medsup.revoke_access('regress_medsup_reviewer', 'reviewer');
SELECT pg_catalog.has_table_privilege('regress_medsup_reviewer', 'medsup.finding', 'SELECT') AS findings,
       pg_catalog.has_table_privilege('regress_medsup_reviewer', 'medsup.finding_masked', 'SELECT') AS masked;
SELECT medsup.revoke_access('regress_medsup_reviewer', 'reader');
SELECT count(*) FROM can WHERE access = 'reviewer' AND oid NOT IN (SELECT oid FROM opened);

-- what is wrong is said
SELECT medsup.grant_access('regress_medsup_reader', 'admin');
SELECT medsup.grant_access('regress_medsup_nobody', 'reader');
SELECT medsup.grant_access('regress medsup "x', 'reader');
SELECT medsup.grant_access(NULL, NULL);
SELECT medsup.revoke_access('regress_medsup_reader', '');
SELECT medsup.revoke_access('regress_medsup_reader', 'author');

-- roles that are gone are forgotten
SELECT medsup.refresh_access();
SELECT medsup.revoke_access('regress_medsup_' || a, a) FROM unnest('{reader,author,approver,operator}'::text[]) a;
INSERT INTO medsup.access_grant (role_name, access) VALUES ('regress_medsup_nobody', 'reader');
SELECT medsup.refresh_access();
SELECT * FROM medsup.access_grant;
DELETE FROM medsup.finding;
DELETE FROM medsup.mask_key;
DROP ROLE regress_medsup_outsider, regress_medsup_reader, regress_medsup_author, regress_medsup_approver, regress_medsup_operator, regress_medsup_reviewer;
