-- What the evaluator says about one patient.  One row shape for all three
-- things it has to say, so that one pass over the claims feeds them all:
-- F a finding, S a line that could not be checked, T a tally for the ledger.

CREATE TYPE medsup.verdict AS (
    what            "char",     -- F, S or T
    -- T: lines of the period in a rule's scope by outcome; rule_code NULL: all lines
    rule_code       text,
    outcome         text,       -- hit, passed, not_fund_paid, exempt, undecided; rule_code NULL: checked, skipped
    reason          text,       -- why undecided, exempt or skipped
    fixmedins_code  text,
    lines           bigint,
    -- S and F: the line (F: the anchor line)
    psn_no          text,
    mdtrt_id        text,
    feedetl_sn      text,
    setl_id         text,
    -- F
    finding_id      bytea,
    content_digest  bytea,
    entry_code      text,
    kind            text,
    result_type     text,       -- 可疑 or 明确违规
    provisional     boolean,    -- rests on an unsettled stay
    note            text,       -- e.g. late_posting
    scope           text,       -- the window, such as line, day, stay (docs/rulebook.md)
    window_start    timestamp,
    window_end      timestamp,
    act_from        timestamp,
    act_to          timestamp,
    measure         text,       -- what was looked at, such as sex, quantity (docs/rulebook.md)
    limit_value     text,       -- as a machine token or number: '1', 'female', 'inpatient'
    actual_value    text,
    unit            text,
    excess          numeric,
    vola_amt        numeric,
    vola_amt_max    numeric,
    inscp_amt       numeric,
    fund_amt        numeric,    -- pooled funds; NULL when fund_method is none
    fund_split      jsonb,      -- {"hifp_pay": 1.23, ...}, account money apart
    fund_method     text,       -- line, ratio, none, unsettled
    formula         text,       -- the arithmetic with its numbers put in
    hosp_lv         text,
    insu_admdvs     text,
    fix_blng_admdvs text,
    insutype        text,
    med_type        text,
    clr_way         text,
    bilg_dept_codg  text,
    bilg_dr_codg    text,
    exceptions_tested text[],
    evidence        jsonb,      -- [{"role":1,"hash":"..","mdtrt_id":..}, ...], violating lines first; a row with a
                                -- chosen "excess" also says its own "vola_amt", "vola_inscp", "vola_fund" (yuan, null = none);
                                -- then records: {"role":1,"what":"D","hash":"..","row":{..}}
    period_time     timestamp,  -- the anchor's place in periods: setl_time of its settlement, else fee_ocur_time
    clause          text,       -- law or agreement clause, of the rule
    basis           text,       -- document the entry rests on, as the three below
    basis_no        text,
    valid_from      date,
    valid_to        date,
    sources         text[]      -- F: which of diagnosis, operation, chronic_reg there were
);
COMMENT ON TYPE medsup.verdict IS 'one statement of the evaluator about one patient: finding, unchecked line or tally';
COMMENT ON COLUMN medsup.verdict.what IS 'F a finding, S a line not checked, T a tally';
COMMENT ON COLUMN medsup.verdict.rule_code IS 'the rule; of a tally NULL: all lines';
COMMENT ON COLUMN medsup.verdict.outcome IS 'T: hit, passed, not_fund_paid, exempt, undecided; without a rule checked, skipped';
COMMENT ON COLUMN medsup.verdict.reason IS 'S, T: why undecided, exempt or skipped';
COMMENT ON COLUMN medsup.verdict.fixmedins_code IS 'institution of tally, line or finding';
COMMENT ON COLUMN medsup.verdict.lines IS 'T: number of lines';
COMMENT ON COLUMN medsup.verdict.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.verdict.mdtrt_id IS 'visit of the line, of a finding of the anchor line';
COMMENT ON COLUMN medsup.verdict.feedetl_sn IS 'the line, of a finding the anchor; empty where a visit without lines is in breach';
COMMENT ON COLUMN medsup.verdict.setl_id IS 'number of the settlement; of a line NULL while unsettled';
COMMENT ON COLUMN medsup.verdict.finding_id IS 'SHA-256 of what the finding is about (docs/formats.md)';
COMMENT ON COLUMN medsup.verdict.content_digest IS 'SHA-256 of what the finding says (docs/formats.md)';
COMMENT ON COLUMN medsup.verdict.entry_code IS 'the knowledge point';
COMMENT ON COLUMN medsup.verdict.kind IS 'kind of the rule, K1 to K15';
COMMENT ON COLUMN medsup.verdict.result_type IS '可疑 or 明确违规';
COMMENT ON COLUMN medsup.verdict.provisional IS 'true: rests on an unsettled stay';
COMMENT ON COLUMN medsup.verdict.note IS 'such as late_posting';
COMMENT ON COLUMN medsup.verdict.scope IS 'the window that was judged, such as line, day or stay';
COMMENT ON COLUMN medsup.verdict.window_start IS 'begin of the window judged, civil time';
COMMENT ON COLUMN medsup.verdict.window_end IS 'end of it, excluded';
COMMENT ON COLUMN medsup.verdict.act_from IS 'first act of the evidence, civil time';
COMMENT ON COLUMN medsup.verdict.act_to IS 'last act of the evidence';
COMMENT ON COLUMN medsup.verdict.measure IS 'what was looked at, such as sex, diagnosis, quantity or readmission';
COMMENT ON COLUMN medsup.verdict.limit_value IS 'what is allowed, as a token or number in unit';
COMMENT ON COLUMN medsup.verdict.actual_value IS 'what was found, as limit_value';
COMMENT ON COLUMN medsup.verdict.unit IS 'unit of limit, actual value and excess';
COMMENT ON COLUMN medsup.verdict.excess IS 'how much is over the limit, in unit';
COMMENT ON COLUMN medsup.verdict.vola_amt IS 'amount in breach, yuan; cheapest choice of the excess';
COMMENT ON COLUMN medsup.verdict.vola_amt_max IS 'amount in breach, yuan; dearest choice';
COMMENT ON COLUMN medsup.verdict.inscp_amt IS 'part of vola_amt within the insurances scope, yuan';
COMMENT ON COLUMN medsup.verdict.fund_amt IS 'pooled funds part of vola_amt, yuan; NULL: no share of a line exists';
COMMENT ON COLUMN medsup.verdict.fund_split IS 'that part by fund, yuan; account money apart under acct_pay and acct_mulaid_pay';
COMMENT ON COLUMN medsup.verdict.fund_method IS 'line, ratio, unsettled or none: how fund_amt was found';
COMMENT ON COLUMN medsup.verdict.formula IS 'the arithmetic with its numbers put in';
COMMENT ON COLUMN medsup.verdict.hosp_lv IS 'level of the institution as written (level_map)';
COMMENT ON COLUMN medsup.verdict.insu_admdvs IS 'region of the insurance, six digits';
COMMENT ON COLUMN medsup.verdict.fix_blng_admdvs IS 'region of the institution, six digits';
COMMENT ON COLUMN medsup.verdict.insutype IS 'kind of insurance as written (insurance_map)';
COMMENT ON COLUMN medsup.verdict.med_type IS 'kind of visit as written (setting_map)';
COMMENT ON COLUMN medsup.verdict.clr_way IS 'how the case is paid, as written (clr_way_map)';
COMMENT ON COLUMN medsup.verdict.bilg_dept_codg IS 'department that ordered';
COMMENT ON COLUMN medsup.verdict.bilg_dr_codg IS 'physician who ordered';
COMMENT ON COLUMN medsup.verdict.exceptions_tested IS 'what was looked at and did not apply';
COMMENT ON COLUMN medsup.verdict.evidence IS 'lines and other records as they were read: role 1 in breach, 2 involved, 3 refund applied; with hashes';
COMMENT ON COLUMN medsup.verdict.period_time IS 'place in periods: settlement time of the anchor line, else its own';
COMMENT ON COLUMN medsup.verdict.clause IS 'law or agreement clause, as the book said it';
COMMENT ON COLUMN medsup.verdict.basis IS 'document it rests on, as the book said it; what the bureau set goes first';
COMMENT ON COLUMN medsup.verdict.basis_no IS 'number of that document';
COMMENT ON COLUMN medsup.verdict.valid_from IS 'first day the knowledge point is in force';
COMMENT ON COLUMN medsup.verdict.valid_to IS 'last day; NULL: open';
COMMENT ON COLUMN medsup.verdict.sources IS 'kinds of sources there were: of diagnosis, operation, chronic_reg';

