-- the extension as installed: schema, what it needs, where it may be moved
SELECT e.extname, e.extrelocatable, n.nspname AS schema
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'medsup';
SELECT r.extname AS requires
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_extension'::pg_catalog.regclass
 AND d.objid = e.oid
JOIN pg_catalog.pg_extension r
  ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
 AND d.refobjid = r.oid
WHERE e.extname = 'medsup';
-- the module loads, and its prefix of settings is reserved
LOAD 'medsup';
SET medsup.no_such_setting = 1;
-- dropping it leaves nothing behind but the schema; then it can come again
CREATE DATABASE regress_medsup_drop;
\c regress_medsup_drop
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
DROP EXTENSION medsup;
SELECT count(*) FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'medsup'::pg_catalog.regnamespace;
SELECT count(*) FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'medsup'::pg_catalog.regnamespace;
SELECT count(*) FROM pg_catalog.pg_type t
WHERE t.typnamespace = 'medsup'::pg_catalog.regnamespace;
CREATE EXTENSION medsup;
\c contrib_regression
DROP DATABASE regress_medsup_drop;
