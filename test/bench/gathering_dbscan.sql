-- One lap of gathering_dbscan.sh: :query labels the rows of visit, in their order.
-- A session of its own, so that its memory is its own; the labels are kept as one
-- value, -1 for noise, uncompressed: pglz would be a third of the lap.  Prints wall and CPU seconds, and the megabytes that it took
-- beyond what a session has that read the rows once.
SET max_parallel_workers_per_gather = 0;
SET medsup.gathering_mem = '8GB';
-- code and shared pages are there before memory is counted
SELECT count(medsup_label), count(postgis_label) FROM (
    SELECT medsup.st_dbscan(place, at, 1, NULL, 1) OVER () AS medsup_label, ST_ClusterDBSCAN(place, 1, 1) OVER () AS postgis_label
    FROM (SELECT place, at FROM visit LIMIT 10) v) x \g /dev/null
SELECT sum(ST_X(place)) FROM visit \g /dev/null
DROP TABLE IF EXISTS label;
CREATE TABLE label AS SELECT array_agg(coalesce(l, -1)) AS labels FROM (SELECT :query OVER () FROM visit) x (l) WITH NO DATA;
ALTER TABLE label ALTER labels SET STORAGE EXTERNAL;
SET statement_timeout = :'limit';
SELECT bench_memory('VmRSS') AS had, clock_timestamp() AS wall, bench_cpu() AS cpu \gset
INSERT INTO label SELECT array_agg(coalesce(l, -1)) FROM (SELECT :query OVER () FROM visit) x (l);
SELECT round(extract(epoch FROM clock_timestamp() - :'wall')::numeric, 3), round((bench_cpu() - :cpu)::numeric, 2), round((bench_memory('VmHWM') - :had)::numeric);
