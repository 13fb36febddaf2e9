-- Passes of indicators: each is a query over sources and over the queries before it,
-- which it knows by bare names, and gives the rows that measures add up.  One reads
-- the lines for all sums; one reads them by visit, for what hangs on a patient's
-- visits, their sets of codes and their neighbours; the others read what is smaller.
-- All say who the provider is by fixmedins_code and unit: the department, the doctor,
-- or an empty text.
--
-- Two passes over the lines are all that grows with them, so these are written for
-- parallel workers: settlements are joined where they stand, each column is read once,
-- lines are grouped by one key and added up by the aggregates of 74_indicator_sum.sql.

CREATE FUNCTION medsup.grain_column(grain text, department text, doctor text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT CASE grain WHEN 'department' THEN department WHEN 'doctor' THEN doctor ELSE '''''::text' END;
END;
COMMENT ON FUNCTION medsup.grain_column(text, text, text) IS 'what tells the providers of an institution apart';

-- Weekends and holidays are looked up in lists: a join would cost a probe a line.
CREATE FUNCTION medsup.day_condition(what text, expr text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    days date[] := (SELECT coalesce(array_agg(h.day ORDER BY h.day), '{}') FROM medsup.holiday h WHERE h.working = (what = 'weekend'));
BEGIN
    IF what = 'weekend' THEN
        -- 3 January 2000 was a Monday
        RETURN format('((%1$s)::date - date ''2000-01-03'' + 700000) %% 7 >= 5 AND (%1$s)::date <> ALL (%2$L::date[])', expr, days);
    END IF;
    RETURN format('(%s)::date = ANY (%L::date[])', expr, days);
END
$$;
COMMENT ON FUNCTION medsup.day_condition(text, text) IS 'whether a time lies on a weekend day that is not worked, or on a public holiday, by medsup.holiday, as an SQL expression';

-- Caps on the quantity of a line or a day, above one: those that a line can reach.
CREATE FUNCTION medsup.line_caps(OUT code text, OUT cap numeric) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE STRICT COST 1000 ROWS 100
BEGIN ATOMIC
    SELECT c.code::text, pg_catalog.min(k.limit_value)
    FROM medsup.knowledge k
    JOIN medsup.knowledge_code c ON c.entry_code OPERATOR(pg_catalog.=) k.entry_code
    WHERE k.enabled AND k.measure OPERATOR(pg_catalog.=) ANY ('{quantity,hours}') AND k.scope OPERATOR(pg_catalog.=) ANY ('{line,day}')
      AND COALESCE(k.limit_basis, 'constant') OPERATOR(pg_catalog.=) 'constant' AND k.limit_value OPERATOR(pg_catalog.>) 1
      AND NOT EXISTS (SELECT FROM medsup.knowledge_supersedes s WHERE s.supersedes OPERATOR(pg_catalog.=) k.entry_code)
    GROUP BY c.code;
END;
COMMENT ON FUNCTION medsup.line_caps() IS 'codes whose quantity in a line or a day is limited to more than one, by the points in force';

-- Settlements and visits as bill_query and stays take them, without a sort of all: odd
-- rows are few, and are looked at before the statement is written.  In it the others
-- are read as they stand, and the odd ones are given.  Where odd rows are not few, all
-- are sorted after all, in one process.
CREATE FUNCTION medsup.most_odd_rows() RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN 100000;
COMMENT ON FUNCTION medsup.most_odd_rows() IS 'how many odd rows a statement of indicators gives by value';

CREATE FUNCTION medsup.encounter_pick(source text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.format($q$
        SELECT DISTINCT ON (t.mdtrt_id) t.mdtrt_id, t.fixmedins_code, t.dscg_dept_codg, t.atddr_codg, t.med_type,
            nullif(t.begntime, '-infinity') AS begntime, nullif(t.endtime, '-infinity') AS endtime, t.insu_admdvs, t.fix_blng_admdvs
        FROM %s t
        WHERE t.mdtrt_id IS NOT NULL
        ORDER BY t.mdtrt_id, t.vali_flag IS NOT DISTINCT FROM '0', t.psn_no, t.fixmedins_code, t.begntime, t.endtime$q$, source);
END;
COMMENT ON FUNCTION medsup.encounter_pick(text) IS 'what several rows say of one visit: the row that the stays of fences take';

CREATE FUNCTION medsup.odd_rows(kind text, OUT many boolean, OUT keys text[], OUT rows jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET enable_sort = off
AS $$
BEGIN
    EXECUTE format($q$
        WITH odd AS MATERIALIZED (%1$s),
        few AS MATERIALIZED (SELECT o.key FROM odd o WHERE (SELECT count(*) FROM odd) <= %2$s),
        picked AS (SELECT t.* FROM medsup.src_%3$s t WHERE t.%4$s IN (SELECT f.key FROM few f)),
        src_settlement AS (SELECT * FROM picked)
        SELECT (SELECT count(*) > %2$s FROM odd), (SELECT array_agg(f.key ORDER BY f.key) FROM few f), jsonb_agg(p ORDER BY p.%4$s)
        FROM (%5$s) p$q$,
        CASE kind WHEN 'settlement' THEN $q$
            SELECT t.setl_id AS key FROM medsup.src_settlement t WHERE t.setl_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1
            UNION
            SELECT x.key FROM medsup.src_settlement t CROSS JOIN LATERAL (VALUES (t.setl_id), (t.init_setl_id)) x (key)
            WHERE (t.vali_flag = '0' OR t.refd_setl_flag = '1') AND t.setl_id IS NOT NULL AND x.key IS NOT NULL$q$
        ELSE $q$
            SELECT t.mdtrt_id AS key FROM medsup.src_encounter t WHERE t.mdtrt_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1$q$ END,
        medsup.most_odd_rows(), kind, CASE kind WHEN 'settlement' THEN 'setl_id' ELSE 'mdtrt_id' END,
        CASE kind WHEN 'settlement' THEN (medsup.bill_query('{medfee_sumamt,fund_pay_sumamt,acct_pay}')).query ELSE medsup.encounter_pick('picked') END)
    INTO many, keys, rows;
END
$$;
COMMENT ON FUNCTION medsup.odd_rows(text) IS
    'numbers of settlements that are void, reversed or there twice, and what stands for each; or of visits that are there twice, and the row that counts; none where they are many';

CREATE FUNCTION medsup.plain_bill_query() RETURNS medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    odd record;
BEGIN
    SELECT o.* INTO odd FROM medsup.odd_rows('settlement') o;
    IF odd.many THEN
        RETURN medsup.bill_query('{medfee_sumamt,fund_pay_sumamt,acct_pay}');
    END IF;
    RETURN ('medsup_bill', format($q$
        SELECT t.setl_id, t.mdtrt_id, t.psn_no, t.mid_setl_flag, nullif(t.setl_time, '-infinity') AS setl_time, t.med_type, false AS gone,
            t.medfee_sumamt, t.fund_pay_sumamt, t.acct_pay
        FROM src_settlement t
        WHERE t.setl_id IS NOT NULL%s$q$,
        CASE WHEN odd.keys IS NOT NULL THEN format($q$ AND t.setl_id <> ALL (%L::text[])
        UNION ALL
        SELECT o.setl_id COLLATE "C", o.mdtrt_id COLLATE "C", o.psn_no COLLATE "C", o.mid_setl_flag COLLATE "C", o.setl_time, o.med_type COLLATE "C", o.gone,
            o.medfee_sumamt, o.fund_pay_sumamt, o.acct_pay
        FROM jsonb_to_recordset(%L) o (setl_id text, mdtrt_id text, psn_no text, mid_setl_flag text, setl_time timestamp, med_type text, gone boolean,
            medfee_sumamt numeric, fund_pay_sumamt numeric, acct_pay numeric)$q$, odd.keys, coalesce(odd.rows, '[]')) ELSE '' END), NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.plain_bill_query() IS 'what medsup.bill_query gives, for statements that read it in parallel';

-- Lines that count for providers, as settled_line_query has them; each column is read once.
CREATE FUNCTION medsup.counted_line_query(listed text, read_from timestamp, read_to timestamp, joined text DEFAULT '') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.format($q$
            SELECT %s,
                medsup.read_once()
            FROM src_fee_line t
            JOIN (SELECT b.setl_id, b.med_type, medsup.read_once() FROM medsup_bill b
                  WHERE NOT b.gone AND b.setl_time >= %L AND b.setl_time < %L) b ON b.setl_id = t.setl_id%s
            WHERE t.vali_flag IS DISTINCT FROM '0' AND t.psn_no IS NOT NULL$q$, listed, read_from, read_to, joined);
END;
COMMENT ON FUNCTION medsup.counted_line_query(text, timestamp, timestamp, text) IS
    'settled lines, called t, with their settlement, called b, for statements that read them in parallel; those without an institution leave once they are grouped';

-- Sums of lines.  They are added up by what they say; what that stands for is looked
-- up in the sums.
CREATE FUNCTION medsup.fee_pass(setting jsonb, grain text, read_from timestamp, read_to timestamp, sets text[], caps boolean) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    holidays date[] := (SELECT coalesce(array_agg(h.day ORDER BY h.day), '{}') FROM medsup.holiday h WHERE NOT h.working);
    worked date[] := (SELECT coalesce(array_agg(h.day ORDER BY h.day), '{}') FROM medsup.holiday h WHERE h.working);
BEGIN
    RETURN format($q$
        SELECT p.fixmedins_code, p.unit, p.chrgitm_lv, p.setting, p.fee_class, p.lines, p.amount, p.own, p.scope, p.parts,
            p.counts[1] AS positive, p.counts[2] AS round_amounts, p.counts[3] AS refunds, p.counts[4] AS weekend, p.counts[5] AS holiday,
            p.counts[6] AS clocked, p.counts[7] AS night, p.counts[8] AS capped, p.counts[9] AS at_cap, p.counts[10:18] AS digits
        FROM (
            SELECT k.*, %1$s AS setting, %2$s AS fee_class
            FROM (
                SELECT medsup.group_key_part(g.key, 1) AS fixmedins_code, medsup.group_key_part(g.key, 2) AS unit, medsup.group_key_part(g.key, 3) AS med_type,
                    medsup.group_key_part(g.key, 4) AS med_chrgitm_type, medsup.group_key_part(g.key, 5) AS chrgitm_lv, g.*
                FROM (
                    SELECT l.key, count(*) AS lines, coalesce(medsup.exact_sum(l.amount), 0) AS amount, coalesce(medsup.exact_sum(l.own), 0) AS own,
                        coalesce(medsup.exact_sum(l.scope), 0) AS scope, ARRAY[%3$s]::numeric[] AS parts,
                        medsup.line_counts(l.amount, l.cnt, l.at, l.cap, %4$L, %5$L) AS counts
                    FROM (%6$s
                    ) l
                    GROUP BY 1
                ) g
                OFFSET 0
            ) k
            OFFSET 0
        ) p
        WHERE p.fixmedins_code IS NOT NULL AND p.unit IS NOT NULL%7$s$q$,
        medsup.map_expression(setting, 'setting', 'k.med_type'), medsup.map_expression(setting, 'fee_class', 'k.med_chrgitm_type'),
        (SELECT string_agg(format('coalesce(medsup.exact_sum(l.amount) FILTER (WHERE l.item OPERATOR(medsup.<@) %L::medsup.fee_itemmultirange), 0)',
                                  medsup.fee_item_set(s.codes)), ', ' ORDER BY s.n)
         FROM unnest(sets) WITH ORDINALITY s (codes, n)),
        holidays, worked,
        medsup.counted_line_query(format('medsup.group_key(t.fixmedins_code, %s, coalesce(t.med_type, b.med_type), t.med_chrgitm_type, t.chrgitm_lv) AS key,
                t.det_item_fee_sumamt AS amount, t.fulamt_ownpay_amt AS own, t.inscp_amt AS scope, t.cnt, t.fee_ocur_time AS at, %s AS item, %s AS cap',
                medsup.grain_column(grain, 't.bilg_dept_codg', 't.bilg_dr_codg'),
                CASE WHEN cardinality(sets) > 0 THEN 'medsup.try_fee_item(t.med_list_codg)' ELSE 'NULL::medsup.fee_item' END,
                CASE WHEN caps THEN 'c.cap' ELSE 'NULL::numeric' END), read_from, read_to,
            CASE WHEN caps THEN (SELECT format('
            LEFT JOIN unnest(%L::text[], %L::numeric[]) c (code, cap) ON c.code = t.med_list_codg', array_agg(c.code), array_agg(c.cap)) FROM medsup.line_caps() c) ELSE '' END),
        CASE grain WHEN 'pharmacy' THEN ' AND p.setting = ''pharmacy''' ELSE '' END);
