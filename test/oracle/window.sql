-- The counter and the window of every line (docs/rulebook.md, "Windows and counters").

CREATE FUNCTION batch.calendar(scope text, day timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE
RETURN CASE scope WHEN 'hour' THEN date_trunc('hour', day) WHEN 'day' THEN date_trunc('day', day) WHEN 'week' THEN date_trunc('week', day)
    WHEN 'month' THEN date_trunc('month', day) WHEN 'quarter' THEN date_trunc('quarter', day) WHEN 'year' THEN date_trunc('year', day)
    -- parameter insurance_year_start is 07-01 here
    WHEN 'insurance_year' THEN date_trunc('year', day - interval '6 months') + interval '6 months' END;

-- the codes that an entry names, in each role
CREATE TABLE batch.named AS
SELECT DISTINCT k.entry_code, k.role, c.code FROM batch.entry_code k JOIN oracle.code c ON starts_with(c.code, k.code);
CREATE INDEX ON batch.named (entry_code, code);
ANALYZE batch.named;

-- Where each line is for each entry; "out" says why it is in no bucket.
CREATE TABLE batch.counted AS
WITH line AS (
    SELECT s.entry_code, s.role, s.c, s.id, s.barred FROM batch.spoken s WHERE s.role IN ('main', 'sub')
    UNION ALL
    -- what a limit is measured by counts whoever paid for it, and at any time
    SELECT k.entry_code, 'per', a.c, a.id, NULL
    FROM batch.named k JOIN batch.alive a USING (code) WHERE k.role = 'per'
)
SELECT s.entry_code, s.role, s.c, s.id, a.mdtrt_id, a.at, a.t, a.day, a.t <> a.day AS clock, a.code, a.cnt, a.amt,
       e.kind, e.measure, e.limit_basis, e.limit_value AS lim, e.limit_case, e.window_days, e.at_least, e.scope, counter.key, win.win,
       -- where a window begins that has a begin of its own
       coalesce(batch.calendar(e.scope, a.t), CASE e.scope WHEN 'visit' THEN a.begntime WHEN 'stay' THEN st.admission WHEN 'operation' THEN o.start END) AS start,
       e.scope = 'operation' AND NOT o.certain AS doubtful,
       coalesce(s.barred,
                -- the counter is asked for first
                CASE WHEN counter.key IS NULL THEN 'undecided:' ||
                          CASE e.count_key WHEN 'person_institution' THEN 'institution' ELSE e.count_key END || '_unknown'
                     WHEN win.win IS NOT NULL THEN NULL
                     WHEN e.scope = 'prescription' THEN 'undecided:prescription_unknown'
                     WHEN e.scope IN ('hour', '6h') THEN 'undecided:no_clock'
                     WHEN a.visit_setting IS NULL THEN 'undecided:setting_unknown'
                     ELSE 'passed:' END) AS out
FROM line s JOIN batch.entry e USING (entry_code) JOIN batch.alive a USING (id)
LEFT JOIN batch.inpatient i ON i.mdtrt_id = a.mdtrt_id
LEFT JOIN batch.stay st ON st.stay = i.stay
LEFT JOIN batch.operation_of o ON o.id = a.id
CROSS JOIN LATERAL (SELECT CASE e.count_key
    WHEN 'person_institution' THEN CASE WHEN e.scope IN ('line', 'prescription', 'visit', 'operation', 'stay') THEN '' ELSE a.place END
    WHEN 'person' THEN ''
    WHEN 'encounter' THEN a.mdtrt_id
    WHEN 'prescription' THEN a.mdtrt_id || '/' || a.rx
    WHEN 'doctor' THEN a.doctor
    WHEN 'department' THEN a.dept END AS key) AS counter
CROSS JOIN LATERAL (SELECT CASE e.scope
    WHEN 'line' THEN a.id::text
    WHEN 'prescription' THEN a.mdtrt_id || '/' || a.rx
    WHEN 'hour' THEN CASE WHEN a.t <> a.day THEN date_trunc('hour', a.t)::text WHEN e.measure = 'pair' THEN '' END
    WHEN '6h' THEN CASE WHEN a.t <> a.day OR e.measure = 'pair' THEN '' END
    WHEN 'visit' THEN a.mdtrt_id
    WHEN 'operation' THEN a.operation
    WHEN 'stay' THEN i.stay
    WHEN 'rolling' THEN '' WHEN 'course' THEN '' WHEN 'lifetime' THEN ''
    ELSE batch.calendar(e.scope, a.t)::text END AS win) AS win
WHERE (e.kind IN ('K5', 'K6', 'K7', 'K10') OR e.kind = 'K9' AND e.measure IN ('quantity', 'dose', 'kinds'))
  -- a line on both sides is taken as sub item
  AND NOT (s.role = 'main' AND EXISTS (SELECT FROM batch.named k WHERE k.entry_code = s.entry_code AND k.role = 'sub' AND k.code = a.code));

-- what is in some bucket, and what is said of the others
CREATE TABLE batch.placed AS SELECT * FROM batch.counted WHERE out IS NULL;
ANALYZE batch.placed;
INSERT INTO batch.outcome (entry_code, c, id, outcome)
SELECT entry_code, c, id, coalesce(out, 'passed:') FROM batch.counted WHERE role <> 'per';
