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
    psn_no          text,
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
    -- why it can be proved; clause and basis as the book said them
    clause          text,
    basis           text,
    basis_no        text,
    valid_from      date,
    valid_to        date,
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
    stage           text NOT NULL DEFAULT '事后',
    sources         text[],
    exemption       int,
    CONSTRAINT finding_pkey PRIMARY KEY (finding_id),
    CONSTRAINT finding_id_is_sha256
        CHECK (pg_catalog.octet_length(finding_id) OPERATOR(pg_catalog.=) 32),
    CONSTRAINT finding_digest_is_sha256
        CHECK (pg_catalog.octet_length(content_digest) OPERATOR(pg_catalog.=) 32),
    CONSTRAINT finding_status_known
        CHECK (status OPERATOR(pg_catalog.=) 'open' AND closed_reason IS NULL AND exemption IS NULL
            OR status OPERATOR(pg_catalog.=) 'exempt' AND closed_reason IS NULL AND exemption IS NOT NULL
            OR status OPERATOR(pg_catalog.=) 'closed' AND closed_reason IS NOT NULL),
    CONSTRAINT finding_origin_known
        CHECK (origin OPERATOR(pg_catalog.=) ANY (ARRAY['audit', 'self_check', 'score', 'gathering'])),
    CONSTRAINT finding_stage_known
        CHECK (stage OPERATOR(pg_catalog.=) ANY (ARRAY['事前', '事中', '事后']))
);
COMMENT ON TABLE medsup.finding IS
    'one row a suspicion: the rule breached, how far, how much, by which lines; national column names where there are any';
COMMENT ON COLUMN medsup.finding.rule_code IS 'the rule in breach';
COMMENT ON COLUMN medsup.finding.entry_code IS 'the knowledge point';
COMMENT ON COLUMN medsup.finding.kind IS 'kind of the rule, K1 to K15';
COMMENT ON COLUMN medsup.finding.result_type IS '可疑 or 明确违规';
COMMENT ON COLUMN medsup.finding.rulebook IS 'version of the book';
COMMENT ON COLUMN medsup.finding.rulebook_digest IS 'SHA-256 of that book';
COMMENT ON COLUMN medsup.finding.origin IS 'which part of medsup found it: audit, self_check, score or gathering';
COMMENT ON COLUMN medsup.finding.provisional IS 'true: rests on an unsettled stay';
COMMENT ON COLUMN medsup.finding.note IS 'such as late_posting';
COMMENT ON COLUMN medsup.finding.scope IS 'the window that was judged, such as line, day or stay';
COMMENT ON COLUMN medsup.finding.window_start IS 'begin of the window judged, civil time';
COMMENT ON COLUMN medsup.finding.window_end IS 'end of it, excluded';
COMMENT ON COLUMN medsup.finding.act_from IS 'first act of the evidence, civil time';
COMMENT ON COLUMN medsup.finding.act_to IS 'last act of the evidence';
COMMENT ON COLUMN medsup.finding.measure IS 'what was looked at, such as sex, diagnosis, quantity or readmission';
COMMENT ON COLUMN medsup.finding.limit_value IS 'what is allowed, as a token or number in unit';
COMMENT ON COLUMN medsup.finding.actual_value IS 'what was found, as limit_value';
COMMENT ON COLUMN medsup.finding.unit IS 'unit of limit, actual value and excess';
COMMENT ON COLUMN medsup.finding.excess IS 'how much is over the limit, in unit';
COMMENT ON COLUMN medsup.finding.vola_amt_max IS 'amount in breach, yuan; dearest choice';
COMMENT ON COLUMN medsup.finding.inscp_amt IS 'part of vola_amt within the insurances scope, yuan';
COMMENT ON COLUMN medsup.finding.fund_split IS 'that part by fund, yuan; account money apart under acct_pay and acct_mulaid_pay';
COMMENT ON COLUMN medsup.finding.fund_method IS 'line, ratio, unsettled or none: how fund_amt was found';
COMMENT ON COLUMN medsup.finding.formula IS 'the arithmetic with its numbers put in';
COMMENT ON COLUMN medsup.finding.psn_no IS 'number of the person; NULL: about a provider, the first item of the evidence says which';
COMMENT ON COLUMN medsup.finding.mdtrt_id IS 'visit of the anchor line';
COMMENT ON COLUMN medsup.finding.feedetl_sn IS 'the anchor: the first line in breach; empty where a visit without lines is';
COMMENT ON COLUMN medsup.finding.setl_id IS 'settlement of the anchor line; NULL: unsettled';
COMMENT ON COLUMN medsup.finding.fixmedins_code IS 'code of the institution';
COMMENT ON COLUMN medsup.finding.hosp_lv IS 'level of the institution as written (level_map)';
COMMENT ON COLUMN medsup.finding.insu_admdvs IS 'region of the insurance, six digits';
COMMENT ON COLUMN medsup.finding.fix_blng_admdvs IS 'region of the institution, six digits';
COMMENT ON COLUMN medsup.finding.insutype IS 'kind of insurance as written (insurance_map)';
COMMENT ON COLUMN medsup.finding.med_type IS 'kind of visit as written (setting_map)';
COMMENT ON COLUMN medsup.finding.clr_way IS 'how the case is paid, as written (clr_way_map)';
COMMENT ON COLUMN medsup.finding.bilg_dept_codg IS 'department that ordered';
COMMENT ON COLUMN medsup.finding.bilg_dr_codg IS 'physician who ordered';
COMMENT ON COLUMN medsup.finding.clause IS 'law or agreement clause, as the book said it';
COMMENT ON COLUMN medsup.finding.basis IS 'document it rests on, as the book said it; what the bureau set goes first';
COMMENT ON COLUMN medsup.finding.basis_no IS 'number of that document';
COMMENT ON COLUMN medsup.finding.valid_from IS 'first day the knowledge point is in force';
COMMENT ON COLUMN medsup.finding.valid_to IS 'last day; NULL: open';
COMMENT ON COLUMN medsup.finding.exceptions_tested IS 'what was looked at and did not apply';
COMMENT ON COLUMN medsup.finding.evidence IS 'lines and other records as they were read: role 1 in breach, 2 involved, 3 refund applied; with hashes';
COMMENT ON COLUMN medsup.finding.sources IS
    'kinds of sources there were when it was found, of diagnosis, operation, chronic_reg: what is proved from the evidence must not read an absent source as an empty one';
COMMENT ON COLUMN medsup.finding.status IS 'open; exempt: holds, but an exemption covers it; closed';
COMMENT ON COLUMN medsup.finding.exemption IS 'the exemption that covers it, of a closed one the last that did';
COMMENT ON COLUMN medsup.finding.closed_reason IS 'not_reproduced: looked for and gone; not_in_book: the run did not check its rule';
COMMENT ON COLUMN medsup.finding.version IS 'counts what is in finding_history';
COMMENT ON COLUMN medsup.finding.opened_at IS 'when it was found';
COMMENT ON COLUMN medsup.finding.changed_at IS 'when it last changed';
COMMENT ON COLUMN medsup.finding.stage IS '事前, 事中 or 事后, as medsup.rule.stage: the door that found it';
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
-- Evidence is text of codes and figures, rarely read whole.  lz4 takes a quarter
-- of pglz's time for it; not every server is built with it.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_settings s
               WHERE s.name OPERATOR(pg_catalog.=) 'default_toast_compression'
                 AND 'lz4' OPERATOR(pg_catalog.=) ANY (s.enumvals)) THEN
        ALTER TABLE medsup.finding ALTER COLUMN evidence SET COMPRESSION lz4;
    END IF;
END
$$;

CREATE TABLE medsup.finding_history (
    -- first, so that columns added to findings later stay in line
    replaced_at     timestamptz NOT NULL DEFAULT pg_catalog.now(),
    LIKE medsup.finding,
    CONSTRAINT finding_history_pkey PRIMARY KEY (finding_id, version)
);
COMMENT ON TABLE medsup.finding_history IS
    'what a finding said before it changed, was closed or reopened; one row a version';

-- Triggers and not a habit: whoever changes a finding leaves its old figures.  By
-- statement, since a night may change a hundred thousand.
CREATE FUNCTION medsup.finding_keep_history() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
    -- planned once a session, by the first statement's few rows
    SET enable_nestloop = off
AS $$
BEGIN
    INSERT INTO medsup.finding_history
    SELECT pg_catalog.now(), o.*
    FROM old_rows o
    LEFT JOIN new_rows n ON n.finding_id = o.finding_id
    WHERE n.content_digest IS DISTINCT FROM o.content_digest OR n.status IS DISTINCT FROM o.status;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsup.finding_keep_history() IS 'trigger: keep the old figures of the findings that a statement changed';
CREATE TRIGGER finding_keep_history AFTER UPDATE ON medsup.finding
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION medsup.finding_keep_history();
COMMENT ON TRIGGER finding_keep_history ON medsup.finding IS
    'old figures go to medsup.finding_history';

CREATE FUNCTION medsup.finding_count_version() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.changed_at := pg_catalog.now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.finding_count_version() IS 'trigger: count the version of a finding up, by one and no other number';
CREATE TRIGGER finding_count_version BEFORE UPDATE ON medsup.finding
    FOR EACH ROW
    -- not for runs, which have counted
    WHEN ((OLD.content_digest IS DISTINCT FROM NEW.content_digest OR OLD.status IS DISTINCT FROM NEW.status)
          AND (NEW.version IS DISTINCT FROM OLD.version OPERATOR(pg_catalog.+) 1 OR NEW.changed_at IS DISTINCT FROM pg_catalog.now()))
    EXECUTE FUNCTION medsup.finding_count_version();
COMMENT ON TRIGGER finding_count_version ON medsup.finding IS
    'what changes gets the next version, whoever changes it';

-- A verdict stands while the finding says what it said then.  While nobody has
-- excluded it, a finding counts in totals.
CREATE VIEW medsup.excluded_finding AS
    SELECT s.finding_id
    FROM (
        SELECT DISTINCT ON (f.finding_id) f.finding_id, j.verdict
        FROM medsup.judgement j
        JOIN medsup.finding f ON f.finding_id OPERATOR(pg_catalog.=) j.finding_id
            AND f.content_digest OPERATOR(pg_catalog.=) j.content_digest
        ORDER BY f.finding_id, j.judged_at DESC, j.judgement DESC
    ) s
    WHERE s.verdict OPERATOR(pg_catalog.=) 'excluded';
COMMENT ON VIEW medsup.excluded_finding IS
    'findings that a person excluded as they are now: they stay, and count in no list and no total';

