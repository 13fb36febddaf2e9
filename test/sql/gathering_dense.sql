-- Dense blocks: a planted ring, order of rows, errors.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS medsup CASCADE;
RESET client_min_messages;
CREATE SCHEMA dense;
-- 600 people, each at one of ten large and at one of 60 providers; and twelve
-- who all went to the same five small ones, and to the large ones like everybody
CREATE FUNCTION dense.any_of(n int, what text) RETURNS int LANGUAGE sql AS $$ SELECT ('x' || substr(md5(what), 1, 6))::bit(24)::int % n $$;
CREATE TABLE dense.visit AS
SELECT 'H' || lpad(dense.any_of(CASE k WHEN 0 THEN 10 ELSE 60 END, n || '-' || k)::text, 2, '0') AS provider, 'P' || lpad(n::text, 3, '0') AS patient
FROM generate_series(0, 599) n, generate_series(0, 1) k
UNION ALL SELECT 'H' || 40 + h, 'P' || 100 + 7 * n FROM generate_series(1, 12) n, generate_series(1, 5) h;
CREATE TABLE dense.found AS
SELECT b.* FROM (SELECT medsup.dense_block(provider, patient, 3) AS blocks FROM dense.visit) v CROSS JOIN LATERAL unnest(v.blocks) WITH ORDINALITY b;
SELECT ordinality, cardinality(providers) AS providers, cardinality(patients) AS patients, edges, round(density::numeric, 3) AS density,
       round(expected::numeric, 1) AS expected, round(score::numeric, 3) AS score FROM dense.found ORDER BY ordinality;
SELECT providers, patients FROM dense.found WHERE ordinality = 1;
-- the score by its definition, once more
WITH edge AS (SELECT DISTINCT provider, patient FROM dense.visit),
     weight AS (SELECT provider, 1 / ln(count(*) + 5) AS w FROM edge GROUP BY provider)
SELECT bool_and(abs(f.score - s.score) < 1e-6) AS score, bool_and(f.edges = s.edges) AS edges
FROM dense.found f CROSS JOIN LATERAL (
    SELECT sum(w.w) / (cardinality(f.providers) + cardinality(f.patients)) AS score, count(*) AS edges
    FROM edge e JOIN weight w USING (provider) WHERE e.provider = ANY (f.providers) AND e.patient = ANY (f.patients)) s
WHERE f.ordinality = 1;
-- neither the order of rows nor repetition matters
SELECT (SELECT medsup.dense_block(provider, patient, 3 ORDER BY md5(patient || provider)) FROM (TABLE dense.visit UNION ALL TABLE dense.visit) v)
     = (SELECT medsup.dense_block(provider, patient, 3) FROM dense.visit) AS same;
-- nothing there
SELECT medsup.dense_block(provider, patient, 3) FROM dense.visit WHERE false;
SELECT medsup.dense_block(provider, NULL, 3) FROM dense.visit;
SELECT medsup.dense_block(provider, patient, 1000) FROM (VALUES ('H', 'P'), (NULL, 'P'), ('', '')) v (provider, patient);
-- what is refused: SQLSTATE, message, hint
\getenv srcdir PG_ABS_SRCDIR
\set refusals :srcdir '/data/refusals.sql'
\i :refusals
SELECT pg_temp.why(q) FROM (VALUES
    (1, $$SELECT medsup.dense_block(provider, patient, 0) FROM dense.visit$$),
    (2, $$SELECT medsup.dense_block(provider, patient, NULL) FROM dense.visit$$),
    (3, $$SELECT medsup.dense_block(provider, patient, 1001) FROM dense.visit$$),
    (4, $$SELECT medsup.dense_block(provider, patient, 1 + (provider < 'H10')::int) FROM dense.visit$$)) v (n, q) ORDER BY n;
SET medsup.gathering_mem = '64kB';
SELECT pg_temp.why($$SELECT medsup.dense_block(provider, patient, 1) FROM dense.visit$$);
RESET medsup.gathering_mem;
SET client_min_messages = warning;
DROP SCHEMA dense CASCADE;
