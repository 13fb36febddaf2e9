-- The record shapes in which claims reach the evaluator, whatever the warehouse
-- looks like.  Columns carry the national platform's own names.  Marks in them:
-- NULL = missing, '-infinity' (timestamp) and 'NaN' (numeric) = present but
-- unreadable, so that a rule can say why it could not judge.

CREATE TYPE medsup.claim_encounter AS (
    mdtrt_id        text,
    psn_no          text,
    gend            text,
    brdy            timestamp,
    fixmedins_code  text,
    fixmedins_name  text,
    hosp_lv         text,       -- at the time of the visit, else the provider's
    medins_type     text,       -- provider's kind (e.g. eye hospital), optional
    fix_blng_admdvs text,       -- region of the institution
    insu_admdvs     text,       -- region of the insurance
    insutype        text,
    med_type        text,
    begntime        timestamp,
    endtime         timestamp,
    inhosp_stas     text,
    dise_no         text,
    vali_flag       text
);
COMMENT ON TYPE medsup.claim_encounter IS 'one visit or stay as the evaluator reads it (mdtrt_d, with the provider''s attributes)';

CREATE TYPE medsup.claim_settlement AS (
    setl_id         text,
    mdtrt_id        text,
    psn_no          text,
    init_setl_id    text,
    refd_setl_flag  text,
    mid_setl_flag   text,
    vali_flag       text,
    setl_time       timestamp,
    year            text,
    clr_way         text,
    pay_loc         text,
    insutype        text,
    med_type        text,
    insu_admdvs     text,
    medfee_sumamt   numeric,
    inscp_amt       numeric,
    fund_pay_sumamt numeric,
    hifp_pay        numeric,
    cvlserv_pay     numeric,
    hifes_pay       numeric,
    hifmi_pay       numeric,
    hifob_pay       numeric,
    maf_pay         numeric,
    othfund_pay     numeric,
    acct_pay        numeric,
    acct_mulaid_pay numeric
);
COMMENT ON TYPE medsup.claim_settlement IS 'one settlement as the evaluator reads it (setl_d, outmed_setl_d); amounts in yuan';

CREATE TYPE medsup.claim_fee_line AS (
    feedetl_sn         text,
    mdtrt_id           text,
    setl_id            text,
    psn_no             text,
    init_feedetl_sn    text,
    fixmedins_code     text,
    fee_ocur_time      timestamp,
    med_list_codg      text,
    med_type           text,
    cnt                numeric,
    pric               numeric,
    det_item_fee_sumamt numeric,
    fulamt_ownpay_amt  numeric,
    inscp_amt          numeric,
    reim_prop          numeric,
    hosp_appr_flag     text,
    rx_circ_flag       text,
    rx_hosp_lv         text,    -- level of the prescribing institution, optional
    rx_drord_no        text,
    bilg_dept_codg     text,
    bilg_dept_name     text,
    bilg_dr_codg       text,
    bilg_dr_name       text,
    etip_flag          text,
    dscg_tkdrug_flag   text,
    insu_admdvs        text,
    vali_flag          text
);
COMMENT ON TYPE medsup.claim_fee_line IS 'one fee line as the evaluator reads it (fee_list_d); cnt in units, amounts in yuan';

CREATE TYPE medsup.claim_diagnosis AS (
    mdtrt_id      text,
    setl_id       text,
    psn_no        text,
    diag_code     text,
    diag_type     text,
    maindiag_flag text,
    vali_flag     text
);
COMMENT ON TYPE medsup.claim_diagnosis IS 'one diagnosis as the evaluator reads it (setl_list_diag_d)';