CREATE FUNCTION medsup.finding_state(f medsup.finding) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    -- the bureau's verdicts are none of a self-check's
    SELECT CASE WHEN (f).status OPERATOR(pg_catalog.<>) 'open' OR (f).origin OPERATOR(pg_catalog.=) 'self_check' THEN (f).status
        ELSE COALESCE(
            (SELECT CASE WHEN j.content_digest OPERATOR(pg_catalog.=) (f).content_digest THEN j.verdict ELSE 'again' END
             FROM medsup.judgement j
             WHERE j.finding_id OPERATOR(pg_catalog.=) (f).finding_id
             ORDER BY (j.content_digest OPERATOR(pg_catalog.=) (f).content_digest) DESC, j.judged_at DESC, j.judgement DESC
             LIMIT 1), 'open') END;
END;
COMMENT ON FUNCTION medsup.finding_state(medsup.finding) IS
    'where a finding stands: open, confirmed, excluded, records_needed, again (changed after a verdict), exempt or closed';

CREATE FUNCTION medsup.awaits_verdict(f medsup.finding) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT medsup.finding_state(f) OPERATOR(pg_catalog.=) ANY (ARRAY['open', 'again', 'records_needed']);
END;
COMMENT ON FUNCTION medsup.awaits_verdict(medsup.finding) IS
    'whether a finding is still to be judged: what work lists hold';

-- One batch of a run: what the evaluator said about some persons, staged in a
-- table with medsup.verdict's columns (CREATE TEMP TABLE ... AS, since that can be
-- parallel), and a table of the persons it was asked about (column psn_no).  In one
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
    OUT closed      bigint,
    OUT exempt      bigint,
    OUT vola_amt    numeric,
    OUT fund_amt    numeric)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    campaign record;
BEGIN
    IF run_id IS NULL OR rulebook IS NULL OR rulebook_digest IS NULL OR staged IS NULL THEN
        RAISE EXCEPTION 'record_findings needs a run, a rulebook with its digest and a staged relation'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- A batch that was just written has no statistics, and a guess of few rows
    -- would be planned by loops.
    EXECUTE pg_catalog.format('ANALYZE %s (what, finding_id)', staged);
    IF persons IS NOT NULL THEN
        EXECUTE pg_catalog.format('ANALYZE %s (psn_no)', persons);
    END IF;
    -- What a campaign did not ask about, it leaves as it is.
    SELECT r.institutions, r.rules, r.med_types, r.by_occurrence INTO campaign FROM medsup.run r WHERE r.run = run_id;
    -- Narrow rows first, since evidence is wide: what is kept is never read whole.
    -- The warehouse may hold one line twice under one number: such findings are
    -- one finding, and the larger of the two is kept.
    EXECUTE pg_catalog.format($q$
        WITH told AS MATERIALIZED (
            SELECT DISTINCT ON (s.finding_id) s.ctid AS at, s.finding_id, s.content_digest, s.vola_amt, s.fund_amt
            FROM %1$s s
            WHERE s.what = 'F'
            ORDER BY s.finding_id, s.vola_amt DESC, s.content_digest
        ), exemption AS MATERIALIZED (
            -- by the narrowest thing that each names, to be looked up by it
            SELECT e.*, CASE WHEN e.psn_no IS NOT NULL THEN 'person ' || e.psn_no
                             WHEN e.mdtrt_id IS NOT NULL THEN 'visit ' || e.mdtrt_id
                             WHEN e.entry_code IS NOT NULL THEN 'entry ' || e.entry_code
                             WHEN e.rule_code IS NOT NULL THEN 'rule ' || e.rule_code
                             ELSE 'codes' END AS names
            FROM medsup.exemption e
            WHERE e.ended_at IS NULL
        ), covered AS MATERIALIZED (
            -- in force, and no wider than what it names; acts of unknown time are not covered by days
            SELECT u.ctid AS at, pg_catalog.min(e.exemption) AS exemption
            FROM %1$s u
            CROSS JOIN LATERAL (VALUES ('person ' || u.psn_no), ('visit ' || u.mdtrt_id), ('entry ' || u.entry_code),
                ('rule ' || u.rule_code), ('codes')) k (name)
            JOIN exemption e ON e.names = k.name
            WHERE u.what = 'F'
              AND EXISTS (SELECT FROM exemption)
              AND (e.rule_code IS NULL OR e.rule_code = u.rule_code)
              AND (e.entry_code IS NULL OR e.entry_code = u.entry_code)
              AND (e.fixmedins_code IS NULL OR e.fixmedins_code = u.fixmedins_code)
              AND (e.psn_no IS NULL OR e.psn_no = u.psn_no)
              AND (e.valid_from IS NULL OR COALESCE(u.act_from, u.window_start, u.period_time) >= e.valid_from)
              AND (e.valid_to IS NULL OR COALESCE(u.act_to, u.window_start, u.period_time) < e.valid_to + 1)
              AND (e.codes IS NULL AND e.mdtrt_id IS NULL OR medsup.breach_is_of(u.evidence, u.mdtrt_id, e.codes, e.mdtrt_id))
            GROUP BY u.ctid
        ), v AS MATERIALIZED (
            SELECT t.*, x.exemption, CASE WHEN x.exemption IS NULL THEN 'open' ELSE 'exempt' END AS status
            FROM told t
            LEFT JOIN covered x ON x.at = t.at
        ), step AS MATERIALIZED (
            -- was: NULL where there was none.  One look into the index each, here and
            -- below: of all findings a batch has few.
            SELECT v.at, v.status, v.exemption, f.status AS was
            FROM v
            LEFT JOIN LATERAL (
                SELECT f.content_digest, f.status, f.exemption FROM medsup.finding f
                WHERE f.finding_id = v.finding_id OFFSET 0
            ) f ON true
            WHERE f.status IS NULL
               OR f.content_digest <> v.content_digest
               OR f.status <> v.status
               OR f.exemption <> v.exemption
        ), put AS (
            INSERT INTO medsup.finding AS f (finding_id, content_digest, rule_code, entry_code,
                kind, result_type, rulebook, rulebook_digest, provisional, note,
                scope, window_start, window_end, act_from, act_to, period_time,
                measure, limit_value, actual_value, unit, excess,
                vola_amt, vola_amt_max, inscp_amt, fund_amt, fund_split, fund_method, formula,
                psn_no, mdtrt_id, feedetl_sn, setl_id, fixmedins_code, hosp_lv,
                insu_admdvs, fix_blng_admdvs, insutype, med_type, clr_way,
                bilg_dept_codg, bilg_dr_codg, clause, basis, basis_no, valid_from, valid_to,
                exceptions_tested, evidence, sources, status, exemption, first_run, changed_run, version)
            SELECT s.finding_id, s.content_digest, s.rule_code, s.entry_code,
                s.kind, s.result_type, $2, $3, COALESCE(s.provisional, false), s.note,
                s.scope, s.window_start, s.window_end, s.act_from, s.act_to, s.period_time,
                s.measure, s.limit_value, s.actual_value, s.unit, s.excess,
                s.vola_amt, COALESCE(s.vola_amt_max, s.vola_amt), s.inscp_amt, s.fund_amt,
                s.fund_split, s.fund_method, s.formula,
                s.psn_no, s.mdtrt_id, s.feedetl_sn, s.setl_id, s.fixmedins_code, s.hosp_lv,
                s.insu_admdvs, s.fix_blng_admdvs, s.insutype, s.med_type, s.clr_way,
                s.bilg_dept_codg, s.bilg_dr_codg, s.clause, s.basis, s.basis_no, s.valid_from, s.valid_to,
                s.exceptions_tested, s.evidence, s.sources, step.status, step.exemption, $1, $1,
                -- one that was deleted goes on where its history ends
                1 + CASE WHEN step.was IS NULL
                         THEN (SELECT COALESCE(pg_catalog.max(h.version), 0) FROM medsup.finding_history h WHERE h.finding_id = s.finding_id)
                         ELSE 0 END
            FROM step
            JOIN %1$s s ON s.ctid = step.at
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
                clause = EXCLUDED.clause, basis = EXCLUDED.basis, basis_no = EXCLUDED.basis_no,
                valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
                exceptions_tested = EXCLUDED.exceptions_tested, evidence = EXCLUDED.evidence, sources = EXCLUDED.sources,
                status = EXCLUDED.status, exemption = EXCLUDED.exemption, closed_reason = NULL, changed_run = EXCLUDED.changed_run,
                version = f.version + 1, changed_at = pg_catalog.now()
        ), lost AS MATERIALIZED (
            SELECT f.finding_id
            FROM %2$s
            CROSS JOIN LATERAL (
                SELECT f.finding_id FROM medsup.finding f
                WHERE f.psn_no = p.psn_no
                  AND f.status <> 'closed'
                  AND f.origin = 'audit'
                  -- the first act is the anchor's
                  AND ($4 IS NULL OR COALESCE(CASE WHEN $9 THEN f.act_from ELSE f.period_time END >= $4, true))
                  AND ($5 IS NULL OR COALESCE(CASE WHEN $9 THEN f.act_from ELSE f.period_time END < $5, true))
                  AND ($6 IS NULL OR f.fixmedins_code = ANY ($6))
                  AND ($7 IS NULL OR f.rule_code = ANY ($7))
                  AND ($8 IS NULL OR f.med_type = ANY ($8))
                OFFSET 0
            ) f
            WHERE NOT EXISTS (SELECT FROM v WHERE v.finding_id = f.finding_id)
        ), gone AS (
            UPDATE medsup.finding f
            SET status = 'closed', changed_run = $1, version = f.version + 1, changed_at = pg_catalog.now(),
                -- a rule that this run did not check found nothing because nobody looked
                closed_reason = CASE WHEN EXISTS (SELECT FROM medsup.run_rule u WHERE u.run = $1)
                                      AND NOT EXISTS (SELECT FROM medsup.run_rule u
                                                      WHERE u.run = $1 AND u.rule_code = f.rule_code AND u.state = 'checked')
                                THEN 'not_in_book' ELSE 'not_reproduced' END
            FROM lost
            WHERE f.finding_id = lost.finding_id
            RETURNING f.finding_id
        )
        SELECT q.opened, q.changed, q.reopened, w.told - q.written, (SELECT pg_catalog.count(*) FROM gone), w.exempt,
            COALESCE(w.vola_amt, 0), COALESCE(w.fund_amt, 0)
        FROM (SELECT pg_catalog.count(*) AS written,
                  pg_catalog.count(*) FILTER (WHERE step.was IS NULL) AS opened,
                  pg_catalog.count(*) FILTER (WHERE step.was <> 'closed') AS changed,
                  pg_catalog.count(*) FILTER (WHERE step.was = 'closed') AS reopened
              FROM step) q,
             (SELECT pg_catalog.count(*) AS told,
                  pg_catalog.count(*) FILTER (WHERE v.status = 'exempt') AS exempt,
                  pg_catalog.sum(v.vola_amt) FILTER (WHERE v.status = 'open') AS vola_amt,
                  pg_catalog.sum(v.fund_amt) FILTER (WHERE v.status = 'open') AS fund_amt
              FROM v) w$q$,
        staged,
        CASE WHEN persons IS NULL THEN '(SELECT NULL::text AS psn_no WHERE false) p'
             ELSE pg_catalog.format('(SELECT DISTINCT psn_no FROM %s) p', persons) END)
    INTO opened, changed, reopened, kept, closed, exempt, vola_amt, fund_amt
    USING run_id, rulebook, rulebook_digest, period_from, period_to,
        campaign.institutions, campaign.rules, campaign.med_types, campaign.by_occurrence;
