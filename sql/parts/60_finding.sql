-- Findings.  One row is one suspicion, under an id made from what it is about,
-- never from a sequence, so that a second night recognises what the first one
-- found.  Rows are added to by later versions, never laid out anew.

CREATE TABLE medsup.finding (
    finding_id      bytea NOT NULL,
    content_digest  bytea NOT NULL,
    -- what was breached, and by which edition of the book
    rule_code       text NOT NULL,
    entry_code      text NOT NULL,
    kind            text NOT NULL,
    result_type     text NOT NULL,
    rulebook        int NOT NULL,
    rulebook_digest bytea NOT NULL,
    origin          text NOT NULL DEFAULT 'audit',
    provisional     boolean NOT NULL DEFAULT false,
    note            text,
    -- when
    scope           text NOT NULL,
    window_start    timestamp,
    window_end      timestamp,
    act_from        timestamp,
    act_to          timestamp,
    period_time     timestamp,
    -- how far
    measure         text NOT NULL,
    limit_value     text,
    actual_value    text,
    unit            text,
    excess          numeric,
    -- how much, in yuan
    vola_amt        numeric NOT NULL,
    vola_amt_max    numeric NOT NULL,
    inscp_amt       numeric,
    fund_amt        numeric,
    fund_split      jsonb,
    fund_method     text NOT NULL,
    formula         text,
    -- who and where; the anchor is the line that places the finding
    psn_no          text NOT NULL,
    mdtrt_id        text NOT NULL,
    feedetl_sn      text NOT NULL,
    setl_id         text,
    fixmedins_code  text,
    hosp_lv         text,
    insu_admdvs     text,
    fix_blng_admdvs text,
    insutype        text,
    med_type        text,
    clr_way         text,
    bilg_dept_codg  text,
    bilg_dr_codg    text,
    -- why it can be proved
    exceptions_tested text[],
    evidence        jsonb NOT NULL,
    -- its life
    status          text NOT NULL DEFAULT 'open',
    closed_reason   text,
    version         int NOT NULL DEFAULT 1,
    first_run       bigint NOT NULL,
    changed_run     bigint NOT NULL,
    opened_at       timestamptz NOT NULL DEFAULT pg_catalog.now(),
    changed_at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT finding_pkey PRIMARY KEY (finding_id),
    CONSTRAINT finding_id_is_sha256
        CHECK (pg_catalog.octet_length(finding_id) OPERATOR(pg_catalog.=) 32),
    CONSTRAINT finding_digest_is_sha256
        CHECK (pg_catalog.octet_length(content_digest) OPERATOR(pg_catalog.=) 32),
    CONSTRAINT finding_status_known
        CHECK (status OPERATOR(pg_catalog.=) 'open' AND closed_reason IS NULL
            OR status OPERATOR(pg_catalog.=) 'closed' AND closed_reason IS NOT NULL),
    CONSTRAINT finding_origin_known
        CHECK (origin OPERATOR(pg_catalog.=) ANY (ARRAY['audit', 'self_check', 'score', 'gathering']))
);
COMMENT ON TABLE medsup.finding IS
    'one row a suspicion: the rule breached, how far, how much, by which lines; national column names where there are any';
COMMENT ON COLUMN medsup.finding.finding_id IS
    'SHA-256 over rule, entry, person, scope, window start and anchor line (docs/formats.md)';
COMMENT ON COLUMN medsup.finding.content_digest IS
    'SHA-256 over figures and evidence: the same digest means kept, another one changed';
COMMENT ON COLUMN medsup.finding.period_time IS
    'what places it in a period: settlement time of the anchor line, when unsettled its own time';
COMMENT ON COLUMN medsup.finding.vola_amt IS
    'amount in breach in yuan; where the excess can be taken from several lines, the cheapest choice';
COMMENT ON COLUMN medsup.finding.fund_amt IS
    'the pooled funds'' part of vola_amt; NULL where no line share exists (DRG, DIP, bed day, unsettled)';
COMMENT ON COLUMN medsup.finding.first_run IS
    'the run that found it';
COMMENT ON COLUMN medsup.finding.changed_run IS
    'the last run that changed, closed or reopened it; a run that merely finds it again writes nothing';
