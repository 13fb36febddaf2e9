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
    vali_flag       text,
    matn_stas       text,
    dscg_way        text,
    adm_dept_codg   text,
    dscg_dept_codg  text,
    atddr_codg      text,
    die_date        timestamp,  -- of the person
    attributes      jsonb       -- further fields by name, such as 结算清单
);
COMMENT ON TYPE medsup.claim_encounter IS 'one visit or stay as the evaluator reads it (mdtrt_d, with the provider''s attributes)';
COMMENT ON COLUMN medsup.claim_encounter.mdtrt_id IS 'number of the visit or stay';
COMMENT ON COLUMN medsup.claim_encounter.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.claim_encounter.gend IS '1 male, 2 female; anything else is unknown';
COMMENT ON COLUMN medsup.claim_encounter.brdy IS 'date of birth';
COMMENT ON COLUMN medsup.claim_encounter.fixmedins_code IS 'code of the institution';
COMMENT ON COLUMN medsup.claim_encounter.fixmedins_name IS 'name of the institution';
COMMENT ON COLUMN medsup.claim_encounter.hosp_lv IS 'level of the institution as written (level_map)';
COMMENT ON COLUMN medsup.claim_encounter.medins_type IS 'kind of the institution, such as an eye hospital; NULL: not known';
COMMENT ON COLUMN medsup.claim_encounter.fix_blng_admdvs IS 'region of the institution, six digits';
COMMENT ON COLUMN medsup.claim_encounter.insu_admdvs IS 'region of the insurance, six digits';
COMMENT ON COLUMN medsup.claim_encounter.insutype IS 'kind of insurance as written (insurance_map)';
COMMENT ON COLUMN medsup.claim_encounter.med_type IS 'kind of visit as written (setting_map)';
COMMENT ON COLUMN medsup.claim_encounter.begntime IS 'begin of the visit, civil time';
COMMENT ON COLUMN medsup.claim_encounter.endtime IS 'end of the visit, civil time; NULL: still open';
COMMENT ON COLUMN medsup.claim_encounter.inhosp_stas IS 'whether the person is still in hospital';
COMMENT ON COLUMN medsup.claim_encounter.dise_no IS 'code of the disease (病种)';
COMMENT ON COLUMN medsup.claim_encounter.vali_flag IS '0: void';
COMMENT ON COLUMN medsup.claim_encounter.matn_stas IS '1 pregnant, 2 nursing';
COMMENT ON COLUMN medsup.claim_encounter.dscg_way IS 'how the stay ended (离院方式)';
COMMENT ON COLUMN medsup.claim_encounter.adm_dept_codg IS 'department of admission';
COMMENT ON COLUMN medsup.claim_encounter.dscg_dept_codg IS 'department of discharge';
COMMENT ON COLUMN medsup.claim_encounter.atddr_codg IS 'attending doctor';
COMMENT ON COLUMN medsup.claim_encounter.die_date IS 'when the person died';
COMMENT ON COLUMN medsup.claim_encounter.attributes IS 'further fields by name, a flat JSON object of texts; NULL: none';

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
COMMENT ON COLUMN medsup.claim_settlement.setl_id IS 'number of the settlement';
COMMENT ON COLUMN medsup.claim_settlement.mdtrt_id IS 'number of the visit or stay';
COMMENT ON COLUMN medsup.claim_settlement.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.claim_settlement.init_setl_id IS 'the settlement that this one cancels';
COMMENT ON COLUMN medsup.claim_settlement.refd_setl_flag IS '1: cancels another settlement';
COMMENT ON COLUMN medsup.claim_settlement.mid_setl_flag IS '1: interim settlement of a stay';
COMMENT ON COLUMN medsup.claim_settlement.vali_flag IS '0: void';
COMMENT ON COLUMN medsup.claim_settlement.setl_time IS 'when it was settled, civil time';
COMMENT ON COLUMN medsup.claim_settlement.year IS 'year of the settlement';
COMMENT ON COLUMN medsup.claim_settlement.clr_way IS 'how the case is paid, as written (clr_way_map)';
COMMENT ON COLUMN medsup.claim_settlement.pay_loc IS 'where it was paid';
COMMENT ON COLUMN medsup.claim_settlement.insutype IS 'kind of insurance as written (insurance_map)';
COMMENT ON COLUMN medsup.claim_settlement.med_type IS 'kind of visit as written (setting_map)';
COMMENT ON COLUMN medsup.claim_settlement.insu_admdvs IS 'region of the insurance, six digits';
COMMENT ON COLUMN medsup.claim_settlement.medfee_sumamt IS 'all fees, yuan';
COMMENT ON COLUMN medsup.claim_settlement.inscp_amt IS 'part within the insurances scope, yuan';
COMMENT ON COLUMN medsup.claim_settlement.fund_pay_sumamt IS 'all funds together, yuan';
COMMENT ON COLUMN medsup.claim_settlement.hifp_pay IS 'basic pooled fund, yuan';
COMMENT ON COLUMN medsup.claim_settlement.cvlserv_pay IS 'civil servants aid, yuan';
COMMENT ON COLUMN medsup.claim_settlement.hifes_pay IS 'enterprise supplement, yuan';
COMMENT ON COLUMN medsup.claim_settlement.hifmi_pay IS 'critical illness of residents, yuan';
COMMENT ON COLUMN medsup.claim_settlement.hifob_pay IS 'large amounts of employees, yuan';
COMMENT ON COLUMN medsup.claim_settlement.maf_pay IS 'medical aid, yuan';
COMMENT ON COLUMN medsup.claim_settlement.othfund_pay IS 'other funds, yuan';
COMMENT ON COLUMN medsup.claim_settlement.acct_pay IS 'personal account, yuan';
COMMENT ON COLUMN medsup.claim_settlement.acct_mulaid_pay IS 'familys account, yuan';

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
    vali_flag          text,
    acord_dept_codg    text,
    dr_pro_tech_duty   text,    -- of the ordering doctor, from the staff
    med_chrgitm_type   text,
    chrgitm_lv         text,
    used_frqu_dscr     text,
    prd_days           numeric,
    sin_dos            numeric,
    drord_time         timestamp,
    upld_time          timestamp
);
COMMENT ON TYPE medsup.claim_fee_line IS 'one fee line as the evaluator reads it (fee_list_d); cnt in units, amounts in yuan';
COMMENT ON COLUMN medsup.claim_fee_line.feedetl_sn IS 'number of the fee line';
COMMENT ON COLUMN medsup.claim_fee_line.mdtrt_id IS 'number of the visit or stay';
COMMENT ON COLUMN medsup.claim_fee_line.setl_id IS 'number of the settlement; of a line NULL while unsettled';
COMMENT ON COLUMN medsup.claim_fee_line.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.claim_fee_line.init_feedetl_sn IS 'the line that a refund takes back';
COMMENT ON COLUMN medsup.claim_fee_line.fixmedins_code IS 'code of the institution';
COMMENT ON COLUMN medsup.claim_fee_line.fee_ocur_time IS 'when the fee arose, civil time; 00:00:00 means no clock';
COMMENT ON COLUMN medsup.claim_fee_line.med_list_codg IS 'national code of drug, item or consumable, as written';
COMMENT ON COLUMN medsup.claim_fee_line.med_type IS 'kind of visit as written (setting_map)';
COMMENT ON COLUMN medsup.claim_fee_line.cnt IS 'quantity in billing units; negative: a refund';
COMMENT ON COLUMN medsup.claim_fee_line.pric IS 'price of a unit, yuan';
COMMENT ON COLUMN medsup.claim_fee_line.det_item_fee_sumamt IS 'amount of the line, yuan';
COMMENT ON COLUMN medsup.claim_fee_line.fulamt_ownpay_amt IS 'part paid wholly by the person, yuan';
COMMENT ON COLUMN medsup.claim_fee_line.inscp_amt IS 'part within the insurances scope, yuan';
COMMENT ON COLUMN medsup.claim_fee_line.reim_prop IS 'share the fund pays: 0 to 1, above 1 a percentage';
COMMENT ON COLUMN medsup.claim_fee_line.hosp_appr_flag IS '1 approved, 2 turned to own pay';
COMMENT ON COLUMN medsup.claim_fee_line.rx_circ_flag IS '1: prescribed outside';
COMMENT ON COLUMN medsup.claim_fee_line.rx_hosp_lv IS 'level of the prescribing institution, as written; NULL: not known';
COMMENT ON COLUMN medsup.claim_fee_line.rx_drord_no IS 'number of prescription or order';
COMMENT ON COLUMN medsup.claim_fee_line.bilg_dept_codg IS 'department that ordered';
COMMENT ON COLUMN medsup.claim_fee_line.bilg_dept_name IS 'its name';
COMMENT ON COLUMN medsup.claim_fee_line.bilg_dr_codg IS 'physician who ordered';
COMMENT ON COLUMN medsup.claim_fee_line.bilg_dr_name IS 'the physicians name';
COMMENT ON COLUMN medsup.claim_fee_line.etip_flag IS '1: examined elsewhere (外检)';
COMMENT ON COLUMN medsup.claim_fee_line.dscg_tkdrug_flag IS '1: drug to take home at discharge';
COMMENT ON COLUMN medsup.claim_fee_line.insu_admdvs IS 'region of the insurance, six digits';
COMMENT ON COLUMN medsup.claim_fee_line.vali_flag IS '0: void';
COMMENT ON COLUMN medsup.claim_fee_line.acord_dept_codg IS 'department that carried it out';
COMMENT ON COLUMN medsup.claim_fee_line.dr_pro_tech_duty IS 'title of the ordering doctor';
COMMENT ON COLUMN medsup.claim_fee_line.med_chrgitm_type IS 'class of the fee (医疗收费项目类别)';
COMMENT ON COLUMN medsup.claim_fee_line.chrgitm_lv IS '01 class A, 02 class B, 03 own pay';
COMMENT ON COLUMN medsup.claim_fee_line.used_frqu_dscr IS 'how often it is to be used';
COMMENT ON COLUMN medsup.claim_fee_line.prd_days IS 'days supplied';
COMMENT ON COLUMN medsup.claim_fee_line.sin_dos IS 'single dose, in the unit of the label';
COMMENT ON COLUMN medsup.claim_fee_line.drord_time IS 'when it was ordered, civil time';
COMMENT ON COLUMN medsup.claim_fee_line.upld_time IS 'when it was sent to the bureau, civil time';