END
$$;
COMMENT ON FUNCTION medsup.record_findings(bigint, int, bytea, regclass, regclass, timestamp, timestamp) IS
    'put one batch of verdicts into medsup.finding: new, changed, reopened, kept untouched, of these exempt; close what the batch''s persons no longer show in the period, as far as the run asked about it';

-- ------------------------------------------------------------- in words ----
-- Tokens are stored; people read words.  An unknown token stands for itself.
CREATE FUNCTION medsup.word(topic text, token text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20
BEGIN ATOMIC
    SELECT COALESCE(
        (SELECT CASE lang WHEN 'en' THEN w.en ELSE w.zh END
         FROM (VALUES
            ('rule', 'SCORE', '异常得分', 'anomaly score'),
            ('rule', 'GATHERING', '就医聚集', 'gathering'),
            ('note', 'covisit', '结伴就医', 'came together again and again'),
            ('note', 'crowd', '短时扎堆', 'many in a short time'),
            ('note', 'scan', '时空聚集', 'more than expected there and then'),
            ('note', 'dbscan', '时空密集', 'dense in space and time'),
            ('note', 'dense_block', '密集往来', 'share their providers'),
            ('sex', 'male', '男', 'male'),
            ('sex', 'female', '女', 'female'),
            ('sex', '1', '男', 'male'),
            ('sex', '2', '女', 'female'),
            ('insurance', 'basic', '基本医疗保险', 'basic medical insurance'),
            ('insurance', 'work_injury', '工伤保险', 'work injury insurance'),
            ('insurance', 'maternity', '生育保险', 'maternity insurance'),
            ('setting', 'inpatient', '住院', 'inpatient'),
            ('setting', 'emergency', '急诊', 'emergency'),
            ('setting', 'outpatient', '门诊', 'outpatient'),
            ('setting', 'chronic', '门慢特', 'chronic disease programme'),
            ('setting', 'pharmacy', '购药', 'pharmacy'),
            ('setting', 'internet', '互联网诊疗', 'internet visit'),
            ('level', '3', '三级', 'level 3'),
            ('level', '2', '二级', 'level 2'),
            ('level', '1', '一级', 'level 1'),
            ('level', '0', '未定级', 'no level'),
            ('scope', 'line', '单条', 'line'),
            ('scope', 'hour', '同一小时', 'hour'),
            ('scope', '6h', '6小时', '6-hour span'),
            ('scope', 'day', '日', 'day'),
            ('scope', 'visit', '次就诊', 'visit'),
            ('scope', 'stay', '次住院', 'stay'),
            ('scope', 'course', '疗程', 'course'),
            ('scope', 'lifetime', '累计', 'lifetime'),
            ('scope', 'prescription', '张处方', 'prescription'),
            ('scope', 'week', '周', 'week'),
            ('scope', 'month', '月', 'month'),
            ('scope', 'quarter', '季度', 'quarter'),
            ('scope', 'year', '年', 'year'),
            ('subject', 'gathering', '聚集', 'gathering'),
            ('subject', 'institution', '机构', 'institution'),
            ('subject', 'department', '科室', 'department'),
            ('subject', 'doctor', '医师', 'doctor'),
            ('subject', 'item', '药品耗材', 'item'),
            ('subject', 'trace_code', '追溯码', 'trace code'),
            ('scope', 'insurance_year', '医保年度', 'insurance year'),
            ('scope', 'operation', '台手术', 'operation'),
            ('within', 'day', '同一日', 'day'),
            ('within', 'visit', '单次就诊', 'visit'),
            ('within', 'stay', '单次住院', 'stay'),
            ('within', 'prescription', '同一处方', 'prescription'),
            ('within', 'week', '同一周', 'week'),
            ('within', 'month', '同一月', 'month'),
            ('within', 'quarter', '同一季度', 'quarter'),
            ('within', 'year', '同一年', 'year'),
            ('within', 'insurance_year', '同一医保年度', 'insurance year'),
            ('within', 'operation', '同一台手术', 'operation'),
            ('prescriber', '1', '非限制使用级', 'unrestricted'),
            ('prescriber', '2', '限制使用级', 'restricted'),
            ('prescriber', '3', '特殊使用级', 'special'),
            ('unit', '次', '次', 'times'),
            ('unit', '小时', '小时', 'hours'),
            ('unit', '天', '天', 'days'),
            ('unit', '日', '日', 'days'),
            ('unit', 'time', '次', 'times'),
            ('unit', 'times', '次', 'times'),
            ('unit', 'hour', '小时', 'hours'),
            ('unit', 'hours', '小时', 'hours'),
            ('unit', 'day', '天', 'days'),
            ('unit', 'days', '天', 'days'),
            ('age_unit', 'year', '岁', 'years'),
            ('age_unit', 'month', '个月', 'months'),
            ('age_unit', 'day', '天', 'days'),
            ('result_type', '可疑', '可疑', 'suspicion'),
            ('result_type', '明确违规', '明确违规', 'clear breach'),
            ('fund_method', 'line', '按明细报销比例', 'the line''s own rate'),
            ('fund_method', 'ratio', '按结算单比例分摊', 'shared out over the bill'),
            ('fund_method', 'none', '需按病组差额核定', 'to be settled by the case group''s difference'),
            ('fund_method', 'unsettled', '未结算，待结算后确定', 'not settled yet'),
            ('fund_method', 'provider', '按机构核查，不逐行核定', 'to be looked into at the provider, not by line'),
            ('note', 'same_institution', '疑似串换或空刷', 'looks like swapped or never dispensed packages'),
            ('note', 'between_institutions', '疑似回流药', 'looks like packages sold again'),
            ('note', 'boxes', '计费盒数与追溯码数不符', 'boxes billed and trace codes differ'),
            ('note', 'late_posting', '疑似补记账', 'looks like late posting'),
            ('note', 'parts', '整项不详，按最贵一项保留计', 'which part was the whole is not known: the dearest one is left'),
            ('status', 'open', '待核查', 'open'),
            ('status', 'again', '待复核', 'to be judged again'),
            ('status', 'confirmed', '已确认', 'confirmed'),
            ('status', 'excluded', '已排除', 'excluded'),
            ('status', 'records_needed', '需调病历', 'records needed'),
            ('status', 'exempt', '已豁免', 'exempt'),
            ('status', 'closed', '已关闭', 'closed'),
            ('closed_reason', 'not_reproduced', '复审未再现', 'no longer found'),
            ('closed_reason', 'not_in_book', '规则已不在规则库中', 'rule no longer in the book'),
            ('clr_way', 'item', '按项目', 'by item'),
            ('clr_way', 'group', '按病组或定额', 'by group or fixed sum'),
            ('exception', 'own_paid', '自费', 'paid by the person'),
            ('exception', 'approval_flag', '审批标志', 'approval flag'),
            ('exception', 'pooled_fund', '统筹基金支付', 'pooled fund paid'),
            ('exception', 'refund', '退费', 'refund'),
            ('exception', 'cancelled', '结算撤销', 'settlement cancelled'),
            ('exception', 'interim_settlement', '中途结算', 'interim settlement'),
            ('exception', 'emergency', '急诊', 'emergency'),
            ('exception', 'late_posting', '补记账', 'late posting'),
            ('exception', 'first_line', '首次处方', 'first prescription'),
            ('exception', 'prescriber', '外配处方开方机构', 'prescribing institution'),
            ('exception', 'institution_type', '机构类型', 'institution type'),
            ('exception', 'access', '适用条件', 'access condition'),
            ('exception', 'transfer', '转院', 'transfer'),
            ('exception', 'registration', '门慢特登记', 'registration for a programme'),
            ('what', 'E', '就诊', 'visit'),
            ('what', 'S', '结算', 'bill'),
            ('what', 'D', '诊断', 'diagnosis'),
            ('what', 'O', '手术操作', 'operation'),
            ('what', 'R', '门慢特登记', 'registration'),
            ('fund', 'hifp_pay', '基本医疗统筹基金', 'basic pooled fund'),
            ('fund', 'cvlserv_pay', '公务员医疗补助', 'civil servants'' aid'),
            ('fund', 'hifes_pay', '企业补充医疗保险', 'enterprise supplement'),
            ('fund', 'hifmi_pay', '居民大病保险', 'critical illness, residents'),
            ('fund', 'hifob_pay', '职工大额补助', 'large amounts, employees'),
            ('fund', 'maf_pay', '医疗救助', 'medical aid'),
            ('fund', 'othfund_pay', '其他基金', 'other funds'),
            ('fund', 'fund_pay_sumamt', '基金支付总额', 'all funds'),
            ('fund', 'acct_pay', '个人账户', 'personal account'),
            ('fund', 'acct_mulaid_pay', '个人账户共济', 'family''s account'),
            ('role', '1', '违规', 'in breach'),
            ('role', '2', '关联', 'involved'),
            ('role', '3', '退费', 'refund'),
            ('outcome', 'hit', '命中', 'hit'),
            ('outcome', 'passed', '通过', 'passed'),
            ('outcome', 'not_fund_paid', '非统筹支付', 'not fund-paid'),
            ('outcome', 'exempt', '豁免', 'exempt'),
            ('outcome', 'undecided', '无法判定', 'undecided'),
            ('outcome', 'checked', '已审核', 'checked'),
            ('outcome', 'skipped', '跳过', 'skipped'),
            ('reason', 'void', '无效标志', 'marked void'),
            ('reason', 'person_missing', '缺人员编号', 'no person number'),
            ('reason', 'encounter_missing', '无对应就诊记录', 'no visit record'),
            ('reason', 'code_missing', '缺医保目录编码', 'no item code'),
            ('reason', 'code_unreadable', '医保目录编码不可识别', 'item code unreadable'),
            ('reason', 'time_missing', '缺费用发生时间', 'no time'),
            ('reason', 'time_unreadable', '费用发生时间不可识别', 'time unreadable'),
            ('reason', 'quantity_missing', '缺数量', 'no quantity'),
            ('reason', 'quantity_unreadable', '数量不可识别', 'quantity unreadable'),
            ('reason', 'amount_missing', '缺金额', 'no amount'),
            ('reason', 'amount_unreadable', '金额不可识别', 'amount unreadable'),
            ('reason', 'cancelled', '结算已撤销', 'settlement cancelled'),
            ('reason', 'refund', '退费行', 'refund row'),
            ('reason', 'refunded', '已全额退费', 'refunded in full'),
            ('reason', 'refund_unmatched', '退费无对应收费', 'refund without a charge'),
            ('reason', 'inscp_amt_missing', '缺符合范围金额', 'amount in scope missing'),
            ('reason', 'sex_unknown', '性别未知', 'sex unknown'),
            ('reason', 'birth_missing', '缺出生日期', 'birth date missing'),
            ('reason', 'birth_unreadable', '出生日期不可识别', 'birth date unreadable'),
            ('reason', 'birth_implausible', '出生日期不合理', 'birth date implausible'),
            ('reason', 'insurance_unknown', '险种未知', 'insurance unknown'),
            ('reason', 'setting_unknown', '医疗类别未知', 'kind of visit unknown'),
            ('reason', 'level_unknown', '机构级别未知', 'institution''s level unknown'),
            ('reason', 'prescriber_unknown', '外配处方开方机构未知', 'prescriber unknown'),
            ('reason', 'institution_type_unknown', '机构类型未知', 'institution''s type unknown'),
            ('reason', 'no_clock', '无真实时刻', 'no real clock time'),
            ('reason', 'line_id_missing', '缺费用明细流水号', 'no line number'),
            ('reason', 'duplicate_line', '重复上传的明细', 'line uploaded twice'),
            ('reason', 'institution_unknown', '医疗机构未知', 'institution unknown'),
            ('reason', 'hours_implausible', '计费小时数不合理', 'hours implausible'),
            ('reason', 'stay_unknown', '住院起止时间未知', 'stay''s times unknown'),
            ('reason', 'region_unknown', '统筹区未知', 'region unknown'),
            ('reason', 'condition_unknown', '条件所需字段缺失', 'a field of the condition unknown'),
            ('reason', 'diagnosis_unknown', '诊断未知', 'diagnosis unknown'),
            ('reason', 'department_unknown', '科室未知', 'department unknown'),
            ('reason', 'programme_unknown', '当日无有效门慢特登记', 'no programme registration in force'),
            ('reason', 'prescription_unknown', '处方或医嘱号未知', 'prescription unknown'),
            ('reason', 'doctor_unknown', '医师或其处方权未知', 'doctor or doctor''s rights unknown'),
            ('reason', 'operation_unknown', '手术操作未知', 'operation unknown'),
            ('reason', 'supply_days_unknown', '供药天数未知', 'days of supply unknown'),
            ('reason', 'dose_unknown', '用量未知', 'dose unknown'),
            ('reason', 'price_missing', '缺单价', 'price missing'),
            ('reason', 'fund_unknown', '基金份额未知', 'fund''s share unknown'),
            ('reason', 'history_short', '未提供既往记录', 'history not handed over')
         ) w (topic, token, zh, en)
         WHERE w.topic OPERATOR(pg_catalog.=) word.topic
           AND w.token OPERATOR(pg_catalog.=) word.token),
        token);
END;
COMMENT ON FUNCTION medsup.word(text, text, text) IS
    'a stored token as people read it (lang zh or en); an unknown token stands for itself';

CREATE FUNCTION medsup.exception_name(token text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT COALESCE(
        (SELECT CASE exception_name.lang WHEN 'en' THEN COALESCE(x.name_en, x.name_zh) ELSE x.name_zh END
         FROM medsup.exception x WHERE x.exception_code OPERATOR(pg_catalog.=) exception_name.token),
        medsup.word('exception', exception_name.token, exception_name.lang));
END;
COMMENT ON FUNCTION medsup.exception_name(text, text) IS
    'what was looked at and did not apply in words: an exception of the book by its name, else what the evaluator looks at itself';

CREATE FUNCTION medsup.money_text(amount numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.to_char(amount, 'FM999,999,999,999,990.00');
END;
COMMENT ON FUNCTION medsup.money_text(numeric) IS 'yuan to the fen, the same under every locale';

CREATE FUNCTION medsup.count_text(amount numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT CASE WHEN amount OPERATOR(pg_catalog.=) pg_catalog.trunc(amount)
        THEN pg_catalog.to_char(amount, 'FM999,999,999,999,990')
        ELSE pg_catalog.trim_scale(amount)::text END;
END;
COMMENT ON FUNCTION medsup.count_text(numeric) IS 'a count or quantity for reading, the same under every locale';

CREATE FUNCTION medsup.level_name(hosp_lv text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT COALESCE(
        (SELECT medsup.word('level', m.level::text, level_name.lang)
         FROM medsup.level_map m
         WHERE m.hosp_lv OPERATOR(pg_catalog.=) pg_catalog.btrim(level_name.hosp_lv)
         ORDER BY m.origin COLLATE "C" LIMIT 1),
        CASE level_name.lang WHEN 'en' THEN 'level unknown' ELSE '级别未知' END);
END;
COMMENT ON FUNCTION medsup.level_name(text, text) IS
    'the level that a hosp_lv value stands for, in words; local rows of level_map outrank shipped ones';

-- An age limit is written as bounds in whole units, such as '>= 16 < 60 year'.
CREATE FUNCTION medsup.age_text(age text, unit text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    age_from text := substring(age from '>= *(\d+)');
    age_below text := substring(age from '< *(\d+)');
    u text := medsup.word('age_unit', COALESCE(substring(age from '(day|month|year)s?$'), unit), lang);
BEGIN
    IF age_from IS NULL AND age_below IS NULL THEN
        RETURN concat_ws(CASE lang WHEN 'en' THEN ' ' ELSE '' END,
            CASE WHEN age ~ '^\d+' THEN substring(age from '^\d+') ELSE age END, u);
    ELSIF lang = 'en' THEN
        RETURN concat_ws(', ', 'from ' || age_from, 'below ' || age_below) || ' ' || u;
    END IF;
    RETURN concat_ws('、', '满' || age_from || u, '不满' || age_below || u);
END
$$;
COMMENT ON FUNCTION medsup.age_text(text, text, text) IS 'an age, or an age limit such as >= 16 < 60 year, in words';

-- Limits may name several tokens.
CREATE FUNCTION medsup.limit_text(measure text, value text, unit text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT CASE
        WHEN measure OPERATOR(pg_catalog.=) 'age' THEN medsup.age_text(value, unit, lang)
        WHEN measure OPERATOR(pg_catalog.=) ANY ('{sex,setting,insurance,level,prescriber}') THEN
            (SELECT pg_catalog.string_agg(medsup.word(limit_text.measure, t.token, limit_text.lang),
                        CASE limit_text.lang WHEN 'en' THEN ' or ' ELSE '或' END ORDER BY t.n)
             FROM pg_catalog.regexp_split_to_table(limit_text.value, '[,;| ]+') WITH ORDINALITY t (token, n))
        WHEN measure OPERATOR(pg_catalog.=) 'diagnosis' AND lang IS DISTINCT FROM 'en' THEN
            pg_catalog.regexp_replace(value, '(^|; )not ', '\1不含')
        ELSE value END;
END;
COMMENT ON FUNCTION medsup.limit_text(text, text, text, text) IS
    'limit or actual value of a measure in words; numbers stand for themselves';

-- A local row outranks a shipped one; only shipped notes are names.
CREATE FUNCTION medsup.code_name(map text, code text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100
BEGIN ATOMIC
    SELECT COALESCE(
        (SELECT CASE WHEN code_name.lang IS DISTINCT FROM 'en' AND m.origin OPERATOR(pg_catalog.=) 'national' AND m.whole
                     THEN m.note ELSE medsup.word(m.map, m.token, code_name.lang) END
         FROM (
            SELECT 'insurance' AS map, i.insutype AS key, i.class AS token, i.origin, i.note, true AS whole
            FROM medsup.insurance_map i
            WHERE i.insutype OPERATOR(pg_catalog.=) pg_catalog.btrim(code_name.code, E' \t')
            UNION ALL
            SELECT 'setting', s.med_type, s.setting, s.origin, s.note,
                s.med_type OPERATOR(pg_catalog.=) pg_catalog.btrim(code_name.code, E' \t')
            FROM medsup.setting_map s
            WHERE pg_catalog.starts_with(pg_catalog.btrim(code_name.code, E' \t'), s.med_type)
            UNION ALL
            SELECT 'clr_way', c.clr_way, c.method, c.origin, c.note, true
            FROM medsup.clr_way_map c
            WHERE c.clr_way OPERATOR(pg_catalog.=) pg_catalog.btrim(code_name.code, E' \t')
         ) m
         WHERE m.map OPERATOR(pg_catalog.=) code_name.map
         ORDER BY pg_catalog.length(m.key) DESC, m.origin COLLATE "C" LIMIT 1),
        code);
END;
COMMENT ON FUNCTION medsup.code_name(text, text, text) IS
    'what a value of insutype, med_type or clr_way stands for (map insurance, setting, clr_way) in words; an unknown one stands for itself';

-- A spreadsheet takes text that begins so for a formula, and runs it.
CREATE FUNCTION medsup.cell(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.left(value, 1) OPERATOR(pg_catalog.=) ANY (ARRAY['=', '+', '-', '@', E'\t', E'\r', E'\n'])
                THEN '''' OPERATOR(pg_catalog.||) value ELSE value END;
END;
COMMENT ON FUNCTION medsup.cell(text) IS
    'text of the warehouse as a cell: an apostrophe before what a spreadsheet would run as a formula';

-- How a breach is told, by measure.  In braces: limit and actual value in words,
-- how much is over, its unit, the window (per, span) and the other item.
CREATE FUNCTION medsup.breach_phrase(measure text, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20
BEGIN ATOMIC
    SELECT COALESCE(
        (SELECT CASE lang WHEN 'en' THEN p.en ELSE p.zh END
         FROM (VALUES
            ('sex', '限{limit}性，实为{actual}性', '{limit} only, was {actual}'),
            ('age', '限{limit}，实为{actual}', '{limit} only, was {actual}'),
            ('insurance', '限{limit}，实为{actual}', '{limit} only, was {actual}'),
            ('setting', '限{limit}，实为{actual}', '{limit} only, was {actual}'),
            ('level', '限{limit}及以上机构，实为{actual}', '{limit} or higher, was {actual}'),
            ('institution_type', '限{limit}类机构，实为{actual}', 'institutions of type {limit} only, was {actual}'),
            ('department', '限{limit}科室，实为{actual}', 'departments {limit} only, was {actual}'),
            ('prescriber', '限{limit}及以上处方权，医师为{actual}', 'rights {limit} or higher, the doctor''s were {actual}'),
            ('programme', '不在门慢特病种{limit}的支付目录内，登记病种{actual}', 'not on the list of programme {limit}, registered for {actual}'),
            ('diagnosis', '诊断或手术要求：{limit}，实为{actual}', 'diagnoses or operations asked for: {limit}, were {actual}'),
            ('condition', '触发条件{limit}，实为{actual}', 'condition {limit} met, was {actual}'),
            ('gathering', '{actual}人多次同时就医', '{actual} patients who gather'),
            ('score', '异常得分{actual}，未列入者最高{limit}', 'anomaly score {actual}, the highest left out {limit}'),
            ('price', '限价{limit}元，实收{actual}元，共多收{excess}元', 'at most {limit} yuan, was {actual}, {excess} yuan too much in all'),
            ('never', '不予支付，实计{actual}', 'not payable, was {actual}'),
            ('prerequisite', '{span}须有前提项目{other}至少{limit}，实有{actual}', 'at least {limit} of the prerequisite{other} {span}, were {actual}'),
            ('pair', '{span}不得{with}同收，重叠{overlap}', 'not to be billed {with} {span}, overlap {overlap}'),
            ('parts', '{span}拆分为{actual}项收费，至多{limit}项', 'split into {actual} charges {span}, at most {limit}'),
            ('discount', '{span}按折扣应收{limit}元，实收{actual}元，多收{excess}元', '{limit} yuan after discounts {span}, was {actual}, {excess} over'),
            ('closure', '单方使用：处方内其他药味至少{limit}味，实有{actual}味', 'at least {limit} other herb in the prescription, were {actual}'),
            ('overlap', '{span}{with}同期使用限{limit}{unit}，实为{actual}{unit}，超{excess}{unit}', 'use {with} {span} at most {limit}{units}, was {actual}, {excess} over'),
            ('quantity', '限{limit}{unit}/{per}，实计{actual}{unit}，超{excess}{unit}', '{limit}{units} per {per}, was {actual}, {excess} over'),
            ('count', '限{limit}次/{per}，实计{actual}次，超{excess}次', '{limit} times per {per}, was {actual}, {excess} over'),
            ('hours', '限{limit}小时/{per}，实计{actual}小时，超{excess}小时', '{limit} hours per {per}, was {actual}, {excess} over'),
            ('supply_days', '限供药{limit}天/{per}，实供{actual}天，超{excess}天', 'supply of {limit} days per {per}, was {actual}, {excess} over'),
            ('dose', '限用量{limit}{unit}/{per}，实为{actual}{unit}，超{excess}{unit}', 'dose {limit}{units} per {per}, was {actual}, {excess} over'),
            ('money', '限{limit}元/{per}，实计{actual}元，超{excess}元', '{limit} yuan per {per}, was {actual}, {excess} over'),
            ('fund_money', '统筹基金限付{limit}元/{per}，实付{actual}元，超{excess}元', '{limit} yuan of the pooled fund per {per}, was {actual}, {excess} over'),
            ('kinds', '限{limit}种/{per}，实计{actual}种，超{excess}种', '{limit} kinds per {per}, were {actual}, {excess} over'),
            ('days', '限{limit}天/{per}，实计{actual}天，超{excess}天', '{limit} days per {per}, was {actual}, {excess} over'),
            ('span_days', '自首次起限{limit}天，实计{actual}天，超{excess}天', '{limit} days from the first use, was {actual}, {excess} over'),
            ('gap_days', '间隔不少于{limit}天，实隔{actual}天', 'at least {limit} days apart, were {actual}'),
            ('visits', '限就诊{limit}次/{per}，实计{actual}次，超{excess}次', '{limit} visits per {per}, were {actual}, {excess} over'),
            ('visit_days', '连续就诊限{limit}天，实计{actual}天，超{excess}天', '{limit} days in a row with a visit, were {actual}, {excess} over'),
            ('readmission', '出院后{limit}天内再次入院，实隔{actual}天', 'admitted again within {limit} days, after {actual}'),
            ('stay_overlap', '与另一次住院重叠{actual}天，限{limit}天', 'overlaps another stay by {actual} days, limit {limit}'),
            ('during_stay', '发生于另一次住院期间，计{actual}天，限{limit}天', 'during another stay, on {actual} days, limit {limit}'),
            ('after_death', '发生于死亡{actual}天后，限{limit}天', '{actual} days after the death, limit {limit}')
         ) p (measure, zh, en)
         WHERE p.measure OPERATOR(pg_catalog.=) breach_phrase.measure),
        CASE lang WHEN 'en' THEN 'limit {limit}, was {actual}' ELSE '限{limit}，实为{actual}' END);
END;
COMMENT ON FUNCTION medsup.breach_phrase(text, text) IS
    'how limit and actual value of a measure are told, with places in braces';

-- Limit and actual side by side, by measure.  Pure: the callers look names up.
CREATE FUNCTION medsup.breach_text(
    measure text, scope text, limit_value text, actual_value text, unit text, excess numeric,
    window_days int, other_item text, lang text DEFAULT 'zh')
RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zh constant boolean := lang IS DISTINCT FROM 'en';
    many text := CASE WHEN excess IS NULL THEN '' ELSE medsup.count_text(excess) END;
    u text := COALESCE(medsup.word('unit', unit, lang), '');
    per text := CASE
        WHEN scope <> 'rolling' THEN medsup.word('scope', scope, lang)
        WHEN window_days IS NOT NULL THEN window_days || CASE WHEN zh THEN '日' ELSE ' days' END
        WHEN zh THEN '周期' ELSE 'cycle' END;
    within text := COALESCE(NULLIF(medsup.word('within', scope, lang), scope), per);
    -- what a prerequisite is looked for in lies before, any other rolling window around
    span text := CASE
        WHEN scope = 'lifetime' THEN CASE WHEN zh THEN '历次就诊中' ELSE 'at any time' END
        WHEN scope <> 'rolling' THEN CASE WHEN zh THEN within || '内' ELSE 'within one ' || within END
        WHEN measure <> 'prerequisite' THEN CASE WHEN zh THEN per || '内' ELSE 'within ' || per END
        WHEN window_days = 0 THEN CASE WHEN zh THEN '当日' ELSE 'on the same day' END
        WHEN window_days > 0 THEN format(CASE WHEN zh THEN '当日及此前%s日内' ELSE 'on the day or in the %s days before' END, window_days)
        WHEN zh THEN '当日或此前' ELSE 'on the day or before' END;
    none text := CASE WHEN zh THEN '无' ELSE 'none' END;
    phrase text := medsup.breach_phrase(measure, lang);
    -- not within the query below: there, functions would be planned with each call
    limit_words text := COALESCE(NULLIF(CASE measure WHEN 'age' THEN medsup.age_text(limit_value, unit, lang)
                                        ELSE medsup.limit_text(measure, limit_value, unit, lang) END, ''), none);
    actual_words text := COALESCE(NULLIF(CASE measure WHEN 'age' THEN medsup.age_text(actual_value, unit, lang)
                                         ELSE medsup.limit_text(measure, actual_value, unit, lang) END, ''), none);
BEGIN
    -- each place once, from the left: what is put in is not looked at again
    RETURN (
        SELECT pg_catalog.string_agg(CASE p.name[1]
            WHEN 'limit' THEN limit_words
            WHEN 'actual' THEN actual_words
            WHEN 'excess' THEN many
            WHEN 'unit' THEN u
            WHEN 'units' THEN CASE WHEN u <> '' THEN ' ' || CASE limit_value WHEN '1' THEN pg_catalog.rtrim(u, 's') ELSE u END ELSE '' END
            WHEN 'per' THEN per
            WHEN 'span' THEN span
            WHEN 'other' THEN COALESCE(CASE WHEN zh THEN '“' || other_item || '”' ELSE ' "' || other_item || '"' END, '')
            WHEN 'with' THEN CASE WHEN zh THEN COALESCE('与“' || other_item || '”', '')
                                  ELSE COALESCE('with "' || other_item || '"', 'together') END
            WHEN 'overlap' THEN CASE WHEN zh THEN COALESCE(NULLIF(many, ''), actual_value) || COALESCE(NULLIF(u, ''), '次')
                                     ELSE pg_catalog.concat_ws(' ', COALESCE(NULLIF(many, ''), actual_value), NULLIF(u, '')) END
            ELSE '' END || p.rest, '' ORDER BY p.n)
        FROM (
            SELECT pg_catalog.regexp_match(x.piece, '^([a-z]+)\}') AS name,
                pg_catalog.regexp_replace(x.piece, '^[a-z]+\}', '') AS rest, x.n
            FROM pg_catalog.regexp_split_to_table(phrase, '\{') WITH ORDINALITY x (piece, n)
        ) p);
END
$$;
COMMENT ON FUNCTION medsup.breach_text(text, text, text, text, text, numeric, int, text, text) IS
    'limit and actual of a finding side by side, e.g. 限1次/日，实计3次，超2次';

-- What a rule is called and rests on here: the bureau's word, else the catalogue's.
CREATE VIEW medsup.rule_text AS
    SELECT r.rule_code,
        COALESCE(s.local_name, r.name_zh) AS name_zh,
        COALESCE(s.local_name, r.name_en) AS name_en,
        COALESCE(s.clause, r.clause) AS clause,
        COALESCE(s.clause, r.clause OPERATOR(pg_catalog.||) CASE r.clause_status WHEN '建议' THEN '（建议）' ELSE '' END) AS clause_zh,
        COALESCE(s.clause, r.clause_en OPERATOR(pg_catalog.||) CASE r.clause_status WHEN '建议' THEN ' (proposed)' ELSE '' END,
                 r.clause) AS clause_en,
        s.basis, s.basis_no,
        COALESCE(s.disposal, r.disposal) AS disposal
    FROM medsup.rule r
    LEFT JOIN medsup.rule_setting s ON s.rule_code OPERATOR(pg_catalog.=) r.rule_code;
COMMENT ON VIEW medsup.rule_text IS
    'name, clause and basis of each rule as a finding shows them: what the bureau set, else the catalogue';

-- What a finding rests on, as its book said it.  A clause that the catalogue only
-- proposes is marked, until the bureau sets that very clause: setting another one
-- confirms nothing of what older findings say.
CREATE FUNCTION medsup.finding_clause(f medsup.finding, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT CASE WHEN (f).clause IS NULL
                THEN CASE lang WHEN 'en' THEN t.clause_en ELSE t.clause_zh END
                WHEN (f).clause OPERATOR(pg_catalog.=) r.clause
                THEN CASE lang WHEN 'en' THEN COALESCE(r.clause_en, r.clause) ELSE r.clause END
                     OPERATOR(pg_catalog.||)
                     CASE WHEN r.clause_status OPERATOR(pg_catalog.=) '建议' AND s.clause IS DISTINCT FROM r.clause
                          THEN CASE lang WHEN 'en' THEN ' (proposed)' ELSE '（建议）' END
                          ELSE '' END
                ELSE (f).clause END
    FROM (SELECT) one
    LEFT JOIN medsup.rule r ON r.rule_code OPERATOR(pg_catalog.=) (f).rule_code
    LEFT JOIN medsup.rule_setting s ON s.rule_code OPERATOR(pg_catalog.=) r.rule_code
    LEFT JOIN medsup.rule_text t ON t.rule_code OPERATOR(pg_catalog.=) r.rule_code;
END;
COMMENT ON FUNCTION medsup.finding_clause(medsup.finding, text) IS
    'the clause a finding falls under, as its book said it, marked while nobody confirmed it';

-- A book's basis with something set already tells the number set.
CREATE FUNCTION medsup.finding_basis(f medsup.finding) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT CASE WHEN (f).basis IS NULL THEN NULLIF(pg_catalog.concat_ws(' ', r.basis, COALESCE((f).basis_no, r.basis_no)), '')
                WHEN pg_catalog.strpos((f).basis, '（设定）') OPERATOR(pg_catalog.>) 0 THEN (f).basis
                ELSE pg_catalog.concat_ws(' ', (f).basis, (f).basis_no) END
    FROM (SELECT) one
    LEFT JOIN medsup.rule_text r ON r.rule_code OPERATOR(pg_catalog.=) (f).rule_code;
END;
COMMENT ON FUNCTION medsup.finding_basis(medsup.finding) IS
    'document and number a finding rests on, as its book said it: the bureau''s own, then the knowledge point''s';

CREATE FUNCTION medsup.finding_partner(f medsup.finding) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 50
BEGIN ATOMIC
    SELECT CASE WHEN (f).measure OPERATOR(pg_catalog.=) ANY (ARRAY['pair', 'overlap', 'prerequisite']) THEN
        (SELECT e.line OPERATOR(pg_catalog.->>) 'med_list_codg'
         FROM pg_catalog.jsonb_array_elements((f).evidence) WITH ORDINALITY e (line, n)
         WHERE e.line OPERATOR(pg_catalog.->>) 'role' OPERATOR(pg_catalog.=) '2'
         ORDER BY e.n LIMIT 1) END;
END;
COMMENT ON FUNCTION medsup.finding_partner(medsup.finding) IS
    'code of the other item of a pair or a co-therapy, from the evidence; NULL where there is none';

-- A score says in either language why; other notes are tokens.
CREATE FUNCTION medsup.finding_note(f medsup.finding, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 20
BEGIN ATOMIC
    SELECT COALESCE((f).evidence #>> ARRAY['0', 'row', 'why_' OPERATOR(pg_catalog.||) lang], medsup.word('note', (f).note, lang));
END;
COMMENT ON FUNCTION medsup.finding_note(medsup.finding, text) IS 'what a finding notes beside its figures, in words; NULL: nothing';

-- One sentence: when, where, what, limit and actual, money, rule and basis.  It
-- names no person.  The finding's own columns are enough; names come from the
-- catalogue and the knowledge as they are now, and are left out when gone.
CREATE FUNCTION medsup.explain(f medsup.finding, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 500
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zh boolean;
    r record;
    k record;
    item text;
    breach text;
    -- a fault of records or visits, nothing billed
    moneyless boolean := (f).vola_amt_max = 0 AND ((f).fund_amt IS NULL OR (f).kind = 'K11') AND (f).psn_no IS NOT NULL;
    money text;
    basis text;
    act text;
BEGIN
    IF (f).finding_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF lang IS NULL OR lang NOT IN ('zh', 'en') THEN
        RAISE EXCEPTION 'language "%" is not known', COALESCE(lang, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Known are zh and en.';
    END IF;
    zh := lang = 'zh';
    SELECT * INTO r FROM medsup.rule_text x WHERE x.rule_code = (f).rule_code;
    SELECT COALESCE(x.entry_group, x.item_name) AS item_name, COALESCE(x.window_days, x.before_days) AS window_days INTO k
    FROM medsup.knowledge x WHERE x.entry_code = (f).entry_code;
    -- a rule about visits has no item
    item := COALESCE(medsup.subject_text(f, lang), k.item_name, CASE WHEN (f).kind NOT IN ('K11', 'K12')
        THEN COALESCE((f).evidence -> 0 ->> 'med_list_codg', (f).entry_code) END);
    breach := medsup.breach_text((f).measure, (f).scope, (f).limit_value, (f).actual_value,
        (f).unit, (f).excess, k.window_days, medsup.finding_partner(f), lang);
    act := pg_catalog.to_char((f).act_from, 'YYYY-MM-DD')
        || CASE WHEN (f).act_to::date > (f).act_from::date
           THEN CASE WHEN zh THEN '至' ELSE ' to ' END || pg_catalog.to_char((f).act_to, 'YYYY-MM-DD')
           ELSE '' END;
    IF zh THEN
        money := CASE WHEN moneyless THEN '不涉及金额' ELSE pg_catalog.format('涉及金额%s元', medsup.money_text((f).vola_amt))
            || CASE WHEN (f).vola_amt_max <> (f).vola_amt
               THEN pg_catalog.format('（最高%s元）', medsup.money_text((f).vola_amt_max)) ELSE '' END
            || CASE WHEN (f).fund_amt IS NOT NULL
               THEN pg_catalog.format('，其中统筹基金%s元（%s）', medsup.money_text((f).fund_amt),
                                      medsup.word('fund_method', (f).fund_method, lang))
               ELSE pg_catalog.format('，基金损失%s', medsup.word('fund_method', (f).fund_method, lang)) END END;
        basis := COALESCE('，条款：' || medsup.finding_clause(f, lang), '') || COALESCE('，依据：' || medsup.finding_basis(f), '');
        RETURN pg_catalog.concat_ws('，', act,
            pg_catalog.concat_ws('', medsup.level_name((f).hosp_lv, lang), '机构', (f).fixmedins_code))
            || '，' || COALESCE('“' || item || '”', '') || breach
            || COALESCE('，' || medsup.finding_note(f, lang), '')
            || '；' || money
            || pg_catalog.format('；%s（%s）', COALESCE(r.name_zh, medsup.word('rule', (f).rule_code, lang)),
                                 medsup.word('result_type', (f).result_type, lang))
            || basis || '。';
    END IF;
    money := CASE WHEN moneyless THEN 'no amount in breach' ELSE pg_catalog.format('amount in breach %s yuan', medsup.money_text((f).vola_amt))
        || CASE WHEN (f).vola_amt_max <> (f).vola_amt
           THEN pg_catalog.format(' (at most %s)', medsup.money_text((f).vola_amt_max)) ELSE '' END
        || CASE WHEN (f).fund_amt IS NOT NULL
           THEN pg_catalog.format(', of it pooled fund %s (%s)', medsup.money_text((f).fund_amt),
                                  medsup.word('fund_method', (f).fund_method, lang))
           ELSE pg_catalog.format(', fund loss %s', medsup.word('fund_method', (f).fund_method, lang)) END END;
    basis := COALESCE(', clause: ' || medsup.finding_clause(f, lang), '') || COALESCE(', basis: ' || medsup.finding_basis(f), '');
    RETURN pg_catalog.concat_ws(', ', act,
        pg_catalog.concat_ws(' ', 'institution', (f).fixmedins_code,
            '(' || medsup.level_name((f).hosp_lv, lang) || ')'))
        || ', ' || COALESCE('"' || item || '": ', '') || breach
        || COALESCE(', ' || medsup.finding_note(f, lang), '')
        || '; ' || money
        || pg_catalog.format('; %s (%s)', COALESCE(r.name_en, r.name_zh, medsup.word('rule', (f).rule_code, lang)),
                             medsup.word('result_type', (f).result_type, lang))
        || basis || '.';
END
$$;
COMMENT ON FUNCTION medsup.explain(medsup.finding, text) IS
    'one sentence of why, zh or en: when, where, what, limit and actual, money, rule and basis; names no person';

CREATE FUNCTION medsup.explain(finding_id bytea, lang text DEFAULT 'zh') RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 500
BEGIN ATOMIC
    SELECT medsup.explain(f, explain.lang) FROM medsup.finding f
    WHERE f.finding_id OPERATOR(pg_catalog.=) explain.finding_id;
END;
COMMENT ON FUNCTION medsup.explain(bytea, text) IS 'one sentence of why for the finding of this id, zh or en';

-- ---------------------------------------------------------------- views ----
CREATE VIEW medsup.finding_line AS
    SELECT f.finding_id, f.rule_code, f.entry_code, f.result_type, f.status, f.fund_method,
        f.fixmedins_code, f.hosp_lv, f.period_time, e.n::int AS line_no,
        (e.line ->> 'role')::int AS role,
        e.line ->> 'mdtrt_id' AS mdtrt_id,
        e.line ->> 'feedetl_sn' AS feedetl_sn,
        e.line ->> 'med_list_codg' AS med_list_codg,
        (e.line ->> 'fee_ocur_time')::timestamp AS fee_ocur_time,
        (e.line ->> 'net_cnt')::numeric AS net_cnt,
        (e.line ->> 'net_amt')::numeric AS net_amt,
        (e.line ->> 'excess')::numeric AS excess,
        (e.line ->> 'vola_amt')::numeric AS vola_amt,
        (e.line ->> 'vola_inscp')::numeric AS inscp_amt,
        (e.line ->> 'vola_fund')::numeric AS fund_amt,
        f.vola_amt_max OPERATOR(pg_catalog.>) f.vola_amt AS is_choice
    FROM medsup.finding f
    CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(f.evidence) WITH ORDINALITY e (line, n)
    WHERE f.psn_no IS NOT NULL AND NOT e.line OPERATOR(pg_catalog.?) 'what';
COMMENT ON VIEW medsup.finding_line IS
    'the lines of findings: role 1 violates, 2 is involved, 3 a refund applied; money is the part of the line in breach';

CREATE VIEW medsup.finding_record AS
    SELECT f.finding_id, f.rule_code, f.entry_code, f.status, e.n::int AS record_no,
        e.record ->> 'what' AS what,
        (e.record ->> 'role')::int AS role,
        e.record -> 'row' AS record,
        e.record ->> 'hash' AS hash
    FROM medsup.finding f
    CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(f.evidence) WITH ORDINALITY e (record, n)
    WHERE f.psn_no IS NOT NULL AND e.record OPERATOR(pg_catalog.?) 'what';
COMMENT ON VIEW medsup.finding_record IS
    'what findings rest on beside lines: E a visit, S a bill, D a diagnosis, O an operation, R a registration for a programme';

-- A line may break several rules.  Totals of an institution or a run count it
-- once, with its largest hit; sums by rule may overlap and say so.
CREATE FUNCTION medsup.finding_line_once(period_from timestamp DEFAULT NULL, period_to timestamp DEFAULT NULL,
    without_choice boolean DEFAULT false)
RETURNS SETOF medsup.finding_line
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 10000
BEGIN ATOMIC
    SELECT DISTINCT ON (l.mdtrt_id, l.feedetl_sn) l.*
    FROM medsup.finding_line l
    WHERE l.status OPERATOR(pg_catalog.=) 'open'
      AND NOT EXISTS (SELECT FROM medsup.excluded_finding j WHERE j.finding_id OPERATOR(pg_catalog.=) l.finding_id)
      AND l.vola_amt OPERATOR(pg_catalog.>) 0
      AND NOT (finding_line_once.without_choice AND l.is_choice)
      AND (finding_line_once.period_from IS NULL OR l.period_time OPERATOR(pg_catalog.>=) finding_line_once.period_from)
      AND (finding_line_once.period_to IS NULL OR l.period_time OPERATOR(pg_catalog.<) finding_line_once.period_to)
    ORDER BY l.mdtrt_id, l.feedetl_sn, l.vola_amt DESC, l.fund_amt DESC NULLS LAST,
        l.rule_code COLLATE "C", l.finding_id;
END;
COMMENT ON FUNCTION medsup.finding_line_once(timestamp, timestamp, boolean) IS
    'every line in breach once, with its largest hit: what totals by institution and run add up; without_choice: of findings only whose lines are certain';

-- The two padded keys of HMAC-SHA-256 over a secret nobody needs to know.
CREATE TABLE medsup.mask_key (
    only_row boolean NOT NULL DEFAULT true,
    inner_key bytea NOT NULL,
    outer_key bytea NOT NULL,
    CONSTRAINT mask_key_pkey PRIMARY KEY (only_row),
    CONSTRAINT mask_key_is_one_row CHECK (only_row)
);
COMMENT ON TABLE medsup.mask_key IS
    'the secret behind masked person numbers, made by the first grant_access; nobody but the owner reads it';

CREATE FUNCTION medsup.make_mask_key() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- gen_random_uuid() draws on the server's strong random source
    secret bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid()));
    i_key bytea := decode(repeat('36', 64), 'hex');
    o_key bytea := decode(repeat('5c', 64), 'hex');
BEGIN
    FOR i IN 0 .. 31 LOOP
        i_key := set_byte(i_key, i, get_byte(i_key, i) # get_byte(secret, i));
        o_key := set_byte(o_key, i, get_byte(o_key, i) # get_byte(secret, i));
    END LOOP;
    INSERT INTO medsup.mask_key (inner_key, outer_key) VALUES (i_key, o_key)
    ON CONFLICT (only_row) DO NOTHING;
END
$$;
COMMENT ON FUNCTION medsup.make_mask_key() IS
    'make the secret of masked person numbers unless there is one; grant_access calls it';

CREATE FUNCTION medsup.masked(inner_key bytea, outer_key bytea, value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(
        outer_key OPERATOR(pg_catalog.||) pg_catalog.sha256(
            inner_key OPERATOR(pg_catalog.||) pg_catalog.convert_to(value, 'UTF8'))), 'hex'), 1, 20);
END;
COMMENT ON FUNCTION medsup.masked(bytea, bytea, text) IS
    'HMAC-SHA-256 of a value, its first 80 bits in hex: equal values stay equal, none can be read back';

-- Numbers of visits and lines, and the finding''s id made from them, would let a
-- reader try person numbers until one fits: they are masked like the person.
CREATE VIEW medsup.finding_masked AS
    SELECT medsup.masked(k.inner_key, k.outer_key, pg_catalog.encode(f.finding_id, 'hex')) AS finding_ref,
        f.rule_code, f.entry_code, f.kind, f.result_type, f.rulebook, f.origin, f.provisional, f.note,
        f.scope, f.window_start, f.window_end, f.act_from, f.act_to, f.period_time,
        f.measure, f.limit_value, f.actual_value, f.unit, f.excess,
        f.vola_amt, f.vola_amt_max, f.inscp_amt, f.fund_amt, f.fund_split, f.fund_method, f.formula,
        medsup.masked(k.inner_key, k.outer_key, f.psn_no) AS psn_ref,
        medsup.masked(k.inner_key, k.outer_key, f.mdtrt_id) AS mdtrt_ref,
        f.fixmedins_code, f.hosp_lv, f.insu_admdvs, f.fix_blng_admdvs, f.insutype, f.med_type, f.clr_way,
        f.bilg_dept_codg,
        medsup.masked(k.inner_key, k.outer_key, f.bilg_dr_codg) AS bilg_dr_ref,
        f.clause, f.basis, f.basis_no, f.exceptions_tested, f.status, f.closed_reason, f.version, f.first_run, f.changed_run,
        f.opened_at, f.changed_at, f.stage, f.valid_from, f.valid_to,
        EXISTS (SELECT FROM medsup.excluded_finding j WHERE j.finding_id OPERATOR(pg_catalog.=) f.finding_id) AS excluded
    FROM medsup.finding f
    LEFT JOIN medsup.mask_key k ON true;
COMMENT ON VIEW medsup.finding_masked IS
    'findings for readers: person, visit, doctor and id as keyed hashes, no evidence, whether somebody excluded them; NULL until a key exists';

CREATE VIEW medsup.finding_reference AS
    SELECT medsup.masked(k.inner_key, k.outer_key, pg_catalog.encode(f.finding_id, 'hex')) AS finding_ref,
        f.finding_id
    FROM medsup.finding f
    CROSS JOIN medsup.mask_key k;
COMMENT ON VIEW medsup.finding_reference IS
    'for reviewers: which finding a reader cites by its masked reference';

-- One row of words a finding, for the view and the list in either language; under
-- one set of headings, since a function has one row type.
CREATE FUNCTION medsup.finding_cells(f medsup.finding, lang text DEFAULT 'zh')
RETURNS TABLE (
    "医疗机构编码" text,
    "机构级别" text,
    "结果类型" text,
    "规则编码" text,
    "规则名称" text,
    "知识点" text,
    "行为时间起" timestamp,
    "行为时间止" timestamp,
    "限定值" text,
    "实际值" text,
    "超出量" numeric,
    "单位" text,
    "涉及金额" numeric,
    "涉及金额上限" numeric,
    "其中符合范围金额" numeric,
    "其中统筹基金" numeric,
    "基金核算方式" text,
    "计算过程" text,
    "开单科室" text,
    "开单医师" text,
    "人员编号" text,
    "就诊ID" text,
    "费用明细流水号" text,
    "结算ID" text,
    "险种" text,
    "医疗类别" text,
    "清算方式" text,
    "参保地" text,
    "就医地" text,
    "条款" text,
    "依据" text,
    "依据生效日" date,
    "处置" text,
    "说明" text,
    "状态" text,
    "发现时间" timestamptz,
    "所属期" timestamp,
    "疑点编号" text)
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000 ROWS 1
BEGIN ATOMIC
    SELECT medsup.cell((f).fixmedins_code),
        medsup.level_name((f).hosp_lv, lang),
        medsup.word('result_type', (f).result_type, lang),
        medsup.cell((f).rule_code),
        medsup.cell(CASE lang WHEN 'en' THEN r.name_en ELSE r.name_zh END),
        medsup.cell(k.item_name),
        (f).act_from,
        (f).act_to,
        medsup.cell(medsup.limit_text((f).measure, (f).limit_value, (f).unit, lang)),
        medsup.cell(medsup.limit_text((f).measure, (f).actual_value, (f).unit, lang)),
        (f).excess,
        medsup.word(CASE (f).measure WHEN 'age' THEN 'age_unit' ELSE 'unit' END, (f).unit, lang),
        (f).vola_amt,
        (f).vola_amt_max,
        (f).inscp_amt,
        (f).fund_amt,
        medsup.word('fund_method', (f).fund_method, lang),
        medsup.cell((f).formula),
        medsup.cell((f).bilg_dept_codg),
        medsup.cell((f).bilg_dr_codg),
        medsup.cell((f).psn_no),
        medsup.cell((f).mdtrt_id),
        medsup.cell((f).feedetl_sn),
        medsup.cell((f).setl_id),
        medsup.cell(medsup.code_name('insurance', (f).insutype, lang)),
        medsup.cell(medsup.code_name('setting', (f).med_type, lang)),
        medsup.cell(medsup.code_name('clr_way', (f).clr_way, lang)),
        medsup.cell((f).insu_admdvs),
        medsup.cell((f).fix_blng_admdvs),
        medsup.cell(medsup.finding_clause(f, lang)),
        medsup.cell(medsup.finding_basis(f)),
        (f).valid_from,
        medsup.cell(r.disposal),
        medsup.cell(medsup.explain(f, lang)),
        medsup.word('status', medsup.finding_state(f), lang),
        (f).opened_at,
        (f).period_time,
        pg_catalog.encode((f).finding_id, 'hex')
    FROM (SELECT) one
    LEFT JOIN medsup.rule_text r ON r.rule_code OPERATOR(pg_catalog.=) (f).rule_code
    LEFT JOIN medsup.knowledge k ON k.entry_code OPERATOR(pg_catalog.=) (f).entry_code;
END;
COMMENT ON FUNCTION medsup.finding_cells(medsup.finding, text) IS
    'a finding as a row of words, zh or en: tokens and codes in words, text that a spreadsheet would run made harmless';

CREATE VIEW medsup.finding_zh AS
    SELECT c.* FROM medsup.finding f CROSS JOIN LATERAL medsup.finding_cells(f, 'zh') c;
COMMENT ON VIEW medsup.finding_zh IS 'findings under Chinese headings, one sentence each, without evidence';

-- 今日核查清单: what an institution is asked about, dearest and clearest first.
CREATE FUNCTION medsup.worklist(institution text, period tsrange DEFAULT NULL, lang text DEFAULT 'zh')
RETURNS SETOF medsup.finding_zh
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000 ROWS 100
BEGIN ATOMIC
    SELECT c.* FROM medsup.finding f CROSS JOIN LATERAL medsup.finding_cells(f, worklist.lang) c
    WHERE f.fixmedins_code OPERATOR(pg_catalog.=) worklist.institution
      AND f.status OPERATOR(pg_catalog.=) 'open'
      AND medsup.awaits_verdict(f)
      AND (worklist.period IS NULL OR f.period_time OPERATOR(pg_catalog.<@) worklist.period)
    ORDER BY f.result_type COLLATE "C" DESC, f.vola_amt DESC, f.finding_id;
END;
COMMENT ON FUNCTION medsup.worklist(text, tsrange, text) IS
    '今日核查清单: the findings of one institution that wait for a verdict, clear breaches first, then by money, in zh or en, for export';

-- ---------------------------------------------------------------- proof ----
-- The canonical bytes of docs/formats.md once more, in SQL alone, so that a
-- finding is checked by other code than the code that made it.
CREATE FUNCTION medsup.digest_field(value text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
BEGIN ATOMIC
    SELECT pg_catalog.int4send(pg_catalog.octet_length(b.bytes)) OPERATOR(pg_catalog.||) b.bytes
    FROM (SELECT pg_catalog.convert_to(COALESCE(value, ''), 'UTF8') AS bytes) b;
END;
COMMENT ON FUNCTION medsup.digest_field(text) IS
    'a field as digests take it: length in four bytes, then UTF-8; NULL as the empty text';

CREATE FUNCTION medsup.verify_finding(finding_id bytea, OUT ok boolean, OUT why text) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    second CONSTANT text := 'YYYY-MM-DD HH24:MI:SS';
    f medsup.finding;
    e record;
    v record;
    id bytea := '';
    content bytea := '';
    x text;
    t timestamp;
    bad text[] := '{}';
    broken int := 0;
    encounters medsup.claim_encounter[] := '{}';
    settlements medsup.claim_settlement[] := '{}';
    lines medsup.claim_fee_line[] := '{}';
    diagnoses medsup.claim_diagnosis[];
    operations medsup.claim_operation[];
    registrations medsup.claim_registration[];
    times text[] := '{}';
BEGIN
    SELECT q.* INTO f FROM medsup.finding q WHERE q.finding_id = verify_finding.finding_id;
    IF NOT FOUND THEN
        ok := false;
        why := 'there is no such finding';
        RETURN;
    END IF;
    IF f.psn_no IS NULL THEN
        SELECT p.ok, p.why INTO ok, why FROM medsup.verify_provider_finding(f.finding_id) p;
        RETURN;
    END IF;
    FOREACH t IN ARRAY ARRAY[f.window_start, f.window_end, f.act_from, f.act_to, f.period_time] LOOP
        times := times || coalesce(to_char(t, second) || CASE WHEN t <> date_trunc('second', t)
                                   THEN rtrim(to_char(t, '.US'), '0') ELSE '' END, '');
    END LOOP;
    FOREACH x IN ARRAY ARRAY[f.rule_code, f.entry_code, f.psn_no, f.scope, times[1], f.mdtrt_id, f.feedetl_sn] LOOP
        id := id || medsup.digest_field(x);
    END LOOP;
    IF sha256(id) <> f.finding_id THEN
        bad := bad || 'the id does not belong to rule, entry, person, window and anchor'::text;
    END IF;

    FOREACH x IN ARRAY ARRAY[f.result_type, CASE WHEN f.provisional THEN 't' ELSE 'f' END, f.note, times[2], times[3],
        times[4], f.measure, f.limit_value, f.actual_value, f.unit, trim_scale(f.excess)::text,
        trim_scale(f.vola_amt)::text, trim_scale(f.vola_amt_max)::text, trim_scale(f.inscp_amt)::text, trim_scale(f.fund_amt)::text, f.fund_method,
        f.formula, f.setl_id, f.fixmedins_code, f.hosp_lv, f.insu_admdvs,
        f.fix_blng_admdvs, f.insutype, f.med_type, f.clr_way,
        f.bilg_dept_codg, f.bilg_dr_codg, times[5], f.clause, f.basis,
        f.basis_no, to_char(f.valid_from, 'YYYY-MM-DD'), to_char(f.valid_to, 'YYYY-MM-DD')] LOOP
        content := content || medsup.digest_field(x);
    END LOOP;
    FOREACH x IN ARRAY ARRAY['hifp_pay', 'cvlserv_pay', 'hifes_pay', 'hifmi_pay', 'hifob_pay', 'maf_pay', 'othfund_pay',
        'fund_pay_sumamt', 'acct_pay', 'acct_mulaid_pay'] LOOP
        content := content || medsup.digest_field(trim_scale((f.fund_split ->> x)::numeric)::text);
    END LOOP;
    -- rows as they were frozen: each must still have the hash it was given
    FOR e IN SELECT l.line FROM jsonb_array_elements(f.evidence) WITH ORDINALITY l (line, n) ORDER BY l.n LOOP
        IF e.line ? 'what' THEN
            content := content || medsup.digest_field(e.line ->> 'role') || medsup.digest_field(e.line ->> 'what')
                || medsup.digest_field(e.line ->> 'hash');
        ELSE
            content := content || medsup.digest_field(e.line ->> 'role') || medsup.digest_field(e.line ->> 'hash')
                || CASE WHEN e.line ? 'encounter' THEN medsup.digest_field(e.line -> 'encounter' ->> 'hash') ELSE '' END
                || CASE WHEN e.line ? 'settlement' THEN medsup.digest_field(e.line -> 'settlement' ->> 'hash') ELSE '' END
                || CASE WHEN e.line ? 'mapped_to' THEN medsup.digest_field(e.line ->> 'mapped_to') || medsup.digest_field(e.line ->> 'mapped_by') ELSE '' END;
        END IF;
    END LOOP;
    -- one that several pieces of the evidence show is one row
    WITH piece AS MATERIALIZED (
        SELECT l.line, l.n FROM jsonb_array_elements(f.evidence) WITH ORDINALITY l (line, n)
    ), frozen AS MATERIALIZED (
        SELECT coalesce(p.line ->> 'what', 'L') AS what, p.n, CASE WHEN p.line ? 'what' THEN p.line -> 'row' ELSE p.line END AS "row", p.line ->> 'hash' AS hash
        FROM piece p
        UNION ALL
        SELECT 'E', p.n, p.line -> 'encounter', p.line -> 'encounter' ->> 'hash'
        FROM piece p WHERE jsonb_typeof(p.line -> 'encounter') = 'object' AND NOT p.line ? 'what'
        UNION ALL
        SELECT 'S', p.n, p.line -> 'settlement', p.line -> 'settlement' ->> 'hash'
        FROM piece p WHERE jsonb_typeof(p.line -> 'settlement') = 'object' AND NOT p.line ? 'what'
    ), typed AS MATERIALIZED (
        SELECT r.what, r.hash, min(r.n) AS n,
            CASE r.what WHEN 'L' THEN jsonb_populate_record(NULL::medsup.claim_fee_line, r."row") END AS l,
            CASE r.what WHEN 'E' THEN jsonb_populate_record(NULL::medsup.claim_encounter, r."row") END AS e,
            CASE r.what WHEN 'S' THEN jsonb_populate_record(NULL::medsup.claim_settlement, r."row") END AS s,
            CASE r.what WHEN 'D' THEN jsonb_populate_record(NULL::medsup.claim_diagnosis, r."row") END AS d,
            CASE r.what WHEN 'O' THEN jsonb_populate_record(NULL::medsup.claim_operation, r."row") END AS o,
            CASE r.what WHEN 'R' THEN jsonb_populate_record(NULL::medsup.claim_registration, r."row") END AS r
        FROM frozen r
        GROUP BY r.what, r.hash, CASE r.what WHEN 'L' THEN r.n END, r."row"
    )
    SELECT count(*) FILTER (WHERE t.hash IS DISTINCT FROM encode(CASE t.what
                WHEN 'L' THEN medsup.line_hash(t.l) WHEN 'E' THEN medsup.encounter_hash(t.e)
                WHEN 'S' THEN medsup.settlement_hash(t.s) WHEN 'D' THEN medsup.diagnosis_hash(t.d)
                WHEN 'O' THEN medsup.operation_hash(t.o) WHEN 'R' THEN medsup.registration_hash(t.r) END, 'hex')),
        array_agg(t.l ORDER BY t.n) FILTER (WHERE t.what = 'L'), array_agg(t.e ORDER BY t.n) FILTER (WHERE t.what = 'E'),
        array_agg(t.s ORDER BY t.n) FILTER (WHERE t.what = 'S'), array_agg(t.d ORDER BY t.n) FILTER (WHERE t.what = 'D'),
        array_agg(t.o ORDER BY t.n) FILTER (WHERE t.what = 'O'), array_agg(t.r ORDER BY t.n) FILTER (WHERE t.what = 'R')
    INTO broken, lines, encounters, settlements, diagnoses, operations, registrations
    FROM typed t;
    -- what was there and is not in the evidence is none, what was not there stays unknown
    IF 'diagnosis' = ANY (f.sources) THEN diagnoses := coalesce(diagnoses, '{}'); ELSE diagnoses := NULL; END IF;
    IF 'operation' = ANY (f.sources) THEN operations := coalesce(operations, '{}'); ELSE operations := NULL; END IF;
    IF 'chronic_reg' = ANY (f.sources) THEN registrations := coalesce(registrations, '{}'); ELSE registrations := NULL; END IF;
    IF broken > 0 THEN
        bad := bad || format('%s rows of the evidence are not what they were', broken);
    END IF;
    IF sha256(content) <> f.content_digest THEN
        bad := bad || 'figures and evidence do not make the digest'::text;
    END IF;

    SELECT count(*) FILTER (WHERE l.role = 1) AS violating,
           count(*) FILTER (WHERE l.role = 1 AND l.mdtrt_id = f.mdtrt_id AND l.feedetl_sn = f.feedetl_sn) AS anchors,
           sum(l.vola_amt) AS vola_amt, sum(l.fund_amt) AS fund_amt, sum(l.excess) AS excess
    INTO e FROM medsup.finding_line l WHERE l.finding_id = f.finding_id;
    IF f.feedetl_sn = '' THEN
        IF NOT EXISTS (SELECT FROM medsup.finding_record r
                       WHERE r.finding_id = f.finding_id AND r.what = 'E' AND r.role = 1 AND r.record ->> 'mdtrt_id' = f.mdtrt_id) THEN
            bad := bad || 'the visit in breach is not in the evidence'::text;
        END IF;
    ELSIF e.violating = 0 THEN
        bad := bad || 'no line of the evidence violates'::text;
    ELSIF e.anchors = 0 THEN
        bad := bad || 'the anchor is not among the violating lines'::text;
    END IF;
    IF e.vola_amt <> f.vola_amt THEN
        bad := bad || format('the lines add up to %s, the finding says %s', medsup.money_text(e.vola_amt), medsup.money_text(f.vola_amt));
    END IF;
    IF e.fund_amt <> f.fund_amt THEN
        bad := bad || format('the lines'' pooled funds add up to %s, the finding says %s', medsup.money_text(e.fund_amt), medsup.money_text(f.fund_amt));
    END IF;

    -- the book it names, over nothing but the evidence, must say it again
    SELECT b.compiled INTO v FROM medsup.rulebook b WHERE b.version = f.rulebook AND b.digest = f.rulebook_digest;
    IF NOT FOUND THEN
        bad := bad || 'the rulebook it names is not the published one'::text;
    ELSE
        SELECT q.excess, q.limit_value, q.actual_value INTO e
        FROM medsup.evaluate(v.compiled, NULL, NULL, encounters, settlements, lines, diagnoses, operations, registrations) q
        WHERE q.what = 'F' AND q.finding_id = f.finding_id;
        IF NOT FOUND THEN
            bad := bad || 'the rulebook does not find it in the evidence'::text;
        ELSIF e.excess <> f.excess OR e.limit_value IS DISTINCT FROM f.limit_value OR e.actual_value IS DISTINCT FROM f.actual_value THEN
            bad := bad || format('the rulebook finds %s over the limit %s in the evidence, excess %s', e.actual_value, e.limit_value, e.excess);
        END IF;
    END IF;
    ok := bad = '{}';
    why := NULLIF(array_to_string(bad, '; '), '');
END
$$;
COMMENT ON FUNCTION medsup.verify_finding(bytea) IS
    'compute id, digest and money of a finding again from its frozen evidence and say what does not fit';