CREATE FUNCTION medsup.compile_rulebook() RETURNS bytea
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 100000
-- Right after a load there are no statistics yet: nested loops would crawl, and
-- sorting by a collation is slow.
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET enable_mergejoin = off SET work_mem = '64MB' SET jit = off
AS 'MODULE_PATHNAME', 'medsup_compile_rulebook';
COMMENT ON FUNCTION medsup.compile_rulebook() IS 'the publishable rules and knowledge as one compiled book; the same content gives the same bytes';

CREATE FUNCTION medsup.compile_rulebook_counting(
    OUT compiled bytea, OUT not_judged int, OUT unset_rules text[], OUT unset_lacks text[])
LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED COST 100000
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET enable_mergejoin = off SET work_mem = '64MB' SET jit = off
AS 'MODULE_PATHNAME', 'medsup_compile_rulebook_counting';
COMMENT ON FUNCTION medsup.compile_rulebook_counting() IS 'the same, with the points in force that were left out: how many are not judged in this version, and of the others the rule and what is missing';

CREATE FUNCTION medsup.rulebook_info(book bytea,
    OUT format int, OUT rules bigint, OUT entries bigint, OUT codes bigint,
    OUT postings bigint, OUT bytes bigint, OUT digest bytea) RETURNS record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'medsup_rulebook_info';
