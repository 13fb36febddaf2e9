-- Operations (docs/rulebook.md, "Windows and counters").

-- Records of a visit whose times meet.  A record without times
-- stands for its day, unless one with times touches that day.
CREATE TABLE batch.operated AS
WITH record AS (
    SELECT o.c, coalesce(o.mdtrt_id, s.mdtrt_id) AS mdtrt_id, t.*, (t.start < t.finish) IS TRUE AS timed
    FROM batch.operation o LEFT JOIN batch.settlement s ON s.setl_id = o.setl_id,
    LATERAL (SELECT least(o.oprn_oprt_begntime, o.anst_begntime) AS start, greatest(o.oprn_oprt_endtime, o.anst_endtime) AS finish,
                    o.oprn_oprt_date::date AS day) AS t
    WHERE o.vali_flag <> '0' AND (s.vali_flag = '0') IS NOT TRUE
      AND NOT EXISTS (SELECT FROM batch.settlement b WHERE b.vali_flag = '1' AND b.refd_setl_flag = '1'
                      AND b.init_setl_id IS NOT NULL AND (b.init_setl_id = o.setl_id OR b.setl_id = o.setl_id))
), timed AS (
    SELECT c, mdtrt_id, min(start) AS start, max(finish) AS finish
    FROM (SELECT *, count(*) FILTER (WHERE apart) OVER (PARTITION BY mdtrt_id ORDER BY start, finish) AS island
          FROM (SELECT *, (start <= max(finish) OVER (PARTITION BY mdtrt_id ORDER BY start, finish ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) IS NOT TRUE AS apart
                FROM record WHERE timed) AS x) AS y
    GROUP BY c, mdtrt_id, island
), dated AS (
    SELECT DISTINCT c, mdtrt_id, coalesce(start::date, day) AS day FROM record WHERE NOT timed
)
SELECT row_number() OVER () AS operation, *
FROM (SELECT *, true AS timed FROM timed
      UNION ALL
      SELECT c, mdtrt_id, day, day + interval '1 day' - interval '1 microsecond', false FROM dated d
      WHERE day IS NOT NULL
        AND NOT EXISTS (SELECT FROM timed t WHERE t.mdtrt_id = d.mdtrt_id AND t.start::date <= d.day AND t.finish::date >= d.day)) AS x;

-- The operation of a line: the one that holds its time, else the only one of
-- its day, else the day of the visit.
CREATE TABLE batch.operation_of AS
SELECT a.id, h.operation IS NOT NULL AS certain, coalesce(h.operation, d.operation)::text AS operation,
       coalesce(h.start, d.start, a.day) AS start
FROM batch.alive a
LEFT JOIN batch.operated h ON h.mdtrt_id = a.mdtrt_id AND h.timed AND a.t <> a.day AND a.t BETWEEN h.start AND h.finish
LEFT JOIN LATERAL (SELECT min(o.operation) AS operation, min(o.start) AS start FROM batch.operated o
                   WHERE o.mdtrt_id = a.mdtrt_id AND a.day BETWEEN o.start::date AND o.finish::date HAVING count(*) = 1) AS d ON true;

UPDATE batch.alive a SET operation = coalesce(o.operation, a.mdtrt_id || '/' || a.day) FROM batch.operation_of o WHERE o.id = a.id;
