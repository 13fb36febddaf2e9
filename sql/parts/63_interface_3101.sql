-- The national services 3101 (明细审核事前分析), 3102 (事中分析) and 3103
-- (feedback): JSON in, JSON out.  3101 and 3102 write nothing; what a request
-- gets wrong is answered in the services' own form.

CREATE FUNCTION medsup.read_3101(request jsonb,
    OUT patn_id text, OUT curr_mdtrt_id text, OUT task_id text, OUT trig_scen text, OUT rule_ids text[],
    OUT claim jsonb, OUT current_orders text[])
RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 1
AS 'MODULE_PATHNAME', 'medsup_read_3101';
COMMENT ON FUNCTION medsup.read_3101(jsonb)
    IS 'the patients of a 3101 or 3102 request as claims; current_orders: mdtrt_id, line end, rx_id of orders that are not history';

-- The form of an answer.
CREATE FUNCTION medsup.form_3101(request jsonb, infcode int, err_msg text, result jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_build_object(
        'infcode', infcode,
        'inf_refmsgid', CASE pg_catalog.jsonb_typeof(request) WHEN 'object' THEN request OPERATOR(pg_catalog.->>) 'msgid' END,
        'err_msg', pg_catalog.left(err_msg, 500),
        'output', pg_catalog.jsonb_build_object('result', COALESCE(result, '[]')));
END;
COMMENT ON FUNCTION medsup.form_3101(jsonb, int, text, jsonb) IS 'an answer in the form of the services; infcode 0 is success';

-- Nobody knows beforehand how many orders a request has: joins are hashed.
CREATE FUNCTION medsup.answer_3101(request jsonb, stage text) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20000
    SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off
AS $$
DECLARE
    found jsonb;
    unchecked text;
    undecided text;
    unknown text;
    message text;
    detail text;
BEGIN
    IF request IS NULL THEN
        RETURN medsup.form_3101(NULL, -1, 'there is no request', NULL);
    END IF;
    WITH patient AS MATERIALIZED (
        SELECT p.* FROM medsup.read_3101(request) WITH ORDINALITY
            p (patn_id, curr_mdtrt_id, task_id, trig_scen, rule_ids, claim, current_orders, patient_no)
    ), rule AS (
        -- rules of this stage; of these the ones asked for, when no scene is told
        SELECT r.rule_code, r.gz_code_1_0, r.tier1_zh, r.scenario, coalesce(s.local_name, r.name_zh) AS rule_name
        FROM medsup.rule r
        LEFT JOIN medsup.rule_setting s ON s.rule_code = r.rule_code
        CROSS JOIN LATERAL (SELECT CASE WHEN s.stage IS NOT NULL THEN ARRAY[s.stage] ELSE r.stage END) a (stages)
        WHERE a.stages IS NULL OR answer_3101.stage = ANY (a.stages)
    ), present AS MATERIALIZED (
        SELECT DISTINCT p.patient_no, o.place FROM patient p CROSS JOIN LATERAL unnest(p.current_orders) o (place)
    ), said AS MATERIALIZED (
        SELECT row_number() OVER () AS no, p.patient_no, p.patn_id, p.curr_mdtrt_id, p.task_id, r.rule_name, r.tier1_zh, v.*
        FROM patient p
        CROSS JOIN LATERAL medsup.check_claim(p.claim) v
        LEFT JOIN rule r ON r.rule_code = v.rule_code
        WHERE v.rule_code IS NULL
           OR r.rule_code IS NOT NULL
              AND CASE WHEN p.trig_scen IS NOT NULL THEN coalesce(p.trig_scen = ANY (r.scenario), true)
                       WHEN p.rule_ids IS NOT NULL THEN r.rule_code = ANY (p.rule_ids) OR coalesce(r.gz_code_1_0 = ANY (p.rule_ids), false)
                       ELSE true END
    ), orders AS (
        -- the orders of each finding, and whether one of them is asked about
        SELECT s.no, bool_or(h.place IS NOT NULL) AS is_present,
            min(e ->> 'med_list_codg') FILTER (WHERE e ->> 'role' = '2' AND s.measure = 'pair') AS partner,
            jsonb_agg(jsonb_build_object(
                'jrd_id', left(encode(s.finding_id, 'hex'), 40) || '-' || n, 'patn_id', s.patn_id, 'mdtrt_id', e ->> 'mdtrt_id', 'rx_id', e ->> 'feedetl_sn',
                'vola_item_type', e ->> 'role', 'vola_amt', coalesce((e ->> 'vola_amt')::numeric(16, 2), 0.00)) ORDER BY n) AS details
        FROM said s
        CROSS JOIN LATERAL jsonb_array_elements(s.evidence) WITH ORDINALITY x (e, n)
        LEFT JOIN present h ON h.patient_no = s.patient_no AND h.place = (e ->> 'mdtrt_id') || E'\n' || (e ->> 'feedetl_sn')
        WHERE s.what = 'F' AND e ->> 'role' IN ('1', '2') AND e ? 'feedetl_sn'
        GROUP BY s.no
    ), told AS (
        SELECT s.*, left(encode(s.finding_id, 'hex'), 40) AS jr_id, o.details, o.partner, k.item_name, k.window_days
        FROM said s
        LEFT JOIN orders o ON o.no = s.no
        LEFT JOIN LATERAL (SELECT x.item_name, coalesce(x.window_days, x.before_days) AS window_days FROM medsup.knowledge x WHERE x.entry_code = s.entry_code LIMIT 1) k ON true
        -- what is about a visit and no order of it is told of the present visit
        WHERE s.what = 'F' AND coalesce(o.is_present, s.mdtrt_id = s.curr_mdtrt_id)
    )
    SELECT
        (SELECT jsonb_agg(jsonb_build_object(
            'jr_id', t.jr_id, 'rule_id', t.rule_code, 'rule_name', left(t.rule_name, 200),
            'vola_cont', left(format('%s：“%s”%s', t.rule_name, coalesce(t.item_name, t.evidence -> 0 ->> 'med_list_codg', t.entry_code),
                medsup.breach_text(t.measure, t.scope, t.limit_value, t.actual_value, t.unit, t.excess, t.window_days, t.partner)), 500),
            'patn_id', t.patn_id, 'mdtrt_id', t.mdtrt_id,
            'judge_result_detail_dtos', coalesce(t.details, jsonb_build_array(jsonb_build_object(
                'jrd_id', t.jr_id || '-1', 'patn_id', t.patn_id, 'mdtrt_id', t.mdtrt_id, 'rx_id', NULL, 'vola_item_type', '1', 'vola_amt', t.vola_amt))),
            'vola_amt', t.vola_amt, 'vola_amt_stas', '1', 'sev_deg', t.result_type,
            'vola_evid', left(concat_ws('，', t.clause, t.basis, t.basis_no), 500),
            'vola_bhvr_type', t.tier1_zh, 'task_id', t.task_id)
            ORDER BY t.patient_no, t.rule_code COLLATE "C", t.entry_code COLLATE "C", t.mdtrt_id COLLATE "C", t.feedetl_sn COLLATE "C", t.window_start)
         FROM told t),
        (SELECT string_agg(format('%s %s', medsup.word('reason', u.reason), u.n), '，' ORDER BY u.reason COLLATE "C")
         FROM (SELECT s.reason, count(*) AS n
               FROM said s
               LEFT JOIN present h ON h.patient_no = s.patient_no AND h.place = s.mdtrt_id || E'\n' || s.feedetl_sn
               WHERE s.what = 'S' AND s.reason NOT IN ('void', 'cancelled', 'refund', 'refunded')
                 AND (s.feedetl_sn IS NULL OR h.place IS NOT NULL)
               GROUP BY s.reason) u),
        (SELECT string_agg(format('%s %s %s', u.rule_code, medsup.word('reason', u.reason), u.n), '，' ORDER BY u.rule_code COLLATE "C", u.reason COLLATE "C")
         FROM (SELECT s.rule_code, s.reason, sum(s.lines) AS n FROM said s WHERE s.what = 'T' GROUP BY s.rule_code, s.reason) u),
        (SELECT string_agg(DISTINCT i.id, '，' ORDER BY i.id) FROM patient p CROSS JOIN LATERAL unnest(p.rule_ids) i (id)
         WHERE p.trig_scen IS NULL
           AND NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = i.id OR r.gz_code_1_0 = i.id))
    INTO found, unchecked, undecided, unknown;
    IF unknown IS NOT NULL THEN
        RETURN medsup.form_3101(request, -1, 'rule_ids names rules that are not known: ' || unknown, NULL);
    END IF;
    RETURN medsup.form_3101(request, 0, concat_ws('；', '未能审核的明细：' || unchecked, '无法判定的规则：' || undecided), found);
