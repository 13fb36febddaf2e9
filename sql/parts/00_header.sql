-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION medsup CASCADE" to load this file. \quit

-- CREATE EXTENSION takes over an existing schema of this name without looking
-- at it.  Whoever made it could have put traps into it or could still do so as
-- its owner; hence it must be empty and belong to somebody trusted anyway.  A
-- restore first recreates the schema with its old owner, which this allows.
DO $guard$
DECLARE
    owner_name name;
    owner_trusted boolean;
    found_object text;
BEGIN
    -- limits are read from Chinese text by characters, digests are over UTF-8
    IF pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.<>) 'UTF8' THEN
        RAISE EXCEPTION 'medsup needs a database in UTF8, this one is in %', pg_catalog.getdatabaseencoding()
            USING ERRCODE = '0A000',
                  HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0';
    END IF;

    SELECT r.rolname,
           r.rolsuper
           OR r.rolname OPERATOR(pg_catalog.=) CURRENT_USER
           OR r.oid OPERATOR(pg_catalog.=) d.datdba
      INTO owner_name, owner_trusted
      FROM pg_catalog.pg_namespace AS n
      JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
      JOIN pg_catalog.pg_database AS d
        ON d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
     WHERE n.nspname OPERATOR(pg_catalog.=) 'medsup';
    IF NOT owner_trusted THEN
        RAISE EXCEPTION 'schema "medsup" belongs to role "%"', owner_name
            USING ERRCODE = '42501',
                  DETAIL = 'Its owner must be the installing role, the database owner or a superuser.',
                  HINT = 'Drop the schema or change its owner, then create the extension again.';
    END IF;

    SELECT pg_catalog.pg_describe_object(o.classid, o.objid, 0)
      INTO found_object
      FROM (SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::oid, c.oid
              FROM pg_catalog.pg_class AS c
             WHERE c.relnamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
            UNION ALL
            SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::oid, p.oid
              FROM pg_catalog.pg_proc AS p
             WHERE p.pronamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
            UNION ALL
            SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::oid, t.oid
              FROM pg_catalog.pg_type AS t
             WHERE t.typnamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
            UNION ALL
            SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass::oid, op.oid
              FROM pg_catalog.pg_operator AS op
             WHERE op.oprnamespace OPERATOR(pg_catalog.=) 'medsup'::pg_catalog.regnamespace
           ) AS o(classid, objid)
     LIMIT 1;
    IF found_object IS NOT NULL THEN
        RAISE EXCEPTION 'schema "medsup" is not empty'
            USING ERRCODE = '55006',
                  DETAIL = pg_catalog.format('It contains %s.', found_object),
                  HINT = 'Move or drop what is in the schema, then create the extension again.';
    END IF;
END
$guard$;
