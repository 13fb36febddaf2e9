-- The morning: what last night found, on one page, and the pieces it is made of.

CREATE FUNCTION medsup.report_run(day date DEFAULT NULL) RETURNS SETOF medsup.run
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100 ROWS 1
BEGIN ATOMIC
    SELECT r.* FROM medsup.run r
    WHERE r.status OPERATOR(pg_catalog.=) 'done'
      AND (report_run.day IS NULL
           OR (r.finished_at AT TIME ZONE medsup.civil_zone())::date OPERATOR(pg_catalog.<=) report_run.day)
    ORDER BY r.finished_at DESC, r.run DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION medsup.report_run(date) IS
    'the run a morning report speaks of: the last good one finished on or before that day of the bureau''s calendar';

-- Names and levels of institutions as the bound sources know them.
CREATE FUNCTION medsup.institutions(OUT fixmedins_code text, OUT fixmedins_name text, OUT hosp_lv text)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 200
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['medsup.src_provider', 'medsup.src_encounter'] LOOP
        CONTINUE WHEN to_regclass(source) IS NULL OR NOT has_table_privilege(to_regclass(source), 'SELECT');
        RETURN QUERY EXECUTE format(
            'SELECT s.fixmedins_code, max(s.fixmedins_name COLLATE "C"), max(s.hosp_lv COLLATE "C")
             FROM %s s WHERE s.fixmedins_code IS NOT NULL GROUP BY 1', source);
        RETURN;
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.institutions() IS
    'code, name and level of institutions from the bound providers, else from the visits; empty when the caller may read neither';

-- Each line once, with its largest hit; the maximum takes
-- the dearest choice of each finding that has one, and so is an upper bound.  What is paid by case group stands apart:
-- its fund loss is the difference of two groups, never a line's share.
CREATE FUNCTION medsup.institution_total(
    period_from timestamp DEFAULT NULL, period_to timestamp DEFAULT NULL,
    OUT fixmedins_code text, OUT findings bigint, OUT clear_breaches bigint, OUT unsettled bigint,
    OUT vola_amt numeric, OUT fund_amt numeric, OUT group_cases bigint, OUT group_amt numeric, OUT vola_amt_max numeric)
RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20000 ROWS 200
BEGIN ATOMIC
    SELECT f.fixmedins_code, f.findings, f.clear_breaches, f.unsettled,
        COALESCE(m.vola_amt, 0), COALESCE(m.fund_amt, 0), f.group_cases, COALESCE(m.group_amt, 0),
        COALESCE(s.vola_amt, 0) OPERATOR(pg_catalog.+) f.most
    FROM (
        SELECT x.fixmedins_code, pg_catalog.count(*) AS findings,
            pg_catalog.count(*) FILTER (WHERE x.result_type OPERATOR(pg_catalog.=) '明确违规') AS clear_breaches,
            pg_catalog.count(*) FILTER (WHERE x.provisional) AS unsettled,
            pg_catalog.count(DISTINCT x.mdtrt_id) FILTER (WHERE x.fund_method OPERATOR(pg_catalog.=) 'none' AND x.vola_amt_max OPERATOR(pg_catalog.>) 0) AS group_cases,
            COALESCE(pg_catalog.sum(x.vola_amt_max) FILTER (WHERE x.vola_amt_max OPERATOR(pg_catalog.>) x.vola_amt
                AND x.fund_method OPERATOR(pg_catalog.<>) 'none'), 0) AS most
        FROM medsup.finding x
        WHERE x.status OPERATOR(pg_catalog.=) 'open'
          AND NOT EXISTS (SELECT FROM medsup.excluded_finding j WHERE j.finding_id OPERATOR(pg_catalog.=) x.finding_id)
          AND (institution_total.period_from IS NULL OR x.period_time OPERATOR(pg_catalog.>=) institution_total.period_from)
          AND (institution_total.period_to IS NULL OR x.period_time OPERATOR(pg_catalog.<) institution_total.period_to)
        GROUP BY x.fixmedins_code
    ) f
    LEFT JOIN (
        SELECT l.fixmedins_code,
            pg_catalog.sum(l.vola_amt) FILTER (WHERE l.fund_method OPERATOR(pg_catalog.<>) 'none') AS vola_amt,
            pg_catalog.sum(l.fund_amt) FILTER (WHERE l.fund_method OPERATOR(pg_catalog.<>) 'none') AS fund_amt,
            pg_catalog.sum(l.vola_amt) FILTER (WHERE l.fund_method OPERATOR(pg_catalog.=) 'none') AS group_amt
        FROM medsup.finding_line_once(institution_total.period_from, institution_total.period_to) l
        GROUP BY l.fixmedins_code
    ) m ON NOT m.fixmedins_code IS DISTINCT FROM f.fixmedins_code
    LEFT JOIN (
        SELECT l.fixmedins_code, pg_catalog.sum(l.vola_amt) AS vola_amt
        FROM medsup.finding_line_once(institution_total.period_from, institution_total.period_to, true) l
        WHERE l.fund_method OPERATOR(pg_catalog.<>) 'none'
        GROUP BY l.fixmedins_code
    ) s ON NOT s.fixmedins_code IS DISTINCT FROM f.fixmedins_code;
END;
COMMENT ON FUNCTION medsup.institution_total(timestamp, timestamp) IS
    'open findings of a period by institution; money counts each line once (largest hit), at most vola_amt_max by the dearest choices; cases paid by group apart';

-- The same money by region, of the institution and of the insurance.
CREATE FUNCTION medsup.region_total(
    period_from timestamp DEFAULT NULL, period_to timestamp DEFAULT NULL,
    OUT region_by text, OUT admdvs text, OUT findings bigint, OUT vola_amt numeric, OUT fund_amt numeric,
    OUT group_amt numeric, OUT vola_amt_max numeric)
RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20000 ROWS 50
BEGIN ATOMIC
    WITH one AS MATERIALIZED (
        SELECT l.finding_id, pg_catalog.sum(l.vola_amt) AS vola_amt, pg_catalog.sum(l.fund_amt) AS fund_amt
        FROM medsup.finding_line_once(region_total.period_from, region_total.period_to) l
        GROUP BY l.finding_id
    ), sure AS MATERIALIZED (
        SELECT l.finding_id, pg_catalog.sum(l.vola_amt) AS vola_amt
        FROM medsup.finding_line_once(region_total.period_from, region_total.period_to, true) l
        GROUP BY l.finding_id
    )
    SELECT r.region_by, r.admdvs, pg_catalog.count(*),
        COALESCE(pg_catalog.sum(o.vola_amt) FILTER (WHERE x.fund_method OPERATOR(pg_catalog.<>) 'none'), 0),
        COALESCE(pg_catalog.sum(o.fund_amt) FILTER (WHERE x.fund_method OPERATOR(pg_catalog.<>) 'none'), 0),
        COALESCE(pg_catalog.sum(o.vola_amt) FILTER (WHERE x.fund_method OPERATOR(pg_catalog.=) 'none'), 0),
        COALESCE(pg_catalog.sum(CASE WHEN x.vola_amt_max OPERATOR(pg_catalog.>) x.vola_amt THEN x.vola_amt_max ELSE s.vola_amt END)
                 FILTER (WHERE x.fund_method OPERATOR(pg_catalog.<>) 'none'), 0)
    FROM medsup.finding x
    CROSS JOIN LATERAL (VALUES ('care', x.fix_blng_admdvs), ('insured', x.insu_admdvs)) r (region_by, admdvs)
    LEFT JOIN one o ON o.finding_id OPERATOR(pg_catalog.=) x.finding_id
    LEFT JOIN sure s ON s.finding_id OPERATOR(pg_catalog.=) x.finding_id
    WHERE x.status OPERATOR(pg_catalog.=) 'open'
      AND NOT EXISTS (SELECT FROM medsup.excluded_finding j WHERE j.finding_id OPERATOR(pg_catalog.=) x.finding_id)
      AND (region_total.period_from IS NULL OR x.period_time OPERATOR(pg_catalog.>=) region_total.period_from)
      AND (region_total.period_to IS NULL OR x.period_time OPERATOR(pg_catalog.<) region_total.period_to)
    GROUP BY r.region_by, r.admdvs;
END;
COMMENT ON FUNCTION medsup.region_total(timestamp, timestamp) IS
    'open findings of a period by region of care (of the institution) and by region of insurance (insured), each line once';

CREATE FUNCTION medsup.rule_total(
    period_from timestamp DEFAULT NULL, period_to timestamp DEFAULT NULL,
    OUT rule_code text, OUT findings bigint, OUT vola_amt numeric, OUT fund_amt numeric, OUT vola_amt_max numeric)
RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 50
BEGIN ATOMIC
    SELECT x.rule_code, pg_catalog.count(*), pg_catalog.sum(x.vola_amt), COALESCE(pg_catalog.sum(x.fund_amt), 0),
        pg_catalog.sum(x.vola_amt_max)
    FROM medsup.finding x
    WHERE x.status OPERATOR(pg_catalog.=) 'open'
      AND NOT EXISTS (SELECT FROM medsup.excluded_finding j WHERE j.finding_id OPERATOR(pg_catalog.=) x.finding_id)
      AND (rule_total.period_from IS NULL OR x.period_time OPERATOR(pg_catalog.>=) rule_total.period_from)
      AND (rule_total.period_to IS NULL OR x.period_time OPERATOR(pg_catalog.<) rule_total.period_to)
    GROUP BY x.rule_code;
END;
COMMENT ON FUNCTION medsup.rule_total(timestamp, timestamp) IS
    'open findings of a period by rule; a line that breaks two rules counts in both, so these sums may overlap';

-- One finding as it is read at a hearing.
CREATE FUNCTION medsup.case_text(finding_id bytea, lang text DEFAULT 'zh') RETURNS SETOF text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 2000 ROWS 20
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zh constant boolean := lang IS DISTINCT FROM 'en';
    f medsup.finding;
    r medsup.rule_text;
    k record;
    l record;
    n int;
    name text;
BEGIN
    SELECT x.* INTO f FROM medsup.finding x WHERE x.finding_id = case_text.finding_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT x.* INTO r FROM medsup.rule_text x WHERE x.rule_code = f.rule_code;
    SELECT COALESCE(x.entry_group, x.item_name) AS item_name, COALESCE(x.window_days, x.before_days) AS window_days, x.limit_text INTO k
    FROM medsup.knowledge x WHERE x.entry_code = f.entry_code;
    SELECT i.fixmedins_name INTO name FROM medsup.institutions() i WHERE i.fixmedins_code = f.fixmedins_code;

    RETURN NEXT format(CASE WHEN zh THEN '机构：%s（%s，%s）；疑点编号 %s' ELSE 'Institution: %s (%s, %s); finding %s' END,
        COALESCE(name, f.fixmedins_code), f.fixmedins_code, medsup.level_name(f.hosp_lv, lang),
        substr(encode(f.finding_id, 'hex'), 1, 16));
    RETURN NEXT format(CASE WHEN zh THEN '规则：%s %s；知识点 %s“%s”；结果类型：%s'
                            ELSE 'Rule: %s %s; knowledge point %s "%s"; result: %s' END,
        f.rule_code, CASE WHEN zh THEN r.name_zh ELSE r.name_en END, f.entry_code, k.item_name,
        medsup.word('result_type', f.result_type, lang));
    RETURN NEXT format(CASE WHEN zh THEN '限定与实际：%s' ELSE 'Limit and actual: %s' END,
        medsup.breach_text(f.measure, f.scope, f.limit_value, f.actual_value, f.unit, f.excess,
                           k.window_days, medsup.finding_partner(f), lang));
    n := 0;
    FOR l IN
        SELECT e.line FROM jsonb_array_elements(f.evidence) WITH ORDINALITY e (line, n)
        WHERE NOT e.line ? 'what'
        ORDER BY e.n LIMIT 12
    LOOP
        n := n + 1;
        RETURN NEXT format(CASE WHEN zh THEN '明细%s（%s）：%s，%s，数量 %s × 单价 %s = 金额 %s，流水号 %s%s'
                                ELSE 'Line %s (%s): %s, %s, quantity %s × price %s = amount %s, no. %s%s' END,
            n, medsup.word('role', l.line ->> 'role', lang),
            to_char((l.line ->> 'fee_ocur_time')::timestamp, 'YYYY-MM-DD HH24:MI'),
            l.line ->> 'med_list_codg',
            trim_scale((l.line ->> 'cnt')::numeric), trim_scale((l.line ->> 'pric')::numeric),
            medsup.money_text((l.line ->> 'det_item_fee_sumamt')::numeric), l.line ->> 'feedetl_sn',
            CASE WHEN (l.line ->> 'excess')::numeric > 0 AND (l.line ->> 'vola_amt') IS NOT NULL
                 THEN format(CASE WHEN zh THEN '；计入超量 %s，违规金额 %s' ELSE '; of the excess %s, in breach %s' END,
                      trim_scale((l.line ->> 'excess')::numeric), medsup.money_text((l.line ->> 'vola_amt')::numeric))
                 ELSE '' END);
    END LOOP;
    SELECT count(*) - n INTO n FROM jsonb_array_elements(f.evidence) e (line) WHERE NOT e.line ? 'what';
    IF n > 0 THEN
        RETURN NEXT format(CASE WHEN zh THEN '（另有 %s 条明细）' ELSE '(and %s more lines)' END, n);
    END IF;
    FOR l IN
        SELECT e.what, e.role, concat_ws(' ',
            coalesce(e.record ->> 'diag_code', e.record ->> 'oprn_oprt_code', e.record ->> 'dise_no', e.record ->> 'setl_id', e.record ->> 'mdtrt_id'),
            (SELECT string_agg(substr(coalesce(e.record ->> x.col, '…'), 1, 16), ' – ' ORDER BY x.n)
             FROM unnest(CASE e.what WHEN 'E' THEN '{begntime,endtime}' WHEN 'S' THEN '{setl_time}' WHEN 'O' THEN '{oprn_oprt_date}'
                                     WHEN 'R' THEN '{begndate,enddate}' END::text[]) WITH ORDINALITY x (col, n))) AS says
        FROM medsup.finding_record e WHERE e.finding_id = f.finding_id
        ORDER BY e.record_no LIMIT 12
    LOOP
        RETURN NEXT format(CASE WHEN zh THEN '%s（%s）：%s' ELSE '%s (%s): %s' END,
            medsup.word('what', l.what, lang), medsup.word('role', l.role::text, lang), l.says);
    END LOOP;
    RETURN NEXT format(CASE WHEN zh THEN '计算：%s；涉及金额 %s 元' ELSE 'Arithmetic: %s; amount in breach %s yuan' END,
        f.formula, medsup.money_text(f.vola_amt))
        || CASE WHEN f.vola_amt_max > f.vola_amt
           THEN format(CASE WHEN zh THEN '（按最低价计；最高 %s 元）' ELSE ' (cheapest choice; at most %s)' END,
                       medsup.money_text(f.vola_amt_max)) ELSE '' END;
    RETURN NEXT CASE WHEN f.vola_amt_max = 0 AND (f.fund_amt IS NULL OR f.kind = 'K11') AND f.psn_no IS NOT NULL THEN CASE WHEN zh THEN '基金：不涉及金额' ELSE 'Funds: no amount in breach' END
        ELSE format(CASE WHEN zh THEN '基金：%s（%s）' ELSE 'Funds: %s (%s)' END,
        COALESCE((SELECT string_agg(medsup.word('fund', s.key, lang) || ' ' || medsup.money_text(s.value::numeric),
                         CASE WHEN zh THEN '，' ELSE ', ' END ORDER BY s.key COLLATE "C")
                  FROM jsonb_each_text(f.fund_split) s),
                 CASE WHEN f.fund_amt IS NULL THEN CASE WHEN zh THEN '不按明细分摊' ELSE 'no line share' END
                      ELSE medsup.money_text(f.fund_amt) END),
        medsup.word('fund_method', f.fund_method, lang)) END;
    RETURN NEXT format(CASE WHEN zh THEN '条款：%s；依据：%s' ELSE 'Clause: %s; basis: %s' END,
        COALESCE(medsup.finding_clause(f, lang), CASE WHEN zh THEN '待确定' ELSE 'to be set' END),
        COALESCE(medsup.finding_basis(f), CASE WHEN zh THEN '待确定' ELSE 'to be set' END))
        || COALESCE(CASE WHEN zh THEN '；限定原文：' ELSE '; limit as published: ' END || NULLIF(k.limit_text, ''), '');
    IF cardinality(f.exceptions_tested) > 0 THEN
        RETURN NEXT format(CASE WHEN zh THEN '已排除：%s' ELSE 'Looked at and ruled out: %s' END,
            (SELECT string_agg(medsup.exception_name(x.token, lang), CASE WHEN zh THEN '、' ELSE ', ' END ORDER BY x.n)
             FROM unnest(f.exceptions_tested) WITH ORDINALITY x (token, n)));
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.case_text(bytea, text) IS
    'one finding as it is read at a hearing: limit and actual, lines, arithmetic in figures, funds, clause and document; names no person';

-- What was looked at and rightly not reported, proved the hard way: take the
-- exception away, evaluate the person again, and only then the finding appears.
-- Candidates come from the bound sources, a few of each sort.
CREATE FUNCTION medsup.not_reported(
    run_id bigint,
    OUT why text, OUT fixmedins_code text, OUT mdtrt_id text, OUT feedetl_sn text, OUT act timestamp,
    OUT med_list_codg text, OUT amount numeric, OUT account_paid numeric, OUT would_be medsup.verdict)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 3
    SET search_path = pg_catalog, pg_temp
    -- readers hide the sources' statistics, and a nested loop over them never ends
    SET enable_nestloop = off
    SET jit = off
AS $$
DECLARE
    r medsup.run;
    book bytea;
    c record;
    persons text[];
    all_enc medsup.claim_encounter[];
    all_setl medsup.claim_settlement[];
    all_lines medsup.claim_fee_line[];
    enc medsup.claim_encounter[];
    setl medsup.claim_settlement[];
    lines medsup.claim_fee_line[];
    done text[] := '{}';
    candidates jsonb;
BEGIN
    SELECT x.* INTO r FROM medsup.run x WHERE x.run = run_id;
    IF NOT FOUND OR to_regclass('medsup.src_fee_line') IS NULL OR to_regclass('medsup.src_encounter') IS NULL
       OR to_regclass('medsup.src_settlement') IS NULL
       OR NOT (has_table_privilege('medsup.src_fee_line', 'SELECT') AND has_table_privilege('medsup.src_encounter', 'SELECT')
               AND has_table_privilege('medsup.src_settlement', 'SELECT')) THEN
        RETURN;
    END IF;
    SELECT b.compiled INTO book FROM medsup.rulebook b WHERE b.version = r.rulebook;

    -- Lines whose item is limited by sex or setting, and whose person or visit is
    -- outside the limit unless the exception counts.
    WITH entry AS MATERIALIZED (
        SELECT k.code::text AS code, e.sex, e.settings
        FROM medsup.publishable_entry e
        JOIN medsup.publishable_rule g ON g.rule_code = e.rule_code AND g.fund_scope = 'pool'
        JOIN medsup.publishable_code k ON k.entry_code = e.entry_code
        WHERE (e.sex IS NOT NULL OR e.settings IS NOT NULL)
    ), kind AS MATERIALIZED (
        SELECT t.med_type,
            (SELECT m.value FROM medsup.publishable_map m
             WHERE m.map = 'setting' AND starts_with(t.med_type, m.key)
             ORDER BY length(m.key) DESC LIMIT 1) AS setting
        FROM (SELECT DISTINCT x.med_type FROM medsup.src_encounter x) t
    ), visit AS MATERIALIZED (
        SELECT x.mdtrt_id, x.psn_no, x.gend, x.fixmedins_code, y.setting
        FROM medsup.src_encounter x JOIN kind y ON y.med_type = x.med_type
    ), family AS MATERIALIZED (
        SELECT s.setl_id, s.acct_mulaid_pay
        FROM medsup.src_settlement s
        WHERE s.acct_mulaid_pay > 0
          AND COALESCE(s.hifp_pay, 0) + COALESCE(s.cvlserv_pay, 0) + COALESCE(s.hifes_pay, 0) + COALESCE(s.hifmi_pay, 0)
            + COALESCE(s.hifob_pay, 0) + COALESCE(s.maf_pay, 0) + COALESCE(s.othfund_pay, 0) = 0
          AND s.refd_setl_flag IS DISTINCT FROM '1' AND s.vali_flag IS DISTINCT FROM '0'
          AND (r.period_from IS NULL OR s.setl_time >= r.period_from)
          AND (r.period_to IS NULL OR s.setl_time < r.period_to)
    ), undone AS MATERIALIZED (
        SELECT s.mdtrt_id, s.feedetl_sn FROM medsup.skipped_line s
        WHERE s.run = run_id AND s.reason = 'refunded'
    ), line AS (
        SELECT CASE
                WHEN a.setl_id IS NOT NULL AND NOT u.feedetl_sn IS NOT NULL
                     AND (e.sex <> CASE v.gend WHEN '1' THEN 'male' WHEN '2' THEN 'female' END
                          OR NOT v.setting = ANY (e.settings)) THEN 'family_account'
                WHEN u.feedetl_sn IS NOT NULL
                     AND (e.sex <> CASE v.gend WHEN '1' THEN 'male' WHEN '2' THEN 'female' END
                          OR NOT v.setting = ANY (e.settings)) THEN 'refunded'
                WHEN u.feedetl_sn IS NULL AND v.setting = 'emergency' AND 'emergency' = ANY (e.settings)
                     AND NOT 'outpatient' = ANY (e.settings) THEN 'emergency'
               END AS why,
            v.psn_no, v.fixmedins_code, l.mdtrt_id, l.feedetl_sn, l.setl_id, l.fee_ocur_time AS act, l.med_list_codg,
            l.det_item_fee_sumamt AS amount, a.acct_mulaid_pay AS account_paid
        FROM medsup.src_fee_line l
        JOIN entry e ON e.code = l.med_list_codg
        JOIN visit v ON v.mdtrt_id = l.mdtrt_id
        LEFT JOIN family a ON a.setl_id = l.setl_id
        LEFT JOIN undone u ON u.mdtrt_id = l.mdtrt_id AND u.feedetl_sn = l.feedetl_sn
        WHERE l.cnt > 0
          AND (a.setl_id IS NOT NULL OR u.feedetl_sn IS NOT NULL OR v.setting = 'emergency')
    ), few AS (
        SELECT x.*, row_number() OVER (PARTITION BY x.why ORDER BY x.amount DESC, x.mdtrt_id, x.feedetl_sn) AS n
        FROM line x WHERE x.why IS NOT NULL
    )
    SELECT jsonb_agg(to_jsonb(x) ORDER BY x.why, x.n), array_agg(DISTINCT x.psn_no) INTO candidates, persons
    FROM few x WHERE x.n <= 5;
    -- one pass over each source for all of these persons
    SELECT array_agg(ROW(e.*)::medsup.claim_encounter) INTO all_enc FROM medsup.src_encounter e WHERE e.psn_no = ANY (persons);
    SELECT array_agg(ROW(s.*)::medsup.claim_settlement) INTO all_setl FROM medsup.src_settlement s WHERE s.psn_no = ANY (persons);
    SELECT array_agg(ROW(l.*)::medsup.claim_fee_line) INTO all_lines FROM medsup.src_fee_line l WHERE l.psn_no = ANY (persons);

    FOR c IN
        SELECT x.* FROM jsonb_to_recordset(candidates) x (why text, psn_no text, fixmedins_code text, mdtrt_id text,
            feedetl_sn text, setl_id text, act timestamp, med_list_codg text, amount numeric, account_paid numeric, n int)
        ORDER BY CASE x.why WHEN 'family_account' THEN 1 WHEN 'refunded' THEN 2 ELSE 3 END, x.n
    LOOP
        CONTINUE WHEN c.why = ANY (done);
        SELECT array_agg(CASE WHEN c.why = 'emergency' AND e.mdtrt_id = c.mdtrt_id
                   THEN jsonb_populate_record(e, '{"med_type": "11"}') ELSE e END)
        INTO enc FROM unnest(all_enc) e WHERE e.psn_no = c.psn_no;
        SELECT array_agg(CASE
                   WHEN c.why = 'emergency' AND s.mdtrt_id = c.mdtrt_id
                   THEN jsonb_populate_record(s, '{"med_type": "11"}')
                   WHEN c.why = 'family_account' AND s.setl_id = c.setl_id
                   THEN jsonb_populate_record(s, jsonb_build_object('hifp_pay', s.acct_mulaid_pay, 'acct_mulaid_pay', 0))
                   ELSE s END)
        INTO setl FROM unnest(all_setl) s WHERE s.psn_no = c.psn_no;
        SELECT array_agg(CASE
                   WHEN l.mdtrt_id <> c.mdtrt_id THEN l
                   WHEN c.why = 'emergency' THEN jsonb_populate_record(l, '{"med_type": "11"}')
                   WHEN c.why = 'family_account' AND l.feedetl_sn = c.feedetl_sn
                   THEN jsonb_populate_record(l, jsonb_build_object('inscp_amt', l.det_item_fee_sumamt, 'fulamt_ownpay_amt', 0))
                   ELSE l END)
        INTO lines FROM unnest(all_lines) l
        WHERE l.psn_no = c.psn_no
          AND NOT (c.why = 'refunded' AND l.mdtrt_id = c.mdtrt_id AND l.cnt < 0
                   AND (l.init_feedetl_sn = c.feedetl_sn
                        OR l.init_feedetl_sn IS NULL AND l.med_list_codg = c.med_list_codg));
        SELECT v.* INTO would_be
        FROM medsup.evaluate(book, r.period_from, r.period_to, enc, setl, lines, NULL, NULL, NULL) v
        WHERE v.what = 'F' AND v.mdtrt_id = c.mdtrt_id AND v.feedetl_sn = c.feedetl_sn
        ORDER BY v.vola_amt DESC, v.rule_code COLLATE "C" LIMIT 1;
        IF FOUND THEN
            why := c.why; fixmedins_code := c.fixmedins_code; mdtrt_id := c.mdtrt_id; feedetl_sn := c.feedetl_sn;
            act := c.act; med_list_codg := c.med_list_codg; amount := c.amount; account_paid := c.account_paid;
            done := done || c.why;
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.not_reported(bigint) IS
    'up to three lines that break a rule but for an exception (paid by the family''s account, refunded, emergency), each proved by evaluating the person without it';

CREATE FUNCTION medsup.morning_report(day date DEFAULT NULL, lang text DEFAULT 'zh', examples boolean DEFAULT true)
RETURNS SETOF text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000000 ROWS 60
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zh boolean;
    r medsup.run;
    t record;
    x record;
    y record;
    n int;
    line text;
    sep text;
    some_case bytea;
BEGIN
    IF lang IS NULL OR lang NOT IN ('zh', 'en') THEN
        RAISE EXCEPTION 'language "%" is not known', COALESCE(lang, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Known are zh and en.';
    END IF;
    zh := lang = 'zh';
    sep := CASE WHEN zh THEN '，' ELSE ', ' END;
    SELECT q.* INTO r FROM medsup.report_run(day) q;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no finished run to report'
            USING ERRCODE = 'no_data_found',
                  HINT = 'CALL medsup.nightly(); or medsup.run_audit first; medsup.run shows what ran and how it ended.';
    END IF;

    RETURN NEXT format(CASE WHEN zh THEN '医保基金智能监管 晨报  %s' ELSE 'Medical insurance fund supervision, morning of %s' END,
        to_char(r.finished_at AT TIME ZONE medsup.civil_zone(), 'YYYY-MM-DD'));

    -- (1) the ledger
    SELECT COALESCE(sum(c.lines) FILTER (WHERE c.outcome = 'checked'), 0) AS checked,
           COALESCE(sum(c.lines) FILTER (WHERE c.outcome = 'skipped'), 0) AS skipped,
           count(DISTINCT c.fixmedins_code) AS institutions
    INTO t FROM medsup.run_tally c WHERE c.run = r.run AND c.rule_code IS NULL;
    RETURN NEXT format(CASE WHEN zh THEN '（1）全量审核 %s 条明细，%s 家机构，用时 %s 秒，漏审 %s'
                            ELSE '(1) All %s lines audited, %s institutions, in %s seconds, %s left out' END,
        medsup.count_text(r.lines), medsup.count_text(t.institutions),
        trim_scale(round(extract(epoch FROM r.finished_at - r.started_at), 1)),
        medsup.count_text(r.lines - t.checked - t.skipped));
    SELECT string_agg(medsup.word('reason', s.reason, lang) || ' ' || medsup.count_text(s.lines),
                      CASE WHEN zh THEN '、' ELSE ', ' END ORDER BY s.lines DESC, s.reason COLLATE "C")
    INTO line
    FROM (SELECT c.reason, sum(c.lines) AS lines FROM medsup.run_tally c
          WHERE c.run = r.run AND c.rule_code IS NULL AND c.outcome = 'skipped' GROUP BY 1) s;
    RETURN NEXT format(CASE WHEN zh THEN '    结算期间 %s；已审 %s + 跳过 %s%s = %s；规则库第 %s 版'
                            ELSE '    settled in %s; checked %s + skipped %s%s = %s; rulebook version %s' END,
        CASE WHEN r.period_from IS NULL AND r.period_to IS NULL THEN CASE WHEN zh THEN '全部' ELSE 'all time' END
             ELSE concat_ws(CASE WHEN zh THEN ' 至 ' ELSE ' to ' END,
                  COALESCE(to_char(r.period_from, 'YYYY-MM-DD'), '…'),
                  COALESCE(to_char(r.period_to - interval '1 microsecond', 'YYYY-MM-DD'), '…')) END,
        medsup.count_text(t.checked), medsup.count_text(t.skipped),
        COALESCE(CASE WHEN zh THEN '（' || line || '）' ELSE ' (' || line || ')' END, ''),
        medsup.count_text(t.checked + t.skipped), r.rulebook);

    -- (2) what was found
    SELECT COALESCE(sum(i.findings), 0) AS findings, COALESCE(sum(i.clear_breaches), 0) AS clear_breaches,
           COALESCE(sum(i.unsettled), 0) AS unsettled, COALESCE(sum(i.vola_amt), 0) AS vola_amt,
           COALESCE(sum(i.fund_amt), 0) AS fund_amt, COALESCE(sum(i.group_cases), 0) AS group_cases,
           COALESCE(sum(i.group_amt), 0) AS group_amt, COALESCE(sum(i.vola_amt_max), 0) AS vola_amt_max
    INTO t FROM medsup.institution_total(r.period_from, r.period_to) i;
    RETURN NEXT format(CASE WHEN zh THEN '（2）疑点 %s 条，涉及金额 %s 元（最高 %s 元），统筹基金 %s 元（去重）；DRG/DIP 等按病组付费病例 %s 例另列，涉及金额 %s 元；明确违规 %s 条，可疑 %s 条'
                            ELSE '(2) %s findings, amount in breach %s yuan (at most %s), pooled fund %s yuan (each line once); %s cases paid by group (DRG, DIP) apart, amount %s yuan; %s clear breaches, %s suspicions' END,
        medsup.count_text(t.findings), medsup.money_text(t.vola_amt), medsup.money_text(t.vola_amt_max), medsup.money_text(t.fund_amt),
        medsup.count_text(t.group_cases), medsup.money_text(t.group_amt),
        medsup.count_text(t.clear_breaches), medsup.count_text(t.findings - t.clear_breaches));
    SELECT COALESCE(sum(u.vola_amt), 0) AS vola_amt, COALESCE(sum(u.fund_amt), 0) AS fund_amt
    INTO x FROM medsup.rule_total(r.period_from, r.period_to) u;
    RETURN NEXT format(CASE WHEN zh THEN '    分规则合计（一条明细触及多条规则时重复计）：涉及金额 %s 元，统筹基金 %s 元；其中未结算 %s 条，基金金额待结算后确定'
                            ELSE '    sums by rule (a line under several rules counts in each): amount %s yuan, pooled fund %s yuan; %s findings not settled yet' END,
        medsup.money_text(x.vola_amt), medsup.money_text(x.fund_amt), medsup.count_text(t.unsettled));

    -- (3) institutions beside their peers; those without a finding are peers too
    RETURN NEXT CASE WHEN zh THEN '（3）涉及金额前五位机构（括号内为同级机构中位数）'
                     ELSE '(3) The five institutions with the largest amounts (median of their level in brackets)' END;
    n := 0;
    FOR x IN
        WITH audited AS (
            SELECT c.fixmedins_code, sum(c.lines) AS lines FROM medsup.run_tally c
            WHERE c.run = r.run AND c.rule_code IS NULL AND c.fixmedins_code IS NOT NULL GROUP BY 1
        ), total AS MATERIALIZED (
            SELECT * FROM medsup.institution_total(r.period_from, r.period_to)
        ), known AS (
            SELECT i.*, medsup.level_name(i.hosp_lv, lang) AS level FROM medsup.institutions() i
        ), every AS MATERIALIZED (
            SELECT a.fixmedins_code, k.fixmedins_name,
                COALESCE(k.level, medsup.level_name(NULL, lang)) AS level,
                COALESCE(o.vola_amt, 0) + COALESCE(o.group_amt, 0) AS amt,
                COALESCE(o.findings, 0) AS findings,
                round(COALESCE(o.findings, 0) * 10000.0 / NULLIF(a.lines, 0), 1) AS per_10k
            FROM audited a
            LEFT JOIN total o ON o.fixmedins_code = a.fixmedins_code
            LEFT JOIN known k ON k.fixmedins_code = a.fixmedins_code
        ), peer AS (
            -- the mean of the two middle ones, in exact numbers
            SELECT e.level, count(*) AS n,
                (percentile_disc(0.5) WITHIN GROUP (ORDER BY e.amt) + percentile_disc(0.5) WITHIN GROUP (ORDER BY e.amt DESC)) / 2 AS amt,
                (percentile_disc(0.5) WITHIN GROUP (ORDER BY e.per_10k) + percentile_disc(0.5) WITHIN GROUP (ORDER BY e.per_10k DESC)) / 2 AS per_10k
            FROM every e GROUP BY e.level
        )
        SELECT e.*, p.n AS peers, p.amt AS peer_amt, p.per_10k AS peer_per_10k
        FROM every e JOIN peer p ON p.level = e.level
        WHERE e.findings > 0
        ORDER BY e.amt DESC, e.fixmedins_code COLLATE "C" LIMIT 5
    LOOP
        n := n + 1;
        RETURN NEXT format(CASE WHEN zh THEN '    %s. %s（%s，%s，同级 %s 家）：涉及金额 %s 元（%s），疑点 %s 条，每万条明细 %s 条（%s）'
                                ELSE '    %s. %s (%s, %s, %s peers): amount %s yuan (%s), %s findings, %s per 10 thousand lines (%s)' END,
            n, COALESCE(x.fixmedins_name, x.fixmedins_code), x.fixmedins_code, x.level, x.peers,
            medsup.money_text(x.amt), medsup.money_text(x.peer_amt), medsup.count_text(x.findings),
            trim_scale(x.per_10k), trim_scale(round(x.peer_per_10k, 1)));
    END LOOP;
    IF n = 0 THEN
        RETURN NEXT CASE WHEN zh THEN '    无' ELSE '    none' END;
    END IF;

    -- (4) one case: several lines, a choice of lines settled, the fund's part known
    RETURN NEXT CASE WHEN zh THEN '（4）典型案例（按听证口径）' ELSE '(4) One case, as read at a hearing' END;
    SELECT f.finding_id INTO some_case FROM medsup.finding f
    WHERE f.status = 'open' AND NOT f.provisional
      AND NOT EXISTS (SELECT FROM medsup.excluded_finding j WHERE j.finding_id = f.finding_id)
      AND (r.period_from IS NULL OR f.period_time >= r.period_from)
      AND (r.period_to IS NULL OR f.period_time < r.period_to)
    ORDER BY (f.measure IN ('quantity', 'hours') AND f.scope IN ('day', 'rolling')) DESC,
        (f.fund_amt > 0) DESC NULLS LAST, (jsonb_array_length(f.evidence) BETWEEN 2 AND 6) DESC,
        f.vola_amt DESC, f.finding_id
    LIMIT 1;
    n := 0;
    FOR line IN SELECT * FROM medsup.case_text(some_case, lang) LOOP
        n := n + 1;
        RETURN NEXT '    ' || line;
    END LOOP;
    IF n = 0 THEN
        RETURN NEXT CASE WHEN zh THEN '    无' ELSE '    none' END;
    END IF;

    -- (5) rightly not reported
    IF examples THEN
        RETURN NEXT CASE WHEN zh THEN '（5）查而未报三例（去掉例外情形重审即成疑点，故例外是唯一原因）'
                         ELSE '(5) Three looked at and not reported (without the exception each would be a finding)' END;
        n := 0;
        FOR x IN SELECT * FROM medsup.not_reported(r.run) LOOP
            n := n + 1;
            SELECT COALESCE(k.entry_group, k.item_name) AS item_name, COALESCE(k.window_days, k.before_days) AS window_days INTO y FROM medsup.knowledge k WHERE k.entry_code = (x.would_be).entry_code;
            RETURN NEXT format(CASE WHEN zh THEN '    %s：%s，机构 %s，“%s”%s，金额 %s 元。%s'
                                    ELSE '    %s: %s, institution %s, "%s": %s, amount %s yuan. %s' END,
                CASE x.why
                    WHEN 'family_account' THEN CASE WHEN zh THEN '家庭共济' ELSE 'Family''s account' END
                    WHEN 'refunded' THEN CASE WHEN zh THEN '已退费' ELSE 'Refunded' END
                    ELSE CASE WHEN zh THEN '急诊' ELSE 'Emergency' END END,
                to_char(x.act, 'YYYY-MM-DD'), x.fixmedins_code, COALESCE(y.item_name, x.med_list_codg),
                CASE WHEN x.why = 'emergency'
                     THEN (SELECT CASE WHEN zh THEN '限' ELSE 'only ' END
                                  || string_agg(medsup.word('setting', s.token, lang), CASE WHEN zh THEN '或' ELSE ' or ' END)
                           FROM regexp_split_to_table((x.would_be).limit_value, '[,;| ]+') s (token))
                     ELSE medsup.breach_text((x.would_be).measure, (x.would_be).scope, (x.would_be).limit_value,
                              (x.would_be).actual_value, (x.would_be).unit, (x.would_be).excess, y.window_days, NULL, lang) END,
                medsup.money_text(x.amount),
                CASE x.why
                    WHEN 'family_account' THEN format(CASE WHEN zh THEN '该单由个人账户共济支付 %s 元，统筹基金未支付，不属基金监管'
                                                           ELSE 'The bill was paid by the family''s account (%s yuan), no pooled fund paid' END,
                                                      medsup.money_text(x.account_paid))
                    WHEN 'refunded' THEN CASE WHEN zh THEN '该条已全额退费，净数量为 0，不报' ELSE 'The line was refunded in full, nothing is left of it' END
                    ELSE CASE WHEN zh THEN '本次为急诊，属允许的就医方式，不报' ELSE 'This visit was an emergency, which is allowed' END END);
        END LOOP;
        IF n = 0 THEN
            RETURN NEXT CASE WHEN zh THEN '    本期无可举之例，或无权读取源数据' ELSE '    no example in this period, or no right to read the sources' END;
        END IF;
    END IF;

    -- (6) what nobody could judge
    SELECT COALESCE(sum(c.lines), 0) AS lines INTO t
    FROM medsup.run_tally c WHERE c.run = r.run AND c.outcome = 'undecided';
    RETURN NEXT format(CASE WHEN zh THEN '（6）无法判定 %s 条次（既不算命中也不算通过）' ELSE '(6) Not to be judged: %s times a line under a rule (neither hit nor passed)' END,
        medsup.count_text(t.lines));
    FOR x IN
        SELECT c.reason, sum(c.lines) AS lines, count(DISTINCT c.fixmedins_code) AS institutions,
            string_agg(DISTINCT COALESCE(CASE WHEN zh THEN g.name_zh ELSE g.name_en END, c.rule_code),
                       CASE WHEN zh THEN '、' ELSE ', ' END) AS rules
        FROM medsup.run_tally c LEFT JOIN medsup.rule_text g ON g.rule_code = c.rule_code
        WHERE c.run = r.run AND c.outcome = 'undecided'
        GROUP BY c.reason ORDER BY 2 DESC, c.reason COLLATE "C" LIMIT 6
    LOOP
        RETURN NEXT format(CASE WHEN zh THEN '    %s：%s 条次，%s 家机构（%s）' ELSE '    %s: %s, %s institutions (%s)' END,
            medsup.word('reason', x.reason, lang), medsup.count_text(x.lines), medsup.count_text(x.institutions), x.rules);
    END LOOP;
    SELECT string_agg(COALESCE(CASE WHEN zh THEN p.description_zh ELSE p.description_en END,
                          CASE u.missing WHEN 'codes' THEN CASE WHEN zh THEN '缺编码' ELSE 'no codes' END
                                         WHEN 'limit' THEN CASE WHEN zh THEN '缺限定值' ELSE 'no known limit' END
                                         ELSE u.missing END)
                      || ' ' || medsup.count_text(u.n), CASE WHEN zh THEN '、' ELSE ', ' END ORDER BY u.n DESC, u.missing COLLATE "C")
    INTO line FROM (SELECT e.missing, count(*) AS n FROM medsup.unset_entry e GROUP BY 1) u
    LEFT JOIN medsup.rule_parameter p ON 'parameter ' || p.name = u.missing;
    IF line IS NOT NULL THEN
        RETURN NEXT format(CASE WHEN zh THEN '    未入规则库的知识点（缺参数或限定值）：%s' ELSE '    Knowledge points not in the book (no parameter or limit): %s' END, line);
    END IF;

    -- (7) whom to ask today
    SELECT count(DISTINCT COALESCE(f.fixmedins_code, '')) AS institutions, count(*) AS findings INTO t
    FROM medsup.finding f
    WHERE f.status = 'open' AND medsup.awaits_verdict(f)
      AND (r.period_from IS NULL OR f.period_time >= r.period_from)
      AND (r.period_to IS NULL OR f.period_time < r.period_to);
    RETURN NEXT format(CASE WHEN zh THEN '（7）今日核查清单：%s 家机构，%s 条，每家一份（medsup.worklist）'
                            ELSE '(7) To be checked today: %s institutions, %s findings, one list each (medsup.worklist)' END,
        medsup.count_text(t.institutions), medsup.count_text(t.findings));
END
$$;
COMMENT ON FUNCTION medsup.morning_report(date, text, boolean) IS
    'the morning on one page, zh or en: ledger, findings and money, institutions beside their peers, a case, what was rightly not reported, what could not be judged, today''s lists';