EXCEPTION
    -- what the request or the bureau's book lacks; anything else is an error of ours
    WHEN SQLSTATE 'MS202' OR SQLSTATE 'MS104' OR data_exception OR program_limit_exceeded THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        RETURN medsup.form_3101(request, -1, concat_ws('. ', message, nullif(detail, '')), NULL);
END
$$;
COMMENT ON FUNCTION medsup.answer_3101(jsonb, text) IS 'the answer to a 3101 or 3102 request by the rules of a stage, 事前 or 事中';

CREATE FUNCTION medsup.check_3101(request jsonb) RETURNS jsonb
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20000
BEGIN ATOMIC
    SELECT medsup.answer_3101(request, '事前');
END;
COMMENT ON FUNCTION medsup.check_3101(jsonb) IS 'national service 3101 (明细审核事前分析): request in, answer out; writes nothing';

CREATE FUNCTION medsup.check_3102(request jsonb) RETURNS jsonb
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20000
BEGIN ATOMIC
    SELECT medsup.answer_3101(request, '事中');
END;
COMMENT ON FUNCTION medsup.check_3102(jsonb) IS 'national service 3102 (明细审核事中分析): request in, answer out; writes nothing';

-- A gateway passes on what it got, and what is no JSON gets an answer, too.
CREATE FUNCTION medsup.json_3101(request text, OUT parsed jsonb, OUT answer jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    parsed := request::jsonb;
EXCEPTION
    WHEN data_exception OR statement_too_complex OR program_limit_exceeded THEN
        answer := medsup.form_3101(NULL, -1, 'the request is no JSON that can be read: ' || SQLERRM, NULL);
END
$$;
COMMENT ON FUNCTION medsup.json_3101(text) IS 'a request parsed, or the answer that says that it cannot be';

CREATE FUNCTION medsup.check_3101(request text) RETURNS jsonb
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20000
BEGIN ATOMIC
    SELECT COALESCE(j.answer, medsup.answer_3101(j.parsed, '事前')) FROM medsup.json_3101(request) j;
END;
COMMENT ON FUNCTION medsup.check_3101(text) IS 'the same of a request as text; broken JSON is answered in the service''s form';

CREATE FUNCTION medsup.check_3102(request text) RETURNS jsonb
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20000
BEGIN ATOMIC
    SELECT COALESCE(j.answer, medsup.answer_3101(j.parsed, '事中')) FROM medsup.json_3101(request) j;
END;
COMMENT ON FUNCTION medsup.check_3102(text) IS 'the same of a request as text; broken JSON is answered in the service''s form';

-- ------------------------------------------------------------- feedback ----
CREATE TABLE medsup.warning_feedback (
    warn_rslt_id        text NOT NULL CHECK (warn_rslt_id OPERATOR(pg_catalog.<>) '' AND pg_catalog.length(warn_rslt_id) OPERATOR(pg_catalog.<=) 50),
    warn_type           text NOT NULL CHECK (warn_type OPERATOR(pg_catalog.=) ANY ('{1,2}')),
    trig_scen           text,
    med_type            text,
    reqt_time           timestamp,
    rsp_time            timestamp,
    ana_dura            numeric,
    vola_flag           text,
    rule_id             text,
    rule_code           text,
    rule_name           text,
    rule_sev_deg        text,
    rule_warn_lv        text,
    warn_cont           text,
    medfee_sumamt       numeric,
    vola_amt            numeric,
    warn_dspo_way       text NOT NULL CHECK (warn_dspo_way OPERATOR(pg_catalog.=) ANY ('{1,2}')),
    warn_dspo_way_dscr  text,
    received_at         timestamptz NOT NULL DEFAULT pg_catalog.now(),
    received_by         text NOT NULL DEFAULT CURRENT_USER,
    changed_at          timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT warning_feedback_pkey PRIMARY KEY (warn_rslt_id, warn_type),
    CONSTRAINT warning_feedback_reason
        CHECK (warn_dspo_way OPERATOR(pg_catalog.=) '2' OR warn_dspo_way_dscr IS NOT NULL)
);
COMMENT ON TABLE medsup.warning_feedback IS 'what physicians did with warnings, as service 3103 reports it; one row a warning and stage, the last word counts';
COMMENT ON COLUMN medsup.warning_feedback.warn_rslt_id IS 'jr_id of the answer of 3101 or 3102';
COMMENT ON COLUMN medsup.warning_feedback.warn_type IS '1 before (3101), 2 during (3102)';
COMMENT ON COLUMN medsup.warning_feedback.trig_scen IS 'trigger scene of the request';
COMMENT ON COLUMN medsup.warning_feedback.med_type IS 'kind of visit';
COMMENT ON COLUMN medsup.warning_feedback.reqt_time IS 'when it was asked, civil time';
COMMENT ON COLUMN medsup.warning_feedback.rsp_time IS 'when it was answered, civil time';
COMMENT ON COLUMN medsup.warning_feedback.ana_dura IS 'how long the analysis took, as the caller says';
COMMENT ON COLUMN medsup.warning_feedback.vola_flag IS 'whether something was found';
COMMENT ON COLUMN medsup.warning_feedback.rule_id IS 'rule of the warning, as answered';
COMMENT ON COLUMN medsup.warning_feedback.rule_code IS 'its code, as the caller says';
COMMENT ON COLUMN medsup.warning_feedback.rule_name IS 'its name, as the caller says';
COMMENT ON COLUMN medsup.warning_feedback.rule_sev_deg IS 'its severity, as the caller says';
COMMENT ON COLUMN medsup.warning_feedback.rule_warn_lv IS 'its warning level, as the caller says';
COMMENT ON COLUMN medsup.warning_feedback.warn_cont IS 'text that was shown';
COMMENT ON COLUMN medsup.warning_feedback.medfee_sumamt IS 'all fees of the request, yuan';
COMMENT ON COLUMN medsup.warning_feedback.vola_amt IS 'amount in breach, yuan';
COMMENT ON COLUMN medsup.warning_feedback.received_by IS 'the role that reported it';
COMMENT ON COLUMN medsup.warning_feedback.warn_dspo_way IS '1 carried on, 2 went back and changed';
COMMENT ON COLUMN medsup.warning_feedback.warn_dspo_way_dscr IS 'why, required for 1';
COMMENT ON COLUMN medsup.warning_feedback.received_at IS 'when it was first reported';
COMMENT ON COLUMN medsup.warning_feedback.changed_at IS 'when it last changed; the same report again changes nothing';

CREATE FUNCTION medsup.feedback_3103(request jsonb) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    data jsonb := coalesce(request #> '{input,data}', request -> 'data', request);
    warns jsonb := data -> 'warns';
    kind text := medsup.read_dict(data ->> 'warn_type', 1);
    w jsonb;
    n bigint;
    id text;
    way text;
    why text;
    problem text;
BEGIN
    IF jsonb_typeof(warns) = 'object' THEN
        warns := jsonb_build_array(warns);
    END IF;
    problem := CASE WHEN request IS NULL OR jsonb_typeof(request) <> 'object' THEN 'the request is no object'
                    WHEN kind IS NULL OR kind NOT IN ('1', '2') THEN 'warn_type is missing or not known. Allowed are 1 (before) and 2 (during)'
                    WHEN jsonb_typeof(warns) IS DISTINCT FROM 'array' OR warns = '[]' THEN 'warns is missing. Allowed is an array of at least one warning' END;
    IF problem IS NULL THEN
        FOR w, n IN SELECT x.w, x.n FROM jsonb_array_elements(warns) WITH ORDINALITY x (w, n) LOOP
            id := medsup.read_text(w ->> 'warn_rslt_id');
            way := medsup.read_dict(w ->> 'dspo_way', 1);
            why := medsup.read_text(w ->> 'dspo_way_rea');
            problem := CASE WHEN jsonb_typeof(w) <> 'object' THEN 'is no object'
                            WHEN id IS NULL OR length(id) > 50 THEN 'has no warn_rslt_id of 1 to 50 characters'
                            WHEN way IS NULL OR way NOT IN ('1', '2') THEN 'has no dspo_way. Allowed are 1 (carry on) and 2 (go back and change)'
                            WHEN way = '1' AND why IS NULL THEN 'has no dspo_way_rea, which dspo_way 1 needs' END;
            IF problem IS NOT NULL THEN
                problem := format('warns[%s] %s', n - 1, problem);
                EXIT;
            END IF;
        END LOOP;
    END IF;
    IF problem IS NOT NULL THEN
        RETURN medsup.form_3101(request, -1, problem, NULL);
    END IF;
    -- two reports of one warning in one request: the later one counts
    INSERT INTO medsup.warning_feedback AS f (warn_rslt_id, warn_type, trig_scen, med_type, reqt_time, rsp_time, ana_dura, vola_flag,
        rule_id, rule_code, rule_name, rule_sev_deg, rule_warn_lv, warn_cont, medfee_sumamt, vola_amt, warn_dspo_way, warn_dspo_way_dscr)
    SELECT DISTINCT ON (medsup.read_text(x.w ->> 'warn_rslt_id'))
        medsup.read_text(x.w ->> 'warn_rslt_id'), kind,
        medsup.read_text(coalesce(x.w ->> 'trig_scen', data ->> 'trig_scen')), medsup.read_dict(x.w ->> 'med_type', 2),
        medsup.read_timestamp(x.w ->> 'reqt_time'), medsup.read_timestamp(x.w ->> 'rsp_time'),
        medsup.read_numeric(x.w ->> 'ana_dura'), medsup.read_dict(x.w ->> 'vola_flag', 1),
        medsup.read_text(x.w ->> 'rule_id'), medsup.read_text(x.w ->> 'rule_code'), medsup.read_text(x.w ->> 'rule_name'),
        medsup.read_text(x.w ->> 'rule_sev_deg'), medsup.read_text(x.w ->> 'rule_warn_lv'), medsup.read_text(x.w ->> 'warn_cont'),
        medsup.read_numeric(x.w ->> 'medfee_sumamt'), medsup.read_numeric(x.w ->> 'vola_amt'),
        medsup.read_dict(x.w ->> 'dspo_way', 1), medsup.read_text(x.w ->> 'dspo_way_rea')
    FROM jsonb_array_elements(warns) WITH ORDINALITY x (w, n)
    ORDER BY medsup.read_text(x.w ->> 'warn_rslt_id'), x.n DESC
    ON CONFLICT ON CONSTRAINT warning_feedback_pkey DO UPDATE SET
        warn_dspo_way = EXCLUDED.warn_dspo_way, warn_dspo_way_dscr = EXCLUDED.warn_dspo_way_dscr, changed_at = now()
    WHERE (f.warn_dspo_way, f.warn_dspo_way_dscr) IS DISTINCT FROM (EXCLUDED.warn_dspo_way, EXCLUDED.warn_dspo_way_dscr);
    RETURN medsup.form_3101(request, 0, NULL, NULL);
END
$$;
COMMENT ON FUNCTION medsup.feedback_3103(jsonb) IS 'national service 3103: store what was done about warnings; the same again changes nothing';
