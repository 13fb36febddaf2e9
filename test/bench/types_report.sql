-- The report: settings, one Markdown table a family, the ratios and their aims.

SELECT format('%s; shared_buffers %s, work_mem %s, maintenance_work_mem %s, jit %s, parallel workers %s; scale %s, best of %s runs, %s time',
              version(), current_setting('shared_buffers'), current_setting('work_mem'), current_setting('maintenance_work_mem'),
              current_setting('jit'), current_setting('max_parallel_workers_per_gather'), sf, runs, clock)
FROM setting;

-- The best run of the best form of each contender.
CREATE VIEW best AS
SELECT DISTINCT ON (family, op, contender)
       family, op, contender, form, value, unit,
       min(nr) OVER (PARTITION BY family, op) AS nr,
       min(value) OVER (PARTITION BY family, op) AS least
FROM result
ORDER BY family, op, contender, value, nr;

CREATE FUNCTION shown(value float8) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(value, CASE WHEN value < 10 THEN 'FM0.00' WHEN value < 100 THEN 'FM90.0' ELSE 'FM999,999,990' END)
$$;

CREATE FUNCTION markdown(family text) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    SELECT '| | ' || string_agg(title, ' | ' ORDER BY nr) || E' |\n|---|' || repeat('---|', count(*)::int)
    FROM (SELECT c.nr, CASE name WHEN 'code' THEN (SELECT type FROM typed AS t WHERE t.family = markdown.family) ELSE title END AS title
          FROM contender AS c) AS head
    UNION ALL
    SELECT line FROM (
        SELECT format('| %s, %s | ', ops.op, min(unit)) || string_agg(coalesce(
                   CASE WHEN b.value = b.least THEN '**' || shown(b.value) || '**' ELSE shown(b.value) END ||
                   CASE WHEN b.form <> '' THEN ' ' || b.form ELSE '' END, ''), ' | ' ORDER BY c.nr) || ' |' AS line
        FROM (SELECT DISTINCT r.op FROM result AS r WHERE r.family = markdown.family) AS ops
        CROSS JOIN contender AS c
        LEFT JOIN best AS b ON b.family = markdown.family AND b.op = ops.op AND b.contender = c.name
        GROUP BY ops.op ORDER BY min(b.nr)) AS body
$$;
\echo
SELECT markdown('diag');
\echo
SELECT markdown('fee');
\echo

-- Ratios: for sizes and COPY ours to theirs, otherwise theirs to ours.
CREATE TABLE aim (op text, against text, relation text, aim float8);
INSERT INTO aim VALUES
    ('heap', 'best', '<=', 1),
    ('index', 'best', '<=', 1),
    ('unique index', 'best', '<=', 0.75),
    ('COPY in', 'text', '<=', 1.25),
    ('node filter', 'text', '>=', 1.25),
    ('set filter, 10 ranges', 'text', '>=', 3),
    ('sort', 'text_c', '>=', 4),
    ('sort', 'text_icu', '>=', 5),
    ('count(DISTINCT)', 'text_c', '>=', 4),
    ('count(DISTINCT)', 'text_icu', '>=', 5);
INSERT INTO aim
SELECT DISTINCT op, 'best', '>=', 1 FROM result AS r
WHERE unit = 'ms' AND NOT EXISTS (SELECT FROM aim AS a WHERE a.op = r.op);

SELECT format('ratio %s/%s/%s %s aim %s %s%s', family, trim('_' FROM regexp_replace(op, '[^A-Za-z0-9]+', '_', 'g')), against, to_char(ratio, 'FM990.00'), relation, aim,
              CASE WHEN CASE relation WHEN '<=' THEN ratio <= aim ELSE ratio >= aim END THEN '' ELSE ' missed' END)
FROM (SELECT own.family, own.op, own.nr, a.against, a.relation, a.aim,
             CASE a.relation WHEN '<=' THEN own.value / nullif(other.value, 0) ELSE other.value / nullif(own.value, 0) END AS ratio
      FROM aim AS a
      JOIN best AS own ON own.op = a.op AND own.contender = 'code'
      JOIN LATERAL (SELECT min(b.value) AS value FROM best AS b JOIN contender AS c ON c.name = b.contender
                    WHERE b.family = own.family AND b.op = own.op AND b.contender <> 'code' AND
                          (a.against = 'best' OR a.against = 'text' AND c.is_text OR a.against = b.contender)) AS other ON true) AS r
ORDER BY family, nr, against;
