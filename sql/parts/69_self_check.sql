-- Self-check (自查): one institution, the same book, judged the same way; what is
-- found is kept apart from the bureau's findings and from its ledger.

CREATE TABLE medsup.self_check (
    self_check      int GENERATED ALWAYS AS IDENTITY,
    fixmedins_code  text NOT NULL,
    period_from     timestamp,
    period_to       timestamp,
    rulebook        int NOT NULL,
    rulebook_digest bytea NOT NULL,
    lines_checked   bigint NOT NULL,
    lines_skipped   bigint NOT NULL,
    findings        bigint NOT NULL,
    vola_amt        numeric NOT NULL,
    started_by      text NOT NULL DEFAULT SESSION_USER,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT self_check_pkey PRIMARY KEY (self_check)
);
COMMENT ON TABLE medsup.self_check IS 'self-checks of institutions: which book, which lines, how much was found';
COMMENT ON SEQUENCE medsup.self_check_self_check_seq IS 'numbers self-checks';
COMMENT ON COLUMN medsup.self_check.self_check IS 'its number';
COMMENT ON COLUMN medsup.self_check.fixmedins_code IS 'the institution';
COMMENT ON COLUMN medsup.self_check.period_from IS 'civil time, included; NULL: from the beginning';
COMMENT ON COLUMN medsup.self_check.period_to IS 'civil time, excluded; NULL: without end';
COMMENT ON COLUMN medsup.self_check.rulebook IS 'version of the book';
COMMENT ON COLUMN medsup.self_check.rulebook_digest IS 'SHA-256 of that book';
COMMENT ON COLUMN medsup.self_check.lines_checked IS 'lines of the institution that were checked';
COMMENT ON COLUMN medsup.self_check.lines_skipped IS 'lines of the institution that could not be checked';
COMMENT ON COLUMN medsup.self_check.findings IS 'how many findings';
COMMENT ON COLUMN medsup.self_check.vola_amt IS 'their amount in breach, a line counted under every rule that it breaches';
COMMENT ON COLUMN medsup.self_check.started_by IS 'who ran it: the role of the login';
COMMENT ON COLUMN medsup.self_check.started_at IS 'when it began';
COMMENT ON COLUMN medsup.self_check.finished_at IS 'when it ended';

CREATE TABLE medsup.self_check_finding (
    self_check      int NOT NULL,
    LIKE medsup.finding,
    CONSTRAINT self_check_finding_pkey PRIMARY KEY (self_check, finding_id)
);
COMMENT ON TABLE medsup.self_check_finding IS
    'what self-checks found, origin self_check; columns as medsup.finding, under the ids that the same findings have there';

CREATE FUNCTION medsup.self_check(institution text, period tsrange DEFAULT NULL) RETURNS int
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    began timestamptz := clock_timestamp();
    ready record;
    this medsup.run;
    counted record;
    visits boolean;
    n int;
