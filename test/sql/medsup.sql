-- the extension as installed: version, schema, what it needs
SELECT extname, extrelocatable, extnamespace::regnamespace AS schema
FROM pg_catalog.pg_extension WHERE extname = 'medsup';
-- the installed script and the control file agree
SELECT e.extversion = a.default_version AS version_agrees
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname
WHERE e.extname = 'medsup';