CREATE INDEX finding_person_idx ON medsup.finding (psn_no, period_time);
COMMENT ON INDEX medsup.finding_person_idx IS 'a re-audited person''s findings, to close those not found again';
CREATE INDEX finding_institution_idx ON medsup.finding (fixmedins_code, period_time);
COMMENT ON INDEX medsup.finding_institution_idx IS 'the list an institution is checked by';
-- Evidence is compressed text of codes and figures, rarely read whole.
ALTER TABLE medsup.finding ALTER COLUMN evidence SET COMPRESSION pglz;

CREATE TABLE medsup.finding_history (
    -- first, so that columns added to findings later stay in line
    replaced_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    LIKE medsup.finding,
    CONSTRAINT finding_history_pkey PRIMARY KEY (finding_id, version)
);
COMMENT ON TABLE medsup.finding_history IS
    'what a finding said before it changed, was closed or reopened; one row a version';

-- A trigger and not a habit: whoever changes a finding leaves its old figures.
CREATE FUNCTION medsup.finding_keep_history() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO medsup.finding_history SELECT pg_catalog.now(), OLD.*;
    NEW.version := OLD.version + 1;
    NEW.changed_at := pg_catalog.now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.finding_keep_history() IS 'trigger: keep the old figures of a finding that changes';
