-- One race of a query in SQL, :query, in a session of its own: wall and CPU
-- seconds, the best of three, and what memory the session took beyond what it
-- had, from the system.
SET search_path = public;
SELECT :'name' AS name, :'race' AS race \gset
SET enable_hashagg = off;
CREATE TEMP TABLE sw (wall float8, cpu float8);
CREATE TEMP TABLE out_score (n int, score float8);
-- so that catalogues, code and shared buffers are there before memory is counted
SELECT sum(cardinality(f)) FROM provider \g /dev/null
SELECT sum(cardinality(f)) FROM doctor \g /dev/null
SELECT count(*) FROM (SELECT medsup.provider_anomaly(f) OVER () FROM provider WHERE n <= 100) x \g /dev/null
SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]::float8 / 1024 AS before \gset
SELECT 1 AS ok FROM generate_series(1, 3) i \g /dev/null
SELECT stopwatch('wall') AS w0, stopwatch('cpu') AS c0 \gset
SELECT count(*), sum(score) FROM (:query) x \g /dev/null
INSERT INTO sw VALUES (stopwatch('wall') - :w0, stopwatch('cpu') - :c0);
SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]::float8 / 1024 AS after \gset
SELECT stopwatch('wall') AS w0, stopwatch('cpu') AS c0 \gset
SELECT count(*), sum(score) FROM (:query) x \g /dev/null
INSERT INTO sw VALUES (stopwatch('wall') - :w0, stopwatch('cpu') - :c0);
INSERT INTO lap SELECT :'race', :'name', min(wall), min(cpu), :after - :before FROM sw;
SELECT :'race' LIKE 'providers%' AS is_scored \gset
\if :is_scored
INSERT INTO scored SELECT :'name', n, score FROM (:query) x;
\endif