CREATE TYPE medsup.claim_diagnosis AS (
    mdtrt_id      text,
    setl_id       text,
    psn_no        text,
    diag_code     text,
    diag_type     text,
    maindiag_flag text,
    vali_flag     text,
    inout_diag_type text
);
COMMENT ON TYPE medsup.claim_diagnosis IS 'one diagnosis as the evaluator reads it (setl_list_diag_d)';
COMMENT ON COLUMN medsup.claim_diagnosis.mdtrt_id IS 'number of the visit or stay';
COMMENT ON COLUMN medsup.claim_diagnosis.setl_id IS 'number of the settlement';
COMMENT ON COLUMN medsup.claim_diagnosis.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.claim_diagnosis.diag_code IS 'diagnosis, ICD-10 as written';
COMMENT ON COLUMN medsup.claim_diagnosis.diag_type IS 'kind of diagnosis';
COMMENT ON COLUMN medsup.claim_diagnosis.maindiag_flag IS '1: principal diagnosis';
COMMENT ON COLUMN medsup.claim_diagnosis.vali_flag IS '0: void';
COMMENT ON COLUMN medsup.claim_diagnosis.inout_diag_type IS '1 at admission, 2 at discharge';

CREATE TYPE medsup.claim_operation AS (
    mdtrt_id           text,
    setl_id            text,
    psn_no             text,
    oprn_oprt_code     text,
    main_oprn_flag     text,
    oprn_oprt_date     timestamp,
    oprn_oprt_begntime timestamp,
    oprn_oprt_endtime  timestamp,
    oper_dr_code       text,
    anst_way           text,
    anst_dr_code       text,
    anst_begntime      timestamp,
    anst_endtime       timestamp,
    incs_type          text,
    vali_flag          text
);
COMMENT ON TYPE medsup.claim_operation IS 'one operation or procedure as the evaluator reads it (setl_list_oprn_d)';
COMMENT ON COLUMN medsup.claim_operation.mdtrt_id IS 'number of the visit or stay';
COMMENT ON COLUMN medsup.claim_operation.setl_id IS 'number of the settlement';
COMMENT ON COLUMN medsup.claim_operation.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.claim_operation.oprn_oprt_code IS 'operation or procedure, ICD-9-CM-3 as written';
COMMENT ON COLUMN medsup.claim_operation.main_oprn_flag IS '1: main operation';
COMMENT ON COLUMN medsup.claim_operation.oprn_oprt_date IS 'day of the operation, civil time';
COMMENT ON COLUMN medsup.claim_operation.oprn_oprt_begntime IS 'begin of the operation, civil time';
COMMENT ON COLUMN medsup.claim_operation.oprn_oprt_endtime IS 'end of it, civil time';
COMMENT ON COLUMN medsup.claim_operation.oper_dr_code IS 'operating doctor';
COMMENT ON COLUMN medsup.claim_operation.anst_way IS 'kind of anaesthesia';
COMMENT ON COLUMN medsup.claim_operation.anst_dr_code IS 'anaesthetist';
COMMENT ON COLUMN medsup.claim_operation.anst_begntime IS 'begin of the anaesthesia, civil time';
COMMENT ON COLUMN medsup.claim_operation.anst_endtime IS 'end of it, civil time';
COMMENT ON COLUMN medsup.claim_operation.incs_type IS 'class of the incision (切口类别)';
COMMENT ON COLUMN medsup.claim_operation.vali_flag IS '0: void';

