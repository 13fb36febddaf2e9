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
    scope           text,       -- line, hour, 6h, day, visit, stay, course, rolling, lifetime
    window_start    timestamp,
    window_end      timestamp,
    act_from        timestamp,
    act_to          timestamp,
    measure         text,       -- sex, age, insurance, setting, level, quantity, hours, days, span_days, gap_days, pair
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
                                -- chosen "excess" also says its own "vola_amt", "vola_inscp", "vola_fund" (yuan, null = none)
    period_time     timestamp   -- the anchor's place in periods: setl_time of its settlement, else fee_ocur_time
);
COMMENT ON TYPE medsup.verdict IS 'one statement of the evaluator about one patient: finding, unchecked line or tally';
