-- Conditions: oracle.expression over every living line and every valid visit
-- (docs/expressions.md), and the lines that an exception lets go.

-- Age in whole units: a month is complete on the same day of the month, or on
-- the first of the next where there is none.
CREATE FUNCTION batch.month_done(birth date, n int) RETURNS date LANGUAGE sql IMMUTABLE
RETURN CASE WHEN extract(day FROM birth + n * interval '1 month') = extract(day FROM birth) THEN (birth + n * interval '1 month')::date
            ELSE (birth + n * interval '1 month')::date + 1 END;
CREATE FUNCTION batch.months(birth date, day date) RETURNS int LANGUAGE sql IMMUTABLE
RETURN (SELECT n - CASE WHEN batch.month_done(birth, n) > day THEN 1 ELSE 0 END
        FROM (SELECT 12 * (extract(year FROM day) - extract(year FROM birth))::int + (extract(month FROM day) - extract(month FROM birth))::int AS n) AS m);

CREATE TABLE batch.fact AS
SELECT e.c, l.id, e.mdtrt_id, f.cnt, nullif(f.pric, 'NaN') AS pric, (f.pric = 'NaN') IS TRUE AS pric_unreadable, f.det_item_fee_sumamt AS amt, f.inscp_amt AS inscp,
       l.cnt AS net_cnt, l.amt AS net_amt, f.hosp_appr_flag AS appr, l.dept, f.dscg_tkdrug_flag AS take, l.t, l.day, l.rx,
       coalesce(l.day, e.begntime::date) AS act, e.begntime, e.endtime, e.gend, e.brdy, e.matn_stas, e.dscg_way, e.attributes AS list, e.hosp_lv, e.medins_type,
       e.die_date AS died,
       nullif(p.has_diagnoses, false) AS has_diagnoses, nullif(p.has_operations, false) AS has_operations
FROM batch.encounter e JOIN batch.person p USING (c)
CROSS JOIN LATERAL (SELECT NULL::bigint AS id, NULL::numeric AS cnt, NULL::numeric AS amt, NULL::timestamp AS t, NULL::date AS day, NULL::text AS rx, NULL::text AS dept
                    UNION ALL SELECT a.id, a.cnt, a.amt, a.t, a.day, a.rx, a.dept FROM batch.alive a WHERE a.mdtrt_id = e.mdtrt_id) AS l
LEFT JOIN batch.fate f ON f.id = l.id
WHERE e.vali_flag = '1';

CREATE TABLE batch.holds (n int, c int, mdtrt_id text, id bigint, holds boolean);
DO $$
DECLARE
    x record;
BEGIN
    FOR x IN SELECT * FROM oracle.expression LOOP
        EXECUTE format('INSERT INTO batch.holds SELECT %s, f.c, f.mdtrt_id, f.id, (%s) FROM batch.fact f WHERE f.id IS NOT NULL OR %L = ''visit''', x.n, x.sql, x.per);
    END LOOP;
END
$$;
CREATE INDEX ON batch.holds (id, n);
ANALYZE batch.holds;

CREATE TABLE batch.exempt AS
SELECT r.rule_code, x.exception_code, h.id, h.mdtrt_id
FROM batch.exception x, unnest(x.rule_codes) AS r (rule_code), batch.holds h WHERE h.n = x.n AND h.holds;