CREATE TRIGGER finding_keep_history BEFORE UPDATE ON medsup.finding
    FOR EACH ROW
    WHEN (OLD.content_digest IS DISTINCT FROM NEW.content_digest
       OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION medsup.finding_keep_history();
COMMENT ON TRIGGER finding_keep_history ON medsup.finding IS
    'old figures go to medsup.finding_history, the version counts up';

-- One batch of a run: what the evaluator said about some persons, staged in any
-- relation with medsup.verdict's columns (CREATE TEMP TABLE ... AS, since that can
-- be parallel), and the persons it was asked about (column psn_no).  In one
-- statement, so that a batch is in the ledger and in the findings, or in neither.
CREATE FUNCTION medsup.record_findings(
    run_id          bigint,
    rulebook        int,
    rulebook_digest bytea,
    staged          regclass,
    persons         regclass,
    period_from     timestamp,
    period_to       timestamp,
    OUT opened      bigint,
    OUT changed     bigint,
    OUT reopened    bigint,
    OUT kept        bigint,
    OUT closed      bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF run_id IS NULL OR rulebook IS NULL OR rulebook_digest IS NULL OR staged IS NULL THEN
        RAISE EXCEPTION 'record_findings needs a run, a rulebook with its digest and a staged relation'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- The warehouse may hold one line twice under one number: such findings are
    -- one finding, and the larger of the two is kept.
    EXECUTE pg_catalog.format($q$
        WITH v AS MATERIALIZED (
            SELECT DISTINCT ON (s.finding_id) s.*
            FROM %1$s s
            WHERE s.what = 'F'
            ORDER BY s.finding_id, s.vola_amt DESC, s.content_digest
        ), old AS MATERIALIZED (
            SELECT f.finding_id, f.content_digest, f.status
            FROM medsup.finding f
            JOIN v ON v.finding_id = f.finding_id
        ), put AS (
            INSERT INTO medsup.finding AS f (finding_id, content_digest, rule_code, entry_code,
                kind, result_type, rulebook, rulebook_digest, provisional, note,
                scope, window_start, window_end, act_from, act_to, period_time,
                measure, limit_value, actual_value, unit, excess,
                vola_amt, vola_amt_max, inscp_amt, fund_amt, fund_split, fund_method, formula,
                psn_no, mdtrt_id, feedetl_sn, setl_id, fixmedins_code, hosp_lv,
                insu_admdvs, fix_blng_admdvs, insutype, med_type, clr_way,
                bilg_dept_codg, bilg_dr_codg, exceptions_tested, evidence,
                first_run, changed_run)
            SELECT v.finding_id, v.content_digest, v.rule_code, v.entry_code,
                v.kind, v.result_type, $2, $3, COALESCE(v.provisional, false), v.note,
                v.scope, v.window_start, v.window_end, v.act_from, v.act_to, v.period_time,
                v.measure, v.limit_value, v.actual_value, v.unit, v.excess,
                v.vola_amt, COALESCE(v.vola_amt_max, v.vola_amt), v.inscp_amt, v.fund_amt,
                v.fund_split, v.fund_method, v.formula,
                v.psn_no, v.mdtrt_id, v.feedetl_sn, v.setl_id, v.fixmedins_code, v.hosp_lv,
                v.insu_admdvs, v.fix_blng_admdvs, v.insutype, v.med_type, v.clr_way,
                v.bilg_dept_codg, v.bilg_dr_codg, v.exceptions_tested, v.evidence,
                $1, $1
            FROM v
            LEFT JOIN old ON old.finding_id = v.finding_id
            WHERE old.finding_id IS NULL
               OR old.content_digest <> v.content_digest
               OR old.status = 'closed'
            ON CONFLICT (finding_id) DO UPDATE SET
                content_digest = EXCLUDED.content_digest, result_type = EXCLUDED.result_type,
                rulebook = EXCLUDED.rulebook, rulebook_digest = EXCLUDED.rulebook_digest,
                provisional = EXCLUDED.provisional, note = EXCLUDED.note,
                window_end = EXCLUDED.window_end, act_from = EXCLUDED.act_from,
                act_to = EXCLUDED.act_to, period_time = EXCLUDED.period_time,
                measure = EXCLUDED.measure, limit_value = EXCLUDED.limit_value,
                actual_value = EXCLUDED.actual_value, unit = EXCLUDED.unit, excess = EXCLUDED.excess,
                vola_amt = EXCLUDED.vola_amt, vola_amt_max = EXCLUDED.vola_amt_max,
                inscp_amt = EXCLUDED.inscp_amt, fund_amt = EXCLUDED.fund_amt,
                fund_split = EXCLUDED.fund_split, fund_method = EXCLUDED.fund_method,
                formula = EXCLUDED.formula, setl_id = EXCLUDED.setl_id,
                fixmedins_code = EXCLUDED.fixmedins_code, hosp_lv = EXCLUDED.hosp_lv,
                insu_admdvs = EXCLUDED.insu_admdvs, fix_blng_admdvs = EXCLUDED.fix_blng_admdvs,
                insutype = EXCLUDED.insutype, med_type = EXCLUDED.med_type, clr_way = EXCLUDED.clr_way,
                bilg_dept_codg = EXCLUDED.bilg_dept_codg, bilg_dr_codg = EXCLUDED.bilg_dr_codg,
                exceptions_tested = EXCLUDED.exceptions_tested, evidence = EXCLUDED.evidence,
                status = 'open', closed_reason = NULL, changed_run = EXCLUDED.changed_run
            RETURNING f.finding_id
        ), gone AS (
            UPDATE medsup.finding f
            SET status = 'closed', closed_reason = 'not_reproduced', changed_run = $1
            FROM %2$s
            WHERE f.psn_no = p.psn_no
              AND f.status = 'open'
              AND f.origin = 'audit'
              AND ($4 IS NULL OR f.period_time IS NULL OR f.period_time >= $4)
              AND ($5 IS NULL OR f.period_time IS NULL OR f.period_time < $5)
              AND NOT EXISTS (SELECT FROM v WHERE v.finding_id = f.finding_id)
            RETURNING f.finding_id
        )
        SELECT (SELECT pg_catalog.count(*) FROM put LEFT JOIN old USING (finding_id) WHERE old.finding_id IS NULL),
               (SELECT pg_catalog.count(*) FROM put JOIN old USING (finding_id) WHERE old.status = 'open'),
               (SELECT pg_catalog.count(*) FROM put JOIN old USING (finding_id) WHERE old.status = 'closed'),
               (SELECT pg_catalog.count(*) FROM v) - (SELECT pg_catalog.count(*) FROM put),
               (SELECT pg_catalog.count(*) FROM gone)$q$,
        staged,
        CASE WHEN persons IS NULL THEN '(SELECT NULL::text AS psn_no WHERE false) p'
             ELSE pg_catalog.format('(SELECT DISTINCT psn_no FROM %s) p', persons) END)
    INTO opened, changed, reopened, kept, closed
    USING run_id, rulebook, rulebook_digest, period_from, period_to;
END
$$;
COMMENT ON FUNCTION medsup.record_findings(bigint, int, bytea, regclass, regclass, timestamp, timestamp) IS
    'put one batch of verdicts into medsup.finding: new, changed, reopened, kept untouched; close what the batch''s persons no longer show in the period';