CREATE TYPE medsup.claim_registration AS (
    psn_no          text,
    dise_no         text,
    begndate        timestamp,
    enddate         timestamp,
    fixmedins_code  text,
    insu_admdvs     text,
    vali_flag       text
);
COMMENT ON TYPE medsup.claim_registration IS
    'one registration of a person for a disease programme (门慢特) as the evaluator reads it';
COMMENT ON COLUMN medsup.claim_registration.psn_no IS 'number of the person';
COMMENT ON COLUMN medsup.claim_registration.dise_no IS 'code of the disease programme';
COMMENT ON COLUMN medsup.claim_registration.begndate IS 'in force from, civil time';
COMMENT ON COLUMN medsup.claim_registration.enddate IS 'in force to, that day included; NULL: open';
COMMENT ON COLUMN medsup.claim_registration.fixmedins_code IS 'chosen institution; NULL: any';
COMMENT ON COLUMN medsup.claim_registration.insu_admdvs IS 'region of the insurance, six digits';
COMMENT ON COLUMN medsup.claim_registration.vali_flag IS '0: void';

-- Readers of text columns.  None of them raises an error over a value: a cell
-- that cannot be read is marked, and the line that holds it is listed.

CREATE FUNCTION medsup.read_timestamp(value text) RETURNS timestamp
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_read_timestamp';
COMMENT ON FUNCTION medsup.read_timestamp(text) IS
    'civil time from text: 2025-03-01, 2025/3/1, 20250301, alone or with a time of day; NULL when missing, -infinity when unreadable';

CREATE FUNCTION medsup.read_numeric(value text) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_read_numeric';
COMMENT ON FUNCTION medsup.read_numeric(text) IS
    'number from text, without exponent or grouping; NULL when missing, NaN when unreadable';

CREATE FUNCTION medsup.read_numeric(value numeric) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_read_finite';
COMMENT ON FUNCTION medsup.read_numeric(numeric) IS
    'the number as it is; NaN, unreadable, for what is infinite';