COMMENT ON FUNCTION medsup.rulebook_info(bytea) IS 'verifies a compiled book and counts what is in it; digest is SHA-256 of all its bytes';

CREATE FUNCTION medsup.rulebook_damage(compiled bytea, digest bytea) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM medsup.rulebook_info(compiled);
    RETURN CASE WHEN digest <> sha256(compiled) THEN 'rulebook is not the one of its digest' END;
EXCEPTION
    -- no book, or the server itself cannot read the value
    WHEN SQLSTATE 'MS103' OR data_corrupted OR index_corrupted THEN
        RETURN SQLERRM;
END
$$;
COMMENT ON FUNCTION medsup.rulebook_damage(bytea, bytea) IS 'why a stored book cannot be judged by; NULL: it is whole, and the one of its digest';

CREATE FUNCTION medsup.verify_rulebook(OUT version int, OUT problem text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 10
BEGIN ATOMIC
    SELECT b.version, medsup.rulebook_damage(b.compiled, b.digest) FROM medsup.rulebook b ORDER BY b.version;
END;
COMMENT ON FUNCTION medsup.verify_rulebook() IS 'reads every stored rulebook anew, whatever this backend has read before; problem is NULL for one that is whole';

CREATE FUNCTION medsup.rulebook_memory(OUT checksum bytea, OUT bytes bigint, OUT memory bigint,
    OUT shared boolean, OUT loaded boolean) RETURNS SETOF record
LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 2
AS 'MODULE_PATHNAME', 'medsup_rulebook_memory';
COMMENT ON FUNCTION medsup.rulebook_memory() IS 'rulebooks in memory: checksum (bytes 25 to 56 of the book), its bytes, the bytes it takes here, whether all backends share it, whether this one has loaded it';

CREATE FUNCTION medsup.evaluate(
    book        bytea,
    period_from timestamp,
    period_to   timestamp,
    encounters  medsup.claim_encounter[],
    settlements medsup.claim_settlement[],
    lines       medsup.claim_fee_line[],
    diagnoses   medsup.claim_diagnosis[],
    operations  medsup.claim_operation[],
    registrations medsup.claim_registration[],
    history_from timestamp DEFAULT NULL) RETURNS SETOF medsup.verdict
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 5000 ROWS 20
AS 'MODULE_PATHNAME', 'medsup_evaluate';
COMMENT ON FUNCTION medsup.evaluate(bytea, timestamp, timestamp, medsup.claim_encounter[], medsup.claim_settlement[], medsup.claim_fee_line[], medsup.claim_diagnosis[], medsup.claim_operation[], medsup.claim_registration[], timestamp)
    IS 'all rules of a compiled book over all rows of one person; NULL bounds are open; what was before history_from is not among the rows (NULL: all is, infinity: only these visits are); NULL diagnoses, operations or registrations: such a source is not bound, and rules that need it are undecided';

CREATE FUNCTION medsup.encounter_hash(encounter medsup.claim_encounter) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_encounter_hash';
COMMENT ON FUNCTION medsup.encounter_hash(medsup.claim_encounter) IS 'SHA-256 of a visit in canonical bytes, as evidence shows it';

CREATE FUNCTION medsup.settlement_hash(settlement medsup.claim_settlement) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_settlement_hash';
COMMENT ON FUNCTION medsup.settlement_hash(medsup.claim_settlement) IS 'SHA-256 of a settlement in canonical bytes, as evidence shows it';

CREATE FUNCTION medsup.line_hash(line medsup.claim_fee_line) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_line_hash';
COMMENT ON FUNCTION medsup.line_hash(medsup.claim_fee_line) IS 'SHA-256 of a fee line in canonical bytes, as evidence shows it';

CREATE FUNCTION medsup.diagnosis_hash(diagnosis medsup.claim_diagnosis) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_diagnosis_hash';
COMMENT ON FUNCTION medsup.diagnosis_hash(medsup.claim_diagnosis) IS 'SHA-256 of a diagnosis in canonical bytes, as evidence shows it';

CREATE FUNCTION medsup.operation_hash(operation medsup.claim_operation) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_operation_hash';
COMMENT ON FUNCTION medsup.operation_hash(medsup.claim_operation) IS 'SHA-256 of an operation in canonical bytes, as evidence shows it';

CREATE FUNCTION medsup.registration_hash(registration medsup.claim_registration) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'medsup_registration_hash';
COMMENT ON FUNCTION medsup.registration_hash(medsup.claim_registration) IS 'SHA-256 of a registration in canonical bytes, as evidence shows it';

CREATE FUNCTION medsup.finding_id(rule_code text, entry_code text, psn_no text,
    scope text, window_start timestamp, mdtrt_id text, feedetl_sn text) RETURNS bytea
LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20
AS 'MODULE_PATHNAME', 'medsup_finding_id';
COMMENT ON FUNCTION medsup.finding_id(text, text, text, text, timestamp, text, text) IS 'id of a finding: SHA-256 of its fields in canonical bytes; NULL counts as empty';