BEGIN
    SELECT q.* INTO ready FROM medsup.run_ready(self_check.period) q;
    this.partitions := 1;
    this.rulebook := ready.rulebook;
    this.period_from := ready.period_from;
    this.period_to := ready.period_to;
    visits := EXISTS (SELECT FROM medsup.run_rules() u JOIN medsup.rule r ON r.rule_code = u.rule_code
        WHERE u.state = 'checked' AND r.kind IN ('K11', 'K12'));
    BEGIN
        -- its persons with all that the warehouse has of them, as in a run: windows
        -- of a person do not end at the institution's door
        PERFORM medsup.stage_claims(this, '{1}', visits, format(
                'SELECT e.psn_no FROM medsup.src_encounter e WHERE e.fixmedins_code = %1$L UNION SELECT l.psn_no FROM medsup.src_fee_line l WHERE l.fixmedins_code = %1$L',
                self_check.institution));
        CREATE TEMPORARY TABLE medsup_self_check ON COMMIT DROP AS
        SELECT v.* FROM medsup.rulebook b CROSS JOIN LATERAL medsup.run_verdicts(0, 1, b.compiled) v WHERE b.version = ready.rulebook;
        PERFORM medsup.run_unstage();
    EXCEPTION WHEN others THEN
        -- what a mapping could not cast is a cell
        PERFORM medsup.refuse_cells(SQLSTATE, SQLERRM);
        RAISE;
    END;
    SELECT coalesce(max(s.lines) FILTER (WHERE s.what = 'N' AND s.outcome = 'lines'), 0) AS lines,
        coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL), 0) AS judged,
        coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL AND s.outcome = 'checked' AND s.fixmedins_code = self_check.institution), 0) AS checked,
        coalesce(sum(s.lines) FILTER (WHERE s.what = 'T' AND s.rule_code IS NULL AND s.outcome = 'skipped' AND s.fixmedins_code = self_check.institution), 0) AS skipped
    INTO counted FROM pg_temp.medsup_self_check s;
    IF counted.lines <> counted.judged THEN
        RAISE EXCEPTION 'the self-check does not balance'
            USING ERRCODE = 'MS203', DETAIL = format('Lines of its persons %s, checked and skipped %s.', counted.lines, counted.judged),
                  HINT = 'Nothing was kept. This is an error in medsup: please report it.';
    ELSIF counted.checked + counted.skipped = 0 THEN
        RAISE EXCEPTION 'the sources hold no line of institution "%" in this period', self_check.institution
            USING ERRCODE = 'MS204', HINT = 'SELECT * FROM medsup.institutions(); lists the institutions.';
    END IF;
    INSERT INTO medsup.self_check (fixmedins_code, period_from, period_to, rulebook, rulebook_digest,
        lines_checked, lines_skipped, findings, vola_amt, started_at)
    SELECT self_check.institution, ready.period_from, ready.period_to, ready.rulebook, ready.rulebook_digest,
        counted.checked, counted.skipped, count(*), coalesce(sum(v.vola_amt), 0), began
    FROM (SELECT DISTINCT ON (s.finding_id) s.vola_amt FROM pg_temp.medsup_self_check s
          WHERE s.what = 'F' AND s.fixmedins_code = self_check.institution
          ORDER BY s.finding_id, s.vola_amt DESC, s.content_digest) v
    RETURNING self_check INTO n;
    INSERT INTO medsup.self_check_finding (self_check, origin, finding_id, content_digest, rule_code, entry_code,
        kind, result_type, rulebook, rulebook_digest, provisional, note,
        scope, window_start, window_end, act_from, act_to, period_time,
        measure, limit_value, actual_value, unit, excess,
        vola_amt, vola_amt_max, inscp_amt, fund_amt, fund_split, fund_method, formula,
        psn_no, mdtrt_id, feedetl_sn, setl_id, fixmedins_code, hosp_lv,
        insu_admdvs, fix_blng_admdvs, insutype, med_type, clr_way,
        bilg_dept_codg, bilg_dr_codg, clause, basis, basis_no, valid_from, valid_to,
        exceptions_tested, evidence, sources, status, version, first_run, changed_run, opened_at, changed_at, stage)
    SELECT DISTINCT ON (v.finding_id) n, 'self_check', v.finding_id, v.content_digest, v.rule_code, v.entry_code,
        v.kind, v.result_type, ready.rulebook, ready.rulebook_digest, coalesce(v.provisional, false), v.note,
        v.scope, v.window_start, v.window_end, v.act_from, v.act_to, v.period_time,
        v.measure, v.limit_value, v.actual_value, v.unit, v.excess,
        v.vola_amt, coalesce(v.vola_amt_max, v.vola_amt), v.inscp_amt, v.fund_amt, v.fund_split, v.fund_method, v.formula,
        v.psn_no, v.mdtrt_id, v.feedetl_sn, v.setl_id, v.fixmedins_code, v.hosp_lv,
        v.insu_admdvs, v.fix_blng_admdvs, v.insutype, v.med_type, v.clr_way,
        v.bilg_dept_codg, v.bilg_dr_codg, v.clause, v.basis, v.basis_no, v.valid_from, v.valid_to,
        v.exceptions_tested, v.evidence, v.sources, 'open', 1, n, n, now(), now(), '事后'
    FROM pg_temp.medsup_self_check v
    WHERE v.what = 'F' AND v.fixmedins_code = self_check.institution
    ORDER BY v.finding_id, v.vola_amt DESC, v.content_digest;
    DROP TABLE pg_temp.medsup_self_check;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.self_check(text, tsrange) IS
    'run the rulebook in force for one institution and keep what is found apart from the bureau''s findings; returns the number of the self-check';

CREATE FUNCTION medsup.self_check_list(self_check int, lang text DEFAULT 'zh') RETURNS SETOF medsup.finding_zh
    LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000 ROWS 100
BEGIN ATOMIC
    SELECT c.*
    FROM medsup.self_check_finding s
    CROSS JOIN LATERAL medsup.finding_cells(
        pg_catalog.jsonb_populate_record(NULL::medsup.finding, pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.-) 'self_check'), self_check_list.lang) c
    WHERE s.self_check OPERATOR(pg_catalog.=) self_check_list.self_check
    ORDER BY s.result_type COLLATE "C" DESC, s.vola_amt DESC, s.finding_id;
END;
COMMENT ON FUNCTION medsup.self_check_list(int, text) IS
    'what a self-check found as a list for export, as medsup.worklist, zh or en';