END
$$;
COMMENT ON FUNCTION medsup.fee_pass(jsonb, text, timestamp, timestamp, text[], boolean) IS
    'pass fee: settled lines by provider, kind of care, class of fee and class of payment';

-- Visits with settled lines, each with its place in the patient's visits.  One whose
-- kind of care nobody knows is neither a stay nor another visit.  A code
-- that the visit has twice is there once in its set; refunds are no use of a code.
CREATE FUNCTION medsup.visit_queries(setting jsonb, grain text, read_from timestamp, read_to timestamp) RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 2
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    drug_classes CONSTANT text[] := '{western_drug,herb,patent_drug}';
    test_classes CONSTANT text[] := '{examination,laboratory}';
    class text := 't.med_chrgitm_type';
    drugs text[] := medsup.map_keys(setting, 'fee_class', drug_classes);
    tests text[] := medsup.map_keys(setting, 'fee_class', test_classes);
BEGIN
    IF drugs IS NULL THEN
        class := format('CASE WHEN (%1$s) = ANY (%2$L) THEN ''drug'' WHEN (%1$s) = ANY (%3$L) THEN ''test'' END',
                        medsup.map_expression(setting, 'fee_class', class), drug_classes, test_classes);
        drugs := '{drug}';
        tests := '{test}';
    END IF;
    RETURN NEXT ('medsup_visit_sum', format($q$
        SELECT x.fixmedins_code, x.unit, x.mdtrt_id, x.psn_no COLLATE "C" AS psn_no, x.begntime, x.days, x.far, x.lines, x.amount, x.drug_amount, x.test_amount,
            x.items, x.drug_lines, x.drug_repeats, x.package, %1$s AS setting,
            CASE WHEN %7$s THEN %2$s END AS stay
        FROM (
            SELECT v.*, coalesce(v.med_type, e.med_type) AS care, e.begntime,
                CASE WHEN e.endtime >= e.begntime THEN greatest(e.endtime::date - e.begntime::date, 1) END AS days,
                left(e.insu_admdvs, 4) <> left(e.fix_blng_admdvs, 4) AS far
            FROM (
                SELECT medsup.group_key_part(g.key, 1) COLLATE "C" AS fixmedins_code, medsup.group_key_part(g.key, 2) COLLATE "C" AS unit,
                    medsup.group_key_part(g.key, 3) COLLATE "C" AS mdtrt_id, (g.sums).*
                FROM (
                    SELECT l.key, medsup.visit_lines(l.psn_no, l.med_type, l.amount, l.cnt, l.code, l.class, %3$L, %4$L) AS sums
                    FROM (%5$s
                    ) l
                    GROUP BY 1
                ) g
                OFFSET 0
            ) v
            LEFT JOIN medsup_encounter e ON e.mdtrt_id = v.mdtrt_id
            WHERE v.fixmedins_code IS NOT NULL AND v.unit IS NOT NULL AND v.mdtrt_id IS NOT NULL
            OFFSET 0
        ) x
        WHERE %6$s$q$,
        medsup.map_expression(setting, 'setting', 'x.care'), medsup.map_condition(setting, 'setting', 'x.care', '{inpatient}'), drugs, tests,
        medsup.counted_line_query(format('medsup.group_key(t.fixmedins_code, %s, t.mdtrt_id) AS key, t.psn_no, coalesce(t.med_type, b.med_type) AS med_type,
                t.det_item_fee_sumamt AS amount, t.cnt, t.med_list_codg AS code, %s AS class',
                medsup.grain_column(grain, 't.bilg_dept_codg', 't.bilg_dr_codg'), class), read_from, read_to),
        CASE grain WHEN 'pharmacy' THEN medsup.map_condition(setting, 'setting', 'x.care', '{pharmacy}') ELSE 'true' END,
        medsup.map_condition(setting, 'setting', 'x.care', '{inpatient,emergency,outpatient,chronic,pharmacy,internet}')), NULL)::medsup.provider_query;
    -- sorted by a hash of the person first: numbers of persons are long and begin alike
    RETURN NEXT ('visit', $q$
        SELECT v.*, CASE WHEN v.begntime IS NOT NULL THEN row_number() OVER w END AS nth, v.begntime::date - lag(v.begntime) OVER w::date AS gap,
            min(v.fixmedins_code) OVER p <> max(v.fixmedins_code) OVER p OR min(v.unit) OVER p <> max(v.unit) OVER p AS shared
        FROM (SELECT v.*, hashtextextended(v.psn_no, 0) AS person FROM medsup_visit_sum v) v
        WINDOW p AS (PARTITION BY v.person, v.psn_no),
            w AS (PARTITION BY v.person, v.psn_no, v.fixmedins_code, v.unit, v.stay ORDER BY v.begntime, v.mdtrt_id)$q$, NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.visit_queries(jsonb, text, timestamp, timestamp) IS 'pass visit: sums of the lines of each visit, and its place among the patient''s visits to the provider';

CREATE FUNCTION medsup.encounter_query() RETURNS medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    odd record;
BEGIN
    SELECT o.* INTO odd FROM medsup.odd_rows('encounter') o;
    IF odd.many THEN
        RETURN ('medsup_encounter', medsup.encounter_pick('src_encounter'), NULL)::medsup.provider_query;
    END IF;
    RETURN ('medsup_encounter', format($q$
        SELECT t.mdtrt_id, t.fixmedins_code, t.dscg_dept_codg, t.atddr_codg, t.med_type,
            nullif(t.begntime, '-infinity') AS begntime, nullif(t.endtime, '-infinity') AS endtime, t.insu_admdvs, t.fix_blng_admdvs
        FROM src_encounter t
        WHERE t.mdtrt_id IS NOT NULL%s$q$,
        CASE WHEN odd.keys IS NOT NULL THEN format($q$ AND t.mdtrt_id <> ALL (%L::text[])
        UNION ALL
        SELECT o.mdtrt_id COLLATE "C", o.fixmedins_code COLLATE "C", o.dscg_dept_codg COLLATE "C", o.atddr_codg COLLATE "C", o.med_type COLLATE "C",
            o.begntime, o.endtime, o.insu_admdvs COLLATE "C", o.fix_blng_admdvs COLLATE "C"
        FROM jsonb_to_recordset(%L) o (mdtrt_id text, fixmedins_code text, dscg_dept_codg text, atddr_codg text, med_type text,
            begntime timestamp, endtime timestamp, insu_admdvs text, fix_blng_admdvs text)$q$, odd.keys, odd.rows) ELSE '' END), NULL)::medsup.provider_query;
END
$$;
COMMENT ON FUNCTION medsup.encounter_query() IS 'one row a visit';

CREATE FUNCTION medsup.main_diagnosis_query() RETURNS medsup.provider_query
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT ROW('medsup_main_diagnosis', $q$
        SELECT d.mdtrt_id, left(medsup.min(d.code)::text, 3) COLLATE "C" AS category
        FROM (SELECT t.mdtrt_id, medsup.try_icd10(t.diag_code) AS code, medsup.read_once() FROM src_diagnosis t
              WHERE t.maindiag_flag = '1' AND t.vali_flag IS DISTINCT FROM '0') d
        WHERE d.mdtrt_id IS NOT NULL AND d.code IS NOT NULL
        GROUP BY 1$q$, NULL)::medsup.provider_query;
END;
COMMENT ON FUNCTION medsup.main_diagnosis_query() IS 'category, three characters, of the main diagnosis of each visit; the first one of several';

-- Discharges, as the fences of K13 count them.
CREATE FUNCTION medsup.stay_pass(grain text, read_from timestamp, read_to timestamp, infected boolean, unplanned text[]) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT pg_catalog.format($q$
        SELECT s.*, greatest(s.endtime::date - s.begntime::date, 1) AS days, s.next_begin::date - s.endtime::date AS again_days,
            %1$s AS weekend, %2$s AS holiday, %3$s AS infected, s.plan = ANY (%4$L::text[]) AS unplanned
        FROM (
            SELECT s.*, %5$s AS unit, lead(s.begntime) OVER (PARTITION BY s.psn_no, s.fixmedins_code ORDER BY s.stay) AS next_begin
            FROM medsup_stay s
        ) s
        WHERE s.endtime >= %6$L AND s.endtime < %7$L AND s.unit IS NOT NULL$q$,
        medsup.day_condition('weekend', 's.begntime'), medsup.day_condition('holiday', 's.begntime'),
        CASE WHEN infected THEN '(s.psn_no, s.fixmedins_code, s.stay) IN (SELECT i.psn_no, i.fixmedins_code, i.stay FROM medsup_infected i)' ELSE 'false' END,
        unplanned, medsup.grain_column(grain, 's.dept', 's.doctor'), read_from, read_to);
END;
COMMENT ON FUNCTION medsup.stay_pass(text, timestamp, timestamp, boolean, text[]) IS 'pass stay: stays, as chains, that ended in the period';

CREATE FUNCTION medsup.bill_pass(setting jsonb, grain text, read_from timestamp, read_to timestamp) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN format($q$
        SELECT p.fixmedins_code, p.unit, p.minute, p.minute::time <> '00:00' AS clocked,
            coalesce((medsup.code_uses(coalesce(p.psn_no, ''), false) FILTER (WHERE NOT p.gone))[1], 0) AS persons,
            count(*) FILTER (WHERE NOT p.gone) AS bills, count(*) FILTER (WHERE p.gone) AS gone,
            count(*) FILTER (WHERE NOT p.gone AND p.mid_setl_flag = '1') AS interim,
            coalesce(medsup.exact_sum(p.medfee) FILTER (WHERE NOT p.gone), 0) AS medfee,
            -- of bills whose total is known, so that shares are of the same bills
            coalesce(medsup.exact_sum(p.fund) FILTER (WHERE NOT p.gone AND p.medfee <> 'NaN'), 0) AS fund,
            coalesce(medsup.exact_sum(p.acct) FILTER (WHERE NOT p.gone AND p.medfee <> 'NaN'), 0) AS acct
        FROM (
            SELECT e.fixmedins_code, %1$s AS unit, date_trunc('minute', b.setl_time) AS minute, b.psn_no, b.gone, b.mid_setl_flag,
                b.medfee_sumamt AS medfee, b.fund_pay_sumamt AS fund, b.acct_pay AS acct, medsup.read_once()
            FROM medsup_bill b
            JOIN medsup_encounter e ON e.mdtrt_id = b.mdtrt_id
            WHERE b.setl_time >= %2$L AND b.setl_time < %3$L AND e.fixmedins_code IS NOT NULL AND %4$s
        ) p
        WHERE p.unit IS NOT NULL
        GROUP BY 1, 2, 3$q$,
        medsup.grain_column(grain, 'e.dscg_dept_codg', 'e.atddr_codg'), read_from, read_to,
        CASE grain WHEN 'pharmacy' THEN medsup.map_condition(setting, 'setting', 'coalesce(b.med_type, e.med_type)', '{pharmacy}') ELSE 'true' END);
END
$$;
COMMENT ON FUNCTION medsup.bill_pass(jsonb, text, timestamp, timestamp) IS 'pass bill: settlements by provider and minute; the provider is that of the visit';

CREATE FUNCTION medsup.finding_pass(setting jsonb, grain text, read_from timestamp, read_to timestamp) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN format($q$
        SELECT f.fixmedins_code, %1$s AS unit, count(*) AS findings, sum(f.vola_amt) AS amount
        FROM medsup.finding f
        WHERE f.status = 'open' AND f.origin = 'audit' AND f.psn_no IS NOT NULL AND f.fixmedins_code IS NOT NULL AND %1$s IS NOT NULL
          AND f.period_time >= %2$L AND f.period_time < %3$L AND %4$s
        GROUP BY 1, 2$q$,
        medsup.grain_column(grain, 'f.bilg_dept_codg', 'f.bilg_dr_codg'), read_from, read_to,
        CASE grain WHEN 'pharmacy' THEN medsup.map_condition(setting, 'setting', 'f.med_type', '{pharmacy}') ELSE 'true' END);
END
$$;
COMMENT ON FUNCTION medsup.finding_pass(jsonb, text, timestamp, timestamp) IS 'pass finding: open findings about lines, by the time that places them in a period';

-- A case is held against its group at the same level and kind of hospital, in the
-- same period; a mean of fewer than five says nothing.
CREATE FUNCTION medsup.case_group_pass(diagnoses boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.format($q$
        SELECT c.fixmedins_code, c.unit, c.amount, c.weight,
            CASE WHEN count(*) OVER g >= 5 THEN round(c.amount * count(*) OVER g / sum(c.amount) OVER g, 6) END AS r,
            CASE WHEN c.category IS NOT NULL AND c.weight IS NOT NULL AND count(c.weight) OVER d >= 5
                 THEN round(sum(c.weight) OVER d / count(c.weight) OVER d, 6) END AS expected
        FROM (
            SELECT v.fixmedins_code, v.unit, v.amount, k.grp_codg, k.weight, %1$s AS category, i.level, coalesce(i.medins_type, '?') AS medins_type
            FROM medsup_visit_sum v
            JOIN (SELECT t.mdtrt_id, min(t.grp_codg) AS grp_codg, CASE WHEN min(t.grp_wt) = max(t.grp_wt) THEN nullif(min(t.grp_wt), 'NaN') END AS weight
                  FROM src_case_group t
                  WHERE t.mdtrt_id IS NOT NULL AND t.vali_flag IS DISTINCT FROM '0'
                  GROUP BY 1 HAVING min(t.grp_codg) = max(t.grp_codg)) k ON k.mdtrt_id = v.mdtrt_id
            JOIN medsup_institution i ON i.fixmedins_code = v.fixmedins_code AND i.level IS NOT NULL
            %2$s
            WHERE v.stay AND v.amount > 0
        ) c
        WINDOW g AS (PARTITION BY c.grp_codg, c.level, c.medins_type), d AS (PARTITION BY c.category, c.level, c.medins_type)$q$,
        CASE WHEN diagnoses THEN 'x.category' ELSE 'NULL::text' END,
        CASE WHEN diagnoses THEN 'LEFT JOIN medsup_main_diagnosis x ON x.mdtrt_id = v.mdtrt_id' ELSE '' END);
END;
COMMENT ON FUNCTION medsup.case_group_pass(boolean) IS
    'pass case_group: settled stays with their DRG or DIP group, what they cost against its mean, and the weight their main diagnosis lets expect';

-- All of it, in the order in which the queries read each other.
CREATE FUNCTION medsup.indicator_passes(setting jsonb, columns jsonb, grain text, period daterange, passes text[], sets text[], caps boolean)
RETURNS SETOF medsup.provider_query
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 15
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    read_from timestamp := lower(period);
    read_to timestamp := upper(period);
    infection medsup.indicator_set;
    readmission medsup.indicator_set;
    visits boolean := passes && '{visit,package,diagnosis,case_group}';
    diagnoses boolean := passes && '{diagnosis,case_group}' AND columns ? 'diagnosis';
BEGIN
    IF visits OR passes && '{fee,stay,bill}' THEN
        RETURN NEXT medsup.plain_bill_query();
    END IF;
    IF visits OR 'bill' = ANY (passes) THEN
        RETURN NEXT medsup.encounter_query();
    END IF;
    IF visits THEN
        RETURN QUERY SELECT q.* FROM medsup.visit_queries(setting, grain, read_from, read_to) q
                     WHERE q.name = 'medsup_visit_sum' OR 'visit' = ANY (passes);
    END IF;
    IF diagnoses THEN
        RETURN NEXT medsup.main_diagnosis_query();
    END IF;
    IF 'fee' = ANY (passes) THEN
        RETURN NEXT ('fee', medsup.fee_pass(setting, grain, read_from, read_to, sets, caps), NULL)::medsup.provider_query;
    END IF;
    IF 'package' = ANY (passes) THEN
        RETURN NEXT ('package', 'SELECT v.fixmedins_code, v.unit, v.package, count(*) AS visits FROM medsup_visit_sum v WHERE NOT v.stay AND v.items >= 2 GROUP BY 1, 2, 3', NULL)::medsup.provider_query;
    END IF;
    IF 'diagnosis' = ANY (passes) THEN
        RETURN NEXT ('diagnosis', 'SELECT v.fixmedins_code, v.unit, d.category, count(*) AS visits FROM medsup_visit_sum v JOIN medsup_main_diagnosis d ON d.mdtrt_id = v.mdtrt_id GROUP BY 1, 2, 3', NULL)::medsup.provider_query;
    END IF;
    IF 'stay' = ANY (passes) THEN
        SELECT s.* INTO infection FROM medsup.indicator_set s JOIN medsup.indicator i ON i.rule_code = s.rule_code WHERE i.indicator_code = 'infection_rate';
        SELECT s.* INTO readmission FROM medsup.indicator_set s JOIN medsup.indicator i ON i.rule_code = s.rule_code WHERE i.indicator_code = 'readmission_rate';
        infection.diagnoses := CASE WHEN columns ? 'diagnosis' THEN infection.diagnoses END;
        RETURN QUERY SELECT * FROM medsup.stay_queries(jsonb_build_array(
            jsonb_build_object('figure', 'infection', 'diagnoses', infection.diagnoses),
            jsonb_build_object('figure', 'readmission', 'plan_field', readmission.plan_field)), setting, columns);
        RETURN NEXT ('stay', medsup.stay_pass(grain, read_from, read_to, infection.diagnoses IS NOT NULL, readmission.unplanned), NULL)::medsup.provider_query;
    END IF;
    IF 'bill' = ANY (passes) THEN
        RETURN NEXT ('bill', medsup.bill_pass(setting, grain, read_from, read_to), NULL)::medsup.provider_query;
    END IF;
    IF 'finding' = ANY (passes) THEN
        RETURN NEXT ('finding', medsup.finding_pass(setting, grain, read_from, read_to), NULL)::medsup.provider_query;
    END IF;
    IF 'case_group' = ANY (passes) THEN
        RETURN NEXT medsup.institution_query(setting, CASE WHEN columns ? 'provider' THEN 'src_provider' ELSE 'src_encounter' END);
        RETURN NEXT ('case_group', medsup.case_group_pass(diagnoses), NULL)::medsup.provider_query;
    END IF;
    IF 'bed' = ANY (passes) THEN
        RETURN NEXT ('bed', format($q$
            SELECT b.fixmedins_code, ''::text AS unit, b.beds, b.beds * %s AS bed_days
            FROM (SELECT t.fixmedins_code, CASE WHEN min(t.aprv_bed_cnt) = max(t.aprv_bed_cnt) THEN nullif(min(t.aprv_bed_cnt), 'NaN') END AS beds
                  FROM src_provider t
                  WHERE t.fixmedins_code IS NOT NULL AND t.vali_flag IS DISTINCT FROM '0' GROUP BY 1) b
            WHERE b.beds > 0$q$, upper(period) - lower(period)), NULL)::medsup.provider_query;
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.indicator_passes(jsonb, jsonb, text, daterange, text[], text[], boolean) IS
    'the queries of these passes; those whose names begin with medsup_ are read by later ones, the others give the rows of the pass of that name';
