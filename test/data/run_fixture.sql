-- A small warehouse in the national layout, every column text, in schema wh;
-- two rules of the bureau's own, published.  Deterministic: no random().
CREATE SCHEMA wh;
CREATE TABLE wh.mdtrt_d (mdtrt_id varchar, psn_no varchar, gend varchar, brdy varchar, fixmedins_code varchar,
    fixmedins_name varchar, hosp_lv varchar, fix_blng_admdvs varchar, insu_admdvs varchar, insutype varchar,
    med_type varchar, begntime varchar, endtime varchar, vali_flag varchar);
CREATE TABLE wh.setl_d (setl_id varchar, mdtrt_id varchar, psn_no varchar, init_setl_id varchar, refd_setl_flag varchar,
    mid_setl_flag varchar, vali_flag varchar, setl_time varchar, clr_way varchar, insutype varchar, med_type varchar,
    insu_admdvs varchar, medfee_sumamt varchar, inscp_amt varchar, fund_pay_sumamt varchar, hifp_pay varchar, acct_pay varchar);
CREATE TABLE wh.fee_list_d (bkkp_sn varchar, mdtrt_id varchar, setl_id varchar, psn_no varchar, init_feedetl_sn varchar,
    fixmedins_code varchar, fee_ocur_time varchar, med_list_codg varchar, med_type varchar, cnt varchar, pric varchar,
    det_item_fee_sumamt varchar, fulamt_ownpay_amt varchar, inscp_amt varchar, hosp_appr_flag varchar,
    bilg_dept_codg varchar, bilg_dr_code varchar, insu_admdvs varchar, vali_flag varchar);

-- 300 visits of 100 persons (odd persons are men) in 5 hospitals, one settled a day;
-- the last 10 are not settled yet
INSERT INTO wh.mdtrt_d
SELECT 'M' || i, 'P' || i % 100, (2 - i % 2)::text, '1980-01-01', 'H' || i % 5, '示例医院', '02', '999900', '999901', '310',
    '11', to_char(timestamp '2025-01-01 08:00' + i * interval '1 day', 'YYYY-MM-DD HH24:MI:SS'), NULL, '1'
FROM generate_series(1, 300) i;
INSERT INTO wh.setl_d
SELECT 'S' || i, 'M' || i, 'P' || i % 100, NULL, '0', '0', '1',
    to_char(timestamp '2025-01-01 18:00' + i * interval '1 day', 'YYYY-MM-DD HH24:MI:SS'), '1', '310', '11', '999901',
    '200.00', '200.00', '150.00', '150.00', '0'
FROM generate_series(1, 290) i;
-- 10 lines a visit: a drug for women, a service of one a day, and others
INSERT INTO wh.fee_list_d
SELECT i || '-' || j, 'M' || i, CASE WHEN i <= 290 THEN 'S' || i END, 'P' || i % 100, NULL, 'H' || i % 5,
    to_char(timestamp '2025-01-01 08:00' + i * interval '1 day' + j * interval '7 minutes', 'YYYY-MM-DD HH24:MI:SS'),
    CASE j WHEN 1 THEN 'XG01AAA001A001010100001' WHEN 2 THEN '003106040050000' ELSE 'XA02BCA001A001010100' || lpad((j * 7)::text, 3, '0') END,
    NULL, CASE WHEN j = 2 THEN (1 + i % 3)::text ELSE '2' END, '10.000000',
    CASE WHEN j = 2 THEN (10 * (1 + i % 3))::text || '.00' ELSE '20.00' END, '0.00',
    CASE WHEN j = 2 THEN (10 * (1 + i % 3))::text || '.00' ELSE '20.00' END, '1', 'D1', 'DR1', '999901', '1'
FROM generate_series(1, 300) i, generate_series(1, 10) j;
-- dirt: no code, unreadable quantity, no person, void
UPDATE wh.fee_list_d SET med_list_codg = '-' WHERE bkkp_sn IN ('7-5', '17-5', '27-5');
UPDATE wh.fee_list_d SET cnt = 'two' WHERE bkkp_sn IN ('8-5', '18-5');
UPDATE wh.fee_list_d SET psn_no = 'null' WHERE bkkp_sn = '9-5';
UPDATE wh.fee_list_d SET vali_flag = '0' WHERE bkkp_sn = '10-5';

INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES
    ('L-SEX', 'local', '限女性用药', 'drug for women', 'K1', 'drug'),
    ('L-DAY', 'local', '每日限次', 'once a day', 'K6', 'item');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, sex) VALUES ('L-SEX-1', 'L-SEX', '示例药品', 'female');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, scope, measure, limit_value, unit, count_key)
VALUES ('L-DAY-1', 'L-DAY', '示例项目', 'day', 'quantity', 1, '次', 'person_institution');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES
    ('L-SEX-1', 'XG01AAA001A001010100001'), ('L-DAY-1', '003106040050000');
SELECT medsup.publish_rulebook();
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d'), medsup.bind_source('settlement', 'wh.setl_d'),
    medsup.bind_source('fee_line', 'wh.fee_list_d');
