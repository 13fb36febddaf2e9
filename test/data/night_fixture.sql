-- A very small warehouse in the national layout, in which every kind of change
-- that a night has to notice is likely to matter, and a book over it.
-- Deterministic: no random().
CREATE SCHEMA wh;
CREATE TABLE wh.mdtrt_d (mdtrt_id text PRIMARY KEY, psn_no text, gend text, brdy text, fixmedins_code text, hosp_lv text, insutype text,
    med_type text, begntime text, endtime text, vali_flag text, written_at timestamptz DEFAULT clock_timestamp());
CREATE TABLE wh.setl_d (setl_id text PRIMARY KEY, mdtrt_id text, psn_no text, init_setl_id text, refd_setl_flag text, setl_time text,
    inscp_amt text, fund_pay_sumamt text, hifp_pay text, clr_way text, vali_flag text, written_at timestamptz DEFAULT clock_timestamp());
CREATE TABLE wh.fee_list_d (feedetl_sn text PRIMARY KEY, mdtrt_id text, setl_id text, psn_no text, init_feedetl_sn text, fixmedins_code text,
    fee_ocur_time text, med_list_codg text, cnt text, pric text, det_item_fee_sumamt text, fulamt_ownpay_amt text, inscp_amt text,
    vali_flag text, written_at timestamptz DEFAULT clock_timestamp());
CREATE TABLE wh.diag_d (diag_no text PRIMARY KEY, mdtrt_id text, psn_no text, diag_code text, maindiag_flag text, vali_flag text,
    written_at timestamptz DEFAULT clock_timestamp());
CREATE TABLE wh.fixmedins_b (fixmedins_code text PRIMARY KEY, fixmedins_name text, hosp_lv text);

-- 12 persons with 3 visits each, every third one a stay; 5 lines a visit
INSERT INTO wh.mdtrt_d
SELECT 'M' || i, 'P' || i % 12, (1 + i % 2)::text, '1980-01-01', 'H' || i % 3, NULL, '310', CASE WHEN i % 3 = 0 THEN '21' ELSE '11' END,
    to_char(timestamp '2025-01-01 08:00' + i * interval '9 days', 'YYYY-MM-DD HH24:MI:SS'),
    to_char(timestamp '2025-01-01 18:00' + i * interval '9 days' + i % 3 * interval '1 day', 'YYYY-MM-DD HH24:MI:SS'), '1'
FROM generate_series(1, 36) i;
INSERT INTO wh.setl_d
SELECT 'S' || i, 'M' || i, 'P' || i % 12, NULL, '0', to_char(timestamp '2025-01-02 18:00' + i * interval '9 days', 'YYYY-MM-DD HH24:MI:SS'),
    '100.00', '60.00', '60.00', '1', '1'
FROM generate_series(1, 36) i;
INSERT INTO wh.fee_list_d
SELECT i || '-' || j, 'M' || i, 'S' || i, 'P' || i % 12, NULL, 'H' || i % 3,
    to_char(timestamp '2025-01-01 09:00' + i * interval '9 days' + j * interval '1 hour', 'YYYY-MM-DD HH24:MI:SS'),
    ('{XG01AAA001A001010100001,003106040050000,003107010220000,003107010240000,~A1}'::text[])[1 + (i + j) % 5],
    (1 + (i * j) % 3)::text, '10.00', (10 * (1 + (i * j) % 3))::text || '.00', '0', (10 * (1 + (i * j) % 3))::text || '.00', '1'
FROM generate_series(1, 36) i, generate_series(1, 5) j;
INSERT INTO wh.diag_d SELECT 'D' || i, 'M' || i, 'P' || i % 12, ('{I10.x00,I63.900,N18.900}'::text[])[1 + i % 3], '1', '1'
FROM generate_series(1, 36) i;
INSERT INTO wh.fixmedins_b VALUES ('H0', 'none', '11'), ('H1', 'one', '08'), ('H2', 'two', '02');
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d'), medsup.bind_source('settlement', 'wh.setl_d'),
    medsup.bind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('diagnosis', 'wh.diag_d'), medsup.bind_source('provider', 'wh.fixmedins_b');

SELECT medsup.add_rule('one_sex', 'L-SEX', '限性别', 'sex', '[{"entry_code": "L-SEX-1", "item_name": "a", "codes": ["XG01AAA001A001010100001"], "sex": "female"}]');
SELECT medsup.add_rule('day_cap', 'L-DAY', '限次', 'day', '[{"entry_code": "L-DAY-1", "item_name": "b", "codes": ["003106040050000"], "limit_value": 1, "unit": "time"}]');
SELECT medsup.add_rule('diagnosis', 'L-DX', '限诊断', 'diagnosis', '[{"entry_code": "L-DX-1", "item_name": "c", "codes": ["003107010220000"], "dx_required": "I63"}]');
SELECT medsup.add_rule('not_beside', 'L-PAIR', '互斥', 'pair', '[{"entry_code": "L-PAIR-1", "item_name": "d", "codes": ["003107010220000"], "sub_codes": ["003107010240000"], "scope": "day"}]');
SELECT medsup.add_rule('needs_item', 'L-NEED', '前提', 'need', '[{"entry_code": "L-NEED-1", "item_name": "e", "codes": ["003107010240000"], "sub_codes": ["003106040050000"], "scope": "visit"}]');
SELECT medsup.add_rule('level', 'L-LEVEL', '限级别', 'level', '[{"entry_code": "L-LEVEL-1", "item_name": "f", "codes": ["XG01"], "level_min": 2}]');
SELECT medsup.add_rule('cap', 'L-CAP', '限量', 'cap', '[{"entry_code": "L-CAP-1", "item_name": "g", "codes": ["003107010220000", "003106040050000"], "measure": "quantity", "scope": "month", "limit_value": 3}]');
SELECT medsup.add_rule('split_stay', 'L-SPLIT', '分解住院', 'split', '[{"entry_code": "L-SPLIT-1", "item_name": "h", "limit_value": 30, "count_key": "person"}]');
INSERT INTO medsup.exception (exception_code, name_zh, name_en, condition, rule_codes, enabled)
VALUES ('L-X', '例外', 'exception', 'has_diagnosis(''N18'')', '{L-DAY,L-PAIR}', false);
INSERT INTO medsup.code_book (system, edition, valid) VALUES ('service', 'T2', '[2020-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid)
SELECT 'service', 'T2', c, '[2020-01-01,)' FROM unnest('{003107010220000,003106040050000,003107010240000}'::text[]) c;
SELECT medsup.publish_rulebook();
