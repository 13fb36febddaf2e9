-- Institutions beside each other, in the national layout with types, in schema wh:
-- ten hospitals of level 2 (H01 to H10), two of level 3 (H11, H12), one of unknown
-- level.  Deterministic: no random().
CREATE SCHEMA wh;
CREATE TABLE wh.fixmedins_b (fixmedins_code text, fixmedins_name text, hosp_lv text, medins_type text, fix_blng_admdvs text);
CREATE TABLE wh.mdtrt_d (mdtrt_id text, psn_no text, gend text, brdy date, fixmedins_code text, insutype text, med_type text,
    begntime timestamp, endtime timestamp, dscg_dept_codg text, atddr_codg text, vali_flag text);
CREATE TABLE wh.setl_d (setl_id text, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, mid_setl_flag text,
    vali_flag text, setl_time timestamp, med_type text, fund_pay_sumamt numeric);
CREATE TABLE wh.fee_list_d (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, init_feedetl_sn text, fixmedins_code text,
    fee_ocur_time timestamp, med_list_codg text, cnt numeric, pric numeric, det_item_fee_sumamt numeric, fulamt_ownpay_amt numeric,
    inscp_amt numeric, med_chrgitm_type text, bilg_dept_codg text, bilg_dr_codg text, vali_flag text);
CREATE TABLE wh.setl_list_d (mdtrt_id text, days_rinp_flag_31 text);
CREATE TABLE wh.setl_list_diag_d (mdtrt_id text, psn_no text, diag_code text, maindiag_flag text, vali_flag text);
CREATE TABLE wh.trac_d (drug_trac_codg text, setl_id text, mdtrt_id text, feedetl_sn text, psn_no text, fixmedins_code text,
    med_list_codg text, sel_retn_time timestamp, sel_retn_cnt numeric, trdn_flag text);
CREATE TABLE wh.inv_chg_d (fixmedins_code text, med_list_codg text, inv_chg_type text, inv_chg_time timestamp, cnt numeric, pric numeric);
INSERT INTO wh.fixmedins_b
SELECT 'H' || lpad(i::text, 2, '0'), '示例医院' || i, CASE WHEN i <= 10 THEN '05' WHEN i <= 12 THEN '02' ELSE '99' END, '1', '999900'
FROM generate_series(1, 13) i;

-- one settled visit with one line
CREATE FUNCTION wh.bill(no text, hospital text, at timestamp, code text, cnt numeric, pric numeric, class text DEFAULT NULL,
    dept text DEFAULT 'D1', doctor text DEFAULT 'DR1', person text DEFAULT NULL) RETURNS int LANGUAGE sql AS $$
    INSERT INTO wh.mdtrt_d VALUES ('M' || no, coalesce(person, 'P' || no), '1', '1980-01-01', hospital, '310', '11', at, NULL, NULL, NULL, '1');
    INSERT INTO wh.setl_d VALUES ('S' || no, 'M' || no, coalesce(person, 'P' || no), NULL, '0', '0', '1', at + interval '1 hour', '11', 0);
    INSERT INTO wh.fee_list_d VALUES ('L' || no, 'M' || no, 'S' || no, coalesce(person, 'P' || no), NULL, hospital, at, code, cnt, pric,
        cnt * pric, 0, cnt * pric, class, dept, doctor, '1');
    SELECT 1;
$$;
-- its reversal, as a whole
CREATE FUNCTION wh.reverse(no text, at timestamp) RETURNS int LANGUAGE sql AS $$
    INSERT INTO wh.setl_d SELECT s.setl_id || 'r', s.mdtrt_id, s.psn_no, s.setl_id, '1', '0', '1', at, s.med_type, 0
    FROM wh.setl_d s WHERE s.setl_id = 'S' || no;
    INSERT INTO wh.fee_list_d SELECT l.feedetl_sn || 'r', l.mdtrt_id, l.setl_id || 'r', l.psn_no, l.feedetl_sn, l.fixmedins_code, at,
        l.med_list_codg, -l.cnt, l.pric, -l.det_item_fee_sumamt, 0, -l.inscp_amt, l.med_chrgitm_type, l.bilg_dept_codg, l.bilg_dr_codg, '1'
    FROM wh.fee_list_d l WHERE l.setl_id = 'S' || no;
    SELECT 1;
$$;
-- a stay, settled; flag: is a readmission planned
CREATE FUNCTION wh.stay(no text, hospital text, person text, begin_at timestamp, end_at timestamp, flag text DEFAULT NULL,
    dx text DEFAULT 'I10', mid text DEFAULT '0') RETURNS int LANGUAGE sql AS $$
    INSERT INTO wh.mdtrt_d VALUES ('M' || no, person, '1', '1980-01-01', hospital, '310', '21', begin_at, end_at, 'D1', 'DR1', '1');
    INSERT INTO wh.setl_d VALUES ('S' || no, 'M' || no, person, NULL, '0', mid, '1', end_at, '21', 0);
    INSERT INTO wh.setl_list_d SELECT 'M' || no, flag WHERE flag IS NOT NULL;
    INSERT INTO wh.setl_list_diag_d VALUES ('M' || no, person, dx, '1', '1');
    SELECT 1;
$$;

INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES
    ('L-SEX', 'local', '限女性用药', 'drug for women', 'K1', 'drug'),
    ('L-CAP', 'local', '超工作负荷', 'more than a day holds', 'K6', 'item');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, sex) VALUES ('L-SEX-1', 'L-SEX', '示例药品', 'female');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('L-SEX-1', 'XG01AAA001A001010100001');
SELECT medsup.publish_rulebook();
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d'), medsup.bind_source('settlement', 'wh.setl_d'),
    medsup.bind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('provider', 'wh.fixmedins_b');