CREATE FUNCTION medsup.read_text(value text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_read_text';
COMMENT ON FUNCTION medsup.read_text(text) IS
    'key or code from text: outer blanks, TAB and line ends trimmed; NULL for the empty text, -, null, nan, none';

CREATE FUNCTION medsup.read_dict(value text, width int) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_read_dict';
COMMENT ON FUNCTION medsup.read_dict(text, int) IS
    'dictionary value in its one spelling: 1, 01 and 1.0 are the same, filled up with zeros to the width';

-- What can be bound.  required: rules would misjudge in silence without it.
-- Every other column may be absent; rules that need it then answer undecided.
CREATE TABLE medsup.source_column (
    kind        text NOT NULL,
    ordinal     int NOT NULL,
    column_name text NOT NULL,
    reads       text NOT NULL,
    width       int NOT NULL DEFAULT 0,
    required    boolean NOT NULL DEFAULT false,
    aliases     text[] NOT NULL DEFAULT '{}',
    comment     text NOT NULL,
    CONSTRAINT source_column_pkey PRIMARY KEY (kind, column_name),
    CONSTRAINT source_column_ordinal_key UNIQUE (kind, ordinal),
    CONSTRAINT source_column_reads_known
        CHECK (reads OPERATOR(pg_catalog.=) ANY (ARRAY['text', 'dict', 'time', 'number', 'object', 'present'])),
    CONSTRAINT source_column_lower
        CHECK (column_name OPERATOR(pg_catalog.=) pg_catalog.lower(column_name))
);
COMMENT ON TABLE medsup.source_column IS
    'the columns that medsup.bind_source looks for, by kind of source; shipped, not to be edited';
COMMENT ON COLUMN medsup.source_column.reads IS
    'text: key or code; dict: dictionary value, filled with zeros to width; time: civil time; number: numeric; object: a JSON object; present: 1 when filled, its text stays in the warehouse';
COMMENT ON COLUMN medsup.source_column.aliases IS
    'other spellings found in exports, tried in this order after the name itself';

INSERT INTO medsup.source_column (kind, ordinal, column_name, reads, width, required, aliases, comment)
VALUES
-- The first six kinds list the columns of their record type, in its order.
('encounter', 1, 'mdtrt_id', 'text', 0, true, '{}'::text[], 'visit or stay'),
('encounter', 2, 'psn_no', 'text', 0, true, '{}', 'person'),
('encounter', 3, 'gend', 'dict', 1, true, '{}', 'sex: 1 male, 2 female'),
('encounter', 4, 'brdy', 'time', 0, true, '{}', 'birth date'),
('encounter', 5, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('encounter', 6, 'fixmedins_name', 'text', 0, false, '{medins_name}', 'name of the institution'),
('encounter', 7, 'hosp_lv', 'dict', 2, false, '{}', 'level of the institution at the visit'),
('encounter', 8, 'medins_type', 'text', 0, false, '{}', 'kind of the institution'),
('encounter', 9, 'fix_blng_admdvs', 'text', 0, false, '{}', 'region of the institution'),
('encounter', 10, 'insu_admdvs', 'text', 0, false, '{}', 'region of the insurance'),
('encounter', 11, 'insutype', 'dict', 3, true, '{}', 'insurance'),
('encounter', 12, 'med_type', 'dict', 2, true, '{}', 'kind of care'),
('encounter', 13, 'begntime', 'time', 0, true, '{begndate}', 'begin'),
('encounter', 14, 'endtime', 'time', 0, false, '{enddate}', 'end'),
('encounter', 15, 'inhosp_stas', 'dict', 1, false, '{}', '1 still in hospital'),
('encounter', 16, 'dise_no', 'text', 0, false, '{dise_codg}', 'disease programme'),
('encounter', 17, 'vali_flag', 'dict', 1, false, '{}', '0 void'),
('encounter', 18, 'matn_stas', 'dict', 1, false, '{}', '1 pregnant, 2 nursing'),
('encounter', 19, 'dscg_way', 'dict', 1, false, '{}', 'how the stay ended'),
('encounter', 20, 'adm_dept_codg', 'text', 0, false, '{adm_dept_code}', 'department of admission'),
('encounter', 21, 'dscg_dept_codg', 'text', 0, false, '{dscg_dept_code}', 'department of discharge'),
('encounter', 22, 'atddr_codg', 'text', 0, false, '{atddr_no,chfpdr_code}', 'attending doctor'),
('encounter', 23, 'die_date', 'time', 0, false, '{}', 'death date of the person'),
('encounter', 24, 'attributes', 'object', 0, false, '{}', 'further fields by name, a flat JSON object'),

('settlement', 1, 'setl_id', 'text', 0, true, '{}', 'settlement'),
('settlement', 2, 'mdtrt_id', 'text', 0, true, '{}', 'visit or stay'),
('settlement', 3, 'psn_no', 'text', 0, true, '{}', 'person'),
('settlement', 4, 'init_setl_id', 'text', 0, true, '{}', 'the settlement a refund takes back'),
('settlement', 5, 'refd_setl_flag', 'dict', 1, true, '{}', '1 refund'),
('settlement', 6, 'mid_setl_flag', 'dict', 1, false, '{}', '1 interim settlement'),
('settlement', 7, 'vali_flag', 'dict', 1, false, '{}', '0 void'),
('settlement', 8, 'setl_time', 'time', 0, true, '{}', 'time of settlement'),
('settlement', 9, 'year', 'text', 0, false, '{}', 'insurance year'),
('settlement', 10, 'clr_way', 'dict', 1, false, '{}', 'way of clearing: by item, disease, DRG, DIP, bed day'),
('settlement', 11, 'pay_loc', 'dict', 1, false, '{}', 'place of payment'),
('settlement', 12, 'insutype', 'dict', 3, false, '{}', 'insurance'),
('settlement', 13, 'med_type', 'dict', 2, false, '{}', 'kind of care'),
('settlement', 14, 'insu_admdvs', 'text', 0, false, '{}', 'region of the insurance'),
('settlement', 15, 'medfee_sumamt', 'number', 0, false, '{}', 'total of the bill'),
('settlement', 16, 'inscp_amt', 'number', 0, false, '{inscp_scp_amt}', 'amount within the insurance''s scope'),
('settlement', 17, 'fund_pay_sumamt', 'number', 0, true, '{}', 'paid by the funds'),
('settlement', 18, 'hifp_pay', 'number', 0, false, '{}', 'basic pooled fund'),
('settlement', 19, 'cvlserv_pay', 'number', 0, false, '{}', 'civil servants'' aid'),
('settlement', 20, 'hifes_pay', 'number', 0, false, '{}', 'enterprise supplement'),
('settlement', 21, 'hifmi_pay', 'number', 0, false, '{}', 'critical illness, residents'),
('settlement', 22, 'hifob_pay', 'number', 0, false, '{}', 'large amounts, employees'),
('settlement', 23, 'maf_pay', 'number', 0, false, '{}', 'medical aid'),
('settlement', 24, 'othfund_pay', 'number', 0, false, '{oth_pay}', 'other funds'),
('settlement', 25, 'acct_pay', 'number', 0, false, '{}', 'personal account'),
('settlement', 26, 'acct_mulaid_pay', 'number', 0, false, '{}', 'family''s account'),

('fee_line', 1, 'feedetl_sn', 'text', 0, true, '{bkkp_sn}', 'fee line, unique within the visit'),
('fee_line', 2, 'mdtrt_id', 'text', 0, true, '{}', 'visit or stay'),
('fee_line', 3, 'setl_id', 'text', 0, true, '{}', 'settlement'),
('fee_line', 4, 'psn_no', 'text', 0, true, '{}', 'person'),
('fee_line', 5, 'init_feedetl_sn', 'text', 0, false, '{init_bkkp_sn}', 'the line a refund takes back'),
('fee_line', 6, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('fee_line', 7, 'fee_ocur_time', 'time', 0, true, '{}', 'time of the service'),
('fee_line', 8, 'med_list_codg', 'text', 0, true, '{med_list_code}', 'national code of drug, item or material'),
('fee_line', 9, 'med_type', 'dict', 2, false, '{}', 'kind of care'),
('fee_line', 10, 'cnt', 'number', 0, true, '{}', 'quantity'),
('fee_line', 11, 'pric', 'number', 0, true, '{}', 'unit price'),
('fee_line', 12, 'det_item_fee_sumamt', 'number', 0, true, '{}', 'amount of the line'),
('fee_line', 13, 'fulamt_ownpay_amt', 'number', 0, true, '{}', 'fully paid by the person'),
('fee_line', 14, 'inscp_amt', 'number', 0, true, '{inscp_scp_amt}', 'amount within the insurance''s scope'),
('fee_line', 15, 'reim_prop', 'number', 0, false, '{}', 'reimbursed share'),
('fee_line', 16, 'hosp_appr_flag', 'dict', 1, false, '{}', '1 approved, 2 turned to own pay'),
('fee_line', 17, 'rx_circ_flag', 'dict', 1, false, '{}', '1 outside prescription'),
('fee_line', 18, 'rx_hosp_lv', 'dict', 2, false, '{}', 'level of the prescribing institution'),
('fee_line', 19, 'rx_drord_no', 'text', 0, false, '{rxno}', 'prescription or order'),
('fee_line', 20, 'bilg_dept_codg', 'text', 0, false, '{bilg_dept_code}', 'ordering department'),
('fee_line', 21, 'bilg_dept_name', 'text', 0, false, '{}', 'its name'),
('fee_line', 22, 'bilg_dr_codg', 'text', 0, false, '{bilg_dr_code}', 'ordering doctor'),
('fee_line', 23, 'bilg_dr_name', 'text', 0, false, '{}', 'the doctor''s name'),
('fee_line', 24, 'etip_flag', 'dict', 1, false, '{}', '1 sent out for examination'),
('fee_line', 25, 'dscg_tkdrug_flag', 'dict', 1, false, '{}', '1 taken home at discharge'),
('fee_line', 26, 'insu_admdvs', 'text', 0, false, '{}', 'region of the insurance'),
('fee_line', 27, 'vali_flag', 'dict', 1, false, '{}', '0 void'),
('fee_line', 28, 'acord_dept_codg', 'text', 0, false, '{acord_dept_code}', 'department that carried it out'),
('fee_line', 29, 'dr_pro_tech_duty', 'text', 0, false, '{}', 'title of the ordering doctor'),
('fee_line', 30, 'med_chrgitm_type', 'dict', 2, false, '{}', 'class of the fee'),
('fee_line', 31, 'chrgitm_lv', 'dict', 2, false, '{}', '01 class A, 02 class B, 03 own pay'),
('fee_line', 32, 'used_frqu_dscr', 'text', 0, false, '{}', 'how often it is to be used'),
('fee_line', 33, 'prd_days', 'number', 0, false, '{}', 'days supplied'),
('fee_line', 34, 'sin_dos', 'number', 0, false, '{}', 'single dose, in the unit of the label'),
('fee_line', 35, 'drord_time', 'time', 0, false, '{}', 'when it was ordered'),
('fee_line', 36, 'upld_time', 'time', 0, false, '{}', 'when it was sent to the bureau'),

('diagnosis', 1, 'mdtrt_id', 'text', 0, true, '{}', 'visit or stay'),
('diagnosis', 2, 'setl_id', 'text', 0, false, '{}', 'settlement'),
('diagnosis', 3, 'psn_no', 'text', 0, true, '{}', 'person'),
('diagnosis', 4, 'diag_code', 'text', 0, true, '{dise_code,diag_codg}', 'diagnosis'),
('diagnosis', 5, 'diag_type', 'dict', 1, false, '{}', '1 western, 2 and 3 traditional'),
('diagnosis', 6, 'maindiag_flag', 'dict', 1, true, '{}', '1 main diagnosis'),
('diagnosis', 7, 'vali_flag', 'dict', 1, false, '{}', '0 void'),
('diagnosis', 8, 'inout_diag_type', 'dict', 1, false, '{}', '1 at admission, 2 at discharge'),

('operation', 1, 'mdtrt_id', 'text', 0, true, '{}', 'visit or stay'),
('operation', 2, 'setl_id', 'text', 0, false, '{}', 'settlement'),
('operation', 3, 'psn_no', 'text', 0, true, '{}', 'person'),
('operation', 4, 'oprn_oprt_code', 'text', 0, true, '{}', 'operation or procedure'),
('operation', 5, 'main_oprn_flag', 'dict', 1, false, '{}', '1 main operation'),
('operation', 6, 'oprn_oprt_date', 'time', 0, true, '{}', 'date'),
('operation', 7, 'oprn_oprt_begntime', 'time', 0, false, '{}', 'begin'),
('operation', 8, 'oprn_oprt_endtime', 'time', 0, false, '{}', 'end'),
('operation', 9, 'oper_dr_code', 'text', 0, false, '{oper_dr_codg}', 'operating doctor'),
('operation', 10, 'anst_way', 'dict', 2, false, '{}', 'anaesthesia'),
('operation', 11, 'anst_dr_code', 'text', 0, false, '{anst_dr_codg}', 'anaesthetist'),
('operation', 12, 'anst_begntime', 'time', 0, false, '{}', 'begin of the anaesthesia'),
('operation', 13, 'anst_endtime', 'time', 0, false, '{}', 'end of the anaesthesia'),
('operation', 14, 'incs_type', 'dict', 1, false, '{}', 'class of the incision'),
('operation', 15, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

('chronic_reg', 1, 'psn_no', 'text', 0, true, '{}', 'person'),
('chronic_reg', 2, 'dise_no', 'text', 0, true, '{opsp_dise_code,dise_codg}', 'disease programme'),
('chronic_reg', 3, 'begndate', 'time', 0, true, '{begntime}', 'in force from'),
('chronic_reg', 4, 'enddate', 'time', 0, false, '{endtime}', 'in force to'),
('chronic_reg', 5, 'fixmedins_code', 'text', 0, false, '{medins_code}', 'chosen institution'),
('chronic_reg', 6, 'insu_admdvs', 'text', 0, false, '{}', 'region of the insurance'),
('chronic_reg', 7, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

-- 结算清单: its fields become attributes of the visit.  What would tell who the
-- person is stays in the warehouse; rules only learn whether it was filled in.
('settlement_list', 1, 'mdtrt_id', 'text', 0, true, '{}', 'visit or stay'),
('settlement_list', 2, 'setl_id', 'text', 0, false, '{}', 'settlement'),
('settlement_list', 3, 'psn_no', 'text', 0, false, '{}', 'person'),
('settlement_list', 4, 'dcla_time', 'time', 0, false, '{}', 'when it was declared'),
('settlement_list', 5, 'vali_flag', 'dict', 1, false, '{}', '0 void'),
('settlement_list', 6, 'hi_setl_lv', 'text', 0, false, '{}', 'level of settlement'),
('settlement_list', 7, 'hi_no', 'present', 0, false, '{}', 'insurance number'),
('settlement_list', 8, 'medcasno', 'present', 0, false, '{}', 'number of the medical record'),
('settlement_list', 9, 'psn_name', 'present', 0, false, '{}', 'name of the person'),
('settlement_list', 10, 'gend', 'dict', 1, false, '{}', 'sex'),
('settlement_list', 11, 'brdy', 'time', 0, false, '{}', 'birth date'),
('settlement_list', 12, 'age', 'number', 0, false, '{}', 'age in years'),
('settlement_list', 13, 'ntly', 'text', 0, false, '{}', 'nationality'),
('settlement_list', 14, 'nwb_age', 'number', 0, false, '{}', 'age of a newborn in days'),
('settlement_list', 15, 'naty', 'dict', 2, false, '{}', 'ethnic group'),
('settlement_list', 16, 'patn_cert_type', 'dict', 2, false, '{}', 'kind of certificate'),
('settlement_list', 17, 'certno', 'present', 0, false, '{}', 'number of the certificate'),
('settlement_list', 18, 'prfs', 'dict', 2, false, '{}', 'profession'),
('settlement_list', 19, 'curr_addr', 'present', 0, false, '{}', 'address'),
('settlement_list', 20, 'emp_name', 'present', 0, false, '{}', 'employer'),
('settlement_list', 21, 'emp_addr', 'present', 0, false, '{}', 'employer''s address'),
('settlement_list', 22, 'emp_tel', 'present', 0, false, '{}', 'employer''s telephone'),
('settlement_list', 23, 'poscode', 'text', 0, false, '{}', 'postcode'),
('settlement_list', 24, 'coner_name', 'present', 0, false, '{}', 'contact'),
('settlement_list', 25, 'patn_rlts', 'dict', 2, false, '{}', 'relation of the contact'),
('settlement_list', 26, 'coner_addr', 'present', 0, false, '{}', 'contact''s address'),
('settlement_list', 27, 'coner_tel', 'present', 0, false, '{}', 'contact''s telephone'),
('settlement_list', 28, 'hi_type', 'dict', 3, false, '{}', 'insurance'),
('settlement_list', 29, 'insuplc', 'text', 0, false, '{}', 'place of the insurance'),
('settlement_list', 30, 'sp_psn_type', 'text', 0, false, '{}', 'special group of persons'),
('settlement_list', 31, 'nwb_adm_type', 'dict', 2, false, '{}', 'how a newborn was admitted'),
('settlement_list', 32, 'nwb_bir_wt', 'number', 0, false, '{}', 'birth weight, g'),
('settlement_list', 33, 'nwb_adm_wt', 'number', 0, false, '{}', 'weight at admission, g'),
('settlement_list', 34, 'opsp_diag_caty', 'text', 0, false, '{}', 'department of the chronic disease visit'),
('settlement_list', 35, 'opsp_mdtrt_date', 'time', 0, false, '{}', 'date of the chronic disease visit'),
('settlement_list', 36, 'ipt_med_type', 'dict', 1, false, '{}', 'kind of stay'),
('settlement_list', 37, 'adm_way', 'dict', 1, false, '{}', 'way of admission'),
('settlement_list', 38, 'trt_type', 'dict', 1, false, '{}', 'kind of treatment'),
('settlement_list', 39, 'adm_time', 'time', 0, false, '{}', 'admission'),
('settlement_list', 40, 'adm_caty', 'text', 0, false, '{}', 'department of admission'),
('settlement_list', 41, 'refldept_dept', 'text', 0, false, '{}', 'departments of transfers'),
('settlement_list', 42, 'dscg_time', 'time', 0, false, '{}', 'discharge'),
('settlement_list', 43, 'dscg_caty', 'text', 0, false, '{}', 'department of discharge'),
('settlement_list', 44, 'act_ipt_days', 'number', 0, false, '{}', 'days of the stay'),
('settlement_list', 45, 'otp_wm_dise', 'text', 0, false, '{}', 'outpatient diagnosis, western, in words'),
('settlement_list', 46, 'wm_dise_code', 'text', 0, false, '{}', 'outpatient diagnosis, western'),
('settlement_list', 47, 'otp_tcm_dise', 'text', 0, false, '{}', 'outpatient diagnosis, traditional, in words'),
('settlement_list', 48, 'tcm_dise_code', 'text', 0, false, '{}', 'outpatient diagnosis, traditional'),
('settlement_list', 49, 'diag_code_cnt', 'number', 0, false, '{}', 'number of diagnoses'),
('settlement_list', 50, 'oprn_oprt_code_cnt', 'number', 0, false, '{}', 'number of operations'),
('settlement_list', 51, 'vent_used_dura', 'text', 0, false, '{}', 'time on a ventilator'),
('settlement_list', 52, 'pwcry_bfadm_coma_dura', 'text', 0, false, '{}', 'coma before admission'),
('settlement_list', 53, 'pwcry_afadm_coma_dura', 'text', 0, false, '{}', 'coma after admission'),
('settlement_list', 54, 'bld_cat', 'text', 0, false, '{}', 'blood product'),
('settlement_list', 55, 'bld_amt', 'number', 0, false, '{}', 'amount of blood'),
('settlement_list', 56, 'bld_unt', 'text', 0, false, '{}', 'its unit'),
('settlement_list', 57, 'spga_nurscare_days', 'number', 0, false, '{}', 'days of special nursing'),
('settlement_list', 58, 'lv1_nurscare_days', 'number', 0, false, '{}', 'days of first-grade nursing'),
('settlement_list', 59, 'scd_nurscare_days', 'number', 0, false, '{}', 'days of second-grade nursing'),
('settlement_list', 60, 'lv3_nurscare_days', 'number', 0, false, '{lv3_nursecare_days}', 'days of third-grade nursing'),
('settlement_list', 61, 'dscg_way', 'dict', 1, false, '{}', 'how the stay ended'),
('settlement_list', 62, 'acp_medins_name', 'text', 0, false, '{}', 'institution that took the person over'),
('settlement_list', 63, 'acp_optins_code', 'text', 0, false, '{}', 'its code'),
('settlement_list', 64, 'bill_code', 'text', 0, false, '{}', 'code of the bill'),
('settlement_list', 65, 'bill_no', 'text', 0, false, '{}', 'number of the bill'),
('settlement_list', 66, 'biz_sn', 'text', 0, false, '{}', 'number of the transaction'),
('settlement_list', 67, 'days_rinp_flag_31', 'dict', 1, false, '{}', '1: readmission within 31 days planned'),
('settlement_list', 68, 'days_rinp_pup_31', 'text', 0, false, '{}', 'what for'),
('settlement_list', 69, 'chfpdr_name', 'present', 0, false, '{}', 'attending doctor'),
('settlement_list', 70, 'chfpdr_code', 'text', 0, false, '{}', 'code of the attending doctor'),
('settlement_list', 71, 'resp_nurs_code', 'text', 0, false, '{}', 'code of the responsible nurse'),
('settlement_list', 72, 'setl_begn_date', 'time', 0, false, '{}', 'settlement from'),
('settlement_list', 73, 'setl_end_date', 'time', 0, false, '{}', 'settlement to'),
('settlement_list', 74, 'psn_selfpay', 'number', 0, false, '{}', 'paid by the person within scope'),
('settlement_list', 75, 'psn_ownpay', 'number', 0, false, '{}', 'paid by the person outside scope'),
('settlement_list', 76, 'acct_pay', 'number', 0, false, '{}', 'personal account'),
('settlement_list', 77, 'psn_cashpay', 'number', 0, false, '{}', 'cash'),
('settlement_list', 78, 'hi_paymtd', 'dict', 1, false, '{}', 'way of payment'),
('settlement_list', 79, 'hsorg', 'text', 0, false, '{}', 'insurance office'),
('settlement_list', 80, 'medins_fill_dept', 'text', 0, false, '{}', 'department that filled it in'),
('settlement_list', 81, 'medins_fill_psn', 'present', 0, false, '{}', 'who filled it in'),

('provider', 1, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('provider', 2, 'fixmedins_name', 'text', 0, true, '{medins_name}', 'its name'),
('provider', 3, 'hosp_lv', 'dict', 2, true, '{}', 'level'),
('provider', 4, 'medins_type', 'text', 0, false, '{}', 'kind, such as eye hospital'),
('provider', 5, 'fixmedins_type', 'dict', 1, false, '{}', '1 hospital, 2 pharmacy'),
('provider', 6, 'fix_blng_admdvs', 'text', 0, false, '{admdvs,blng_admdvs}', 'region'),
('provider', 7, 'lnt', 'number', 0, false, '{}', 'longitude'),
('provider', 8, 'lat', 'number', 0, false, '{}', 'latitude'),
('provider', 9, 'begndate', 'time', 0, false, '{begntime}', 'in force from'),
('provider', 10, 'enddate', 'time', 0, false, '{endtime}', 'in force to'),
('provider', 11, 'vali_flag', 'dict', 1, false, '{}', '0 void'),
('provider', 12, 'aprv_bed_cnt', 'number', 0, false, '{bed_cnt}', 'beds'),

('person', 1, 'psn_no', 'text', 0, true, '{}', 'person'),
('person', 2, 'gend', 'dict', 1, true, '{}', 'sex'),
('person', 3, 'brdy', 'time', 0, true, '{}', 'birth date'),
('person', 4, 'die_date', 'time', 0, false, '{}', 'death date'),
('person', 5, 'household_no', 'text', 0, false, '{hsecfc_no}', 'household'),
('person', 6, 'insu_admdvs', 'text', 0, false, '{}', 'region of the insurance'),
('person', 7, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

('staff', 1, 'dr_codg', 'text', 0, true, '{dr_code,prac_psn_code}', 'doctor, nurse or pharmacist'),
('staff', 2, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('staff', 3, 'dept_codg', 'text', 0, false, '{dept_code}', 'department'),
('staff', 4, 'prac_scp', 'text', 0, false, '{prac_scp_code}', 'licensed scope'),
('staff', 5, 'pro_tech_duty', 'text', 0, false, '{}', 'title'),
('staff', 6, 'begndate', 'time', 0, false, '{begntime}', 'in force from'),
('staff', 7, 'enddate', 'time', 0, false, '{endtime}', 'in force to'),
('staff', 8, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

('place', 1, 'place_id', 'text', 0, true, '{}', 'place'),
('place', 2, 'fixmedins_code', 'text', 0, false, '{medins_code}', 'institution'),
('place', 3, 'lnt', 'number', 0, true, '{}', 'longitude'),
('place', 4, 'lat', 'number', 0, true, '{}', 'latitude'),
('place', 5, 'admdvs', 'text', 0, false, '{}', 'region: six digits of the county, nine of the township, twelve of the village'),
('place', 6, 'psn_no', 'text', 0, false, '{}', 'person who lives there'),
('place', 7, 'datum', 'text', 0, false, '{}', 'WGS84, CGCS2000, GCJ02 or BD09'),
('place', 8, 'precision', 'text', 0, false, '{place_precision}', 'how exactly the place is known: point, village or township'),

('trace_code', 1, 'drug_trac_codg', 'text', 0, true, '{}', 'trace code of the package'),
('trace_code', 2, 'mdtrt_id', 'text', 0, false, '{}', 'visit or stay'),
('trace_code', 3, 'feedetl_sn', 'text', 0, false, '{bkkp_sn}', 'fee line'),
('trace_code', 4, 'psn_no', 'text', 0, false, '{}', 'person'),
('trace_code', 5, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('trace_code', 6, 'med_list_codg', 'text', 0, false, '{med_list_code}', 'national code'),
('trace_code', 7, 'sel_retn_time', 'time', 0, true, '{}', 'time of sale or return'),
('trace_code', 8, 'sel_retn_cnt', 'number', 0, false, '{}', 'quantity, negative for a return'),
('trace_code', 9, 'setl_id', 'text', 0, false, '{}', 'settlement'),
('trace_code', 10, 'trdn_flag', 'dict', 1, false, '{}', '1 the package was opened to sell parts of it'),

('case_group', 1, 'mdtrt_id', 'text', 0, true, '{}', 'stay'),
('case_group', 2, 'grp_codg', 'text', 0, true, '{drg_codg,dip_codg,drg_code,dip_code}', 'DRG or DIP group'),
('case_group', 3, 'grp_wt', 'number', 0, false, '{drg_wt,dip_scr}', 'its weight or score'),
('case_group', 4, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

('stock_move', 1, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('stock_move', 2, 'med_list_codg', 'text', 0, true, '{med_list_code}', 'national code'),
('stock_move', 3, 'inv_chg_type', 'dict', 3, true, '{}', 'kind of movement'),
('stock_move', 4, 'inv_chg_time', 'time', 0, true, '{}', 'time'),
('stock_move', 5, 'cnt', 'number', 0, true, '{}', 'quantity'),
('stock_move', 6, 'pric', 'number', 0, false, '{}', 'unit price'),
('stock_move', 7, 'manu_lotnum', 'text', 0, false, '{}', 'lot'),
('stock_move', 8, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

('price', 1, 'med_list_codg', 'text', 0, true, '{med_list_code,hilist_code}', 'national code'),
('price', 2, 'pric_uplmt_amt', 'number', 0, true, '{hilist_pric_uplmt_amt}', 'highest price'),
('price', 3, 'admdvs', 'text', 0, false, '{insu_admdvs}', 'region'),
('price', 4, 'hosp_lv', 'dict', 2, false, '{}', 'level of the institution'),
('price', 5, 'fixmedins_code', 'text', 0, false, '{medins_code}', 'institution, when the price is its own'),
('price', 6, 'begndate', 'time', 0, false, '{begntime}', 'in force from'),
('price', 7, 'enddate', 'time', 0, false, '{endtime}', 'in force to'),
('price', 8, 'vali_flag', 'dict', 1, false, '{}', '0 void'),

('identity_check', 1, 'psn_no', 'text', 0, true, '{}', 'person'),
('identity_check', 2, 'mdtrt_id', 'text', 0, false, '{}', 'visit or stay'),
('identity_check', 3, 'fixmedins_code', 'text', 0, true, '{medins_code}', 'institution'),
('identity_check', 4, 'check_time', 'time', 0, true, '{}', 'time'),
('identity_check', 5, 'mdtrt_cert_type', 'dict', 2, false, '{}', 'by card, certificate or code'),
('identity_check', 6, 'check_result', 'text', 0, false, '{}', 'result');
