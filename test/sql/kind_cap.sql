-- K6, caps: the measures that need more of a line than its quantity, and what is
-- posted late, from points that an author adds to findings.  v: in breach, n: just
-- not.  Figures are worked out by hand from docs/rulebook.md; of 200 yuan within the
-- insurance's scope the pooled fund paid 100, so of each yuan a half.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject, fund_scope) VALUES
    ('L-dose', '剂量', 'dose', 'K6', 'drug', 'any'), ('L-supply', '供药天数', 'days supplied', 'K6', 'drug', 'any'), ('L-money', '金额', 'money', 'K6', 'item', 'any'),
    ('L-fund', '基金限额', 'fund money', 'K6', 'item', 'pool'), ('L-day', '每日次数', 'a day', 'K6', 'item', 'any'), ('L-kinds', '品种', 'kinds', 'K6', 'drug', 'any'),
    ('L-gap', '间隔', 'gap', 'K6', 'item', 'any'), ('L-span', '疗程', 'span', 'K6', 'drug', 'any'), ('L-per', '按项目', 'per item', 'K6', 'item', 'any');
SELECT count(medsup.add_knowledge(rule || '-' || n, rule, '示例', codes::text[], limits::jsonb, NULL, NULL, NULL, per::text[])) FROM (VALUES
    (1, 'L-dose', '{XL02BBA326}', '{"measure": "dose", "scope": "line", "limit_value": 240, "unit": "mg"}', NULL),
    (2, 'L-dose', '{XA10BJ}', '{"measure": "dose", "scope": "day", "limit_value": 4, "unit": "mg"}', NULL),
    (1, 'L-supply', '{XL02BBA326}', '{"measure": "supply_days", "scope": "month", "limit_value": 30}', NULL),
    (1, 'L-money', '{003107010220000}', '{"measure": "money", "scope": "month", "limit_value": 100}', NULL),
    (1, 'L-fund', '{003107010220000}', '{"measure": "fund_money", "scope": "visit", "limit_value": 20}', NULL),
    (1, 'L-day', '{003107010210000}', '{"measure": "quantity", "scope": "day", "limit_value": 1}', NULL),
    (1, 'L-kinds', '{XA10,XB05}', '{"measure": "kinds", "scope": "day", "limit_value": 1}', NULL),
    (1, 'L-gap', '{003310010140000}', '{"measure": "gap_days", "scope": "lifetime", "limit_value": 7}', NULL),
    (1, 'L-span', '{ZA09HAC0101}', '{"measure": "span_days", "scope": "lifetime", "limit_value": 3}', NULL),
    (1, 'L-per', '{003402000210000}', '{"measure": "quantity", "scope": "day", "limit_value": 2, "limit_basis": "item"}', '{003402000240000}')) p (n, rule, codes, limits, per);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE FUNCTION pg_temp.lines(code text, VARIADIC lines jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_agg(jsonb_build_object('med_list_codg', code) || l ORDER BY n) FROM unnest(lines) WITH ORDINALITY x (l, n)
$$;
\set A '''XL02BBA326A001010102180'''
\set B '''XA10BJD332B002010178403'''
\set C '''003107010220000'''
\set D '''003107010210000'''
\set S '{"med_type": "21", "begntime": "2026-03-01 08:00:00", "endtime": "2026-03-04 10:00:00"}'
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
('L-dose', 'v a single dose', pg_temp.claim(pg_temp.lines(:A, '{"sin_dos": 300}'))),
('L-dose', 'n just the single dose', pg_temp.claim(pg_temp.lines(:A, '{"sin_dos": 240}'))),
('L-dose', 'no single dose', pg_temp.claim(pg_temp.lines(:A, '{}'))),
('L-dose', 'unreadable dose', pg_temp.claim(pg_temp.lines(:A, '{"sin_dos": "two"}'))),
('L-dose', 'v thrice a day', pg_temp.claim(pg_temp.lines(:B, '{"sin_dos": 2, "used_frqu_dscr": "tid"}'))),
('L-dose', 'n twice a day', pg_temp.claim(pg_temp.lines(:B, '{"sin_dos": 2, "used_frqu_dscr": "每日两次"}'))),
('L-dose', 'n two lines of one order are one', pg_temp.claim(pg_temp.lines(:B, '{"sin_dos": 2, "used_frqu_dscr": "bid", "rx_drord_no": "r"}', '{"sin_dos": 2, "used_frqu_dscr": "bid", "rx_drord_no": "r"}'))),
('L-dose', 'v two orders', pg_temp.claim(pg_temp.lines(:B, '{"sin_dos": 2, "used_frqu_dscr": "bid", "rx_drord_no": "r"}', '{"sin_dos": 2, "used_frqu_dscr": "bid", "rx_drord_no": "s"}'))),
('L-dose', 'nobody knows how often', pg_temp.claim(pg_temp.lines(:B, '{"sin_dos": 2, "used_frqu_dscr": "遵医嘱"}'))),
('L-supply', 'v 31 days', pg_temp.claim(pg_temp.lines(:A, '{"prd_days": 14}', '{"prd_days": 17, "fee_ocur_time": "2026-03-16 09:00:00"}'))),
('L-supply', 'n 30 days', pg_temp.claim(pg_temp.lines(:A, '{"prd_days": 14}', '{"prd_days": 16, "fee_ocur_time": "2026-03-16 09:00:00"}'))),
('L-supply', 'n half of it given back', pg_temp.claim(pg_temp.lines(:A, '{"prd_days": 60}', '{"cnt": -1, "init_feedetl_sn": "1"}'))),
('L-supply', 'no days', pg_temp.claim(pg_temp.lines(:A, '{"prd_days": 14}', '{}'))),
('L-money', 'v a yuan more', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 4, "pric": 15}', '{"cnt": 1, "pric": 41, "det_item_fee_sumamt": 41, "fee_ocur_time": "2026-03-20 09:00:00"}'))),
('L-money', 'n just the money', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 4, "pric": 15}', '{"cnt": 1, "pric": 40, "det_item_fee_sumamt": 40, "fee_ocur_time": "2026-03-20 09:00:00"}'))),
('L-money', 'n in the next month', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 4, "pric": 15}', '{"cnt": 4, "pric": 15, "fee_ocur_time": "2026-04-01 00:00:01"}'))),
('L-fund', 'v half of 45 yuan', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 3}'))),
('L-fund', 'n half of 40 yuan', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 2, "pric": 20, "det_item_fee_sumamt": 40}'))),
('L-fund', 'n the patient paid', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 6, "inscp_amt": 0}'))),
('L-fund', 'paid by group', pg_temp.claim(pg_temp.lines(:C, '{"cnt": 3}'), '{}', '{"settlements": [{"setl_id": "S1", "mdtrt_id": "M1", "setl_time": "2026-03-09 10:00:00", "clr_way": "3", "inscp_amt": 200, "hifp_pay": 100, "fund_pay_sumamt": 100}]}')),
-- posted late: all lines of the day are of one stay, of which no day has more than its share
('L-day', 'v posted late', pg_temp.claim(pg_temp.lines(:D, '{"cnt": 3, "fee_ocur_time": "2026-03-03 09:00:00"}'), :'S')),
('L-day', 'v more than the stay has days', pg_temp.claim(pg_temp.lines(:D, '{"cnt": 5, "fee_ocur_time": "2026-03-03 09:00:00"}'), :'S')),
('L-day', 'v no stay', pg_temp.claim(pg_temp.lines(:D, '{"cnt": 3, "fee_ocur_time": "2026-03-03 09:00:00"}'))),
('L-day', 'n one a day', pg_temp.claim(pg_temp.lines(:D, '{"cnt": 1, "fee_ocur_time": "2026-03-01 09:00:00"}', '{"cnt": 1, "fee_ocur_time": "2026-03-03 09:00:00"}'), :'S')),
('L-kinds', 'v two medicines', pg_temp.claim(pg_temp.lines(:B, '{}', '{"med_list_codg": "XB05BAU005B002010101415", "det_item_fee_sumamt": 20}'))),
('L-kinds', 'n two packages of one', pg_temp.claim(pg_temp.lines('XA10BJL366B002010181708', '{}', '{"med_list_codg": "XA10BJL366B002010182160"}'))),
('L-gap', 'v after six days', pg_temp.claim(pg_temp.lines('003310010140000', '{}', '{"fee_ocur_time": "2026-03-08 09:00:00"}'))),
('L-gap', 'n after seven days', pg_temp.claim(pg_temp.lines('003310010140000', '{}', '{"fee_ocur_time": "2026-03-09 00:00:01"}'))),
('L-span', 'v on the fourth day', pg_temp.claim(pg_temp.lines('ZA09HAC0101010102129', '{}', '{"fee_ocur_time": "2026-03-05 09:00:00"}'))),
('L-span', 'n on the third day', pg_temp.claim(pg_temp.lines('ZA09HAC0101010102129', '{}', '{"fee_ocur_time": "2026-03-04 23:59:59"}'))),
('L-per', 'v five for two', pg_temp.claim('[{"med_list_codg": "003402000210000", "cnt": 5}, {"med_list_codg": "003402000240000"}]')),
('L-per', 'n four for two', pg_temp.claim('[{"med_list_codg": "003402000210000", "cnt": 4}, {"med_list_codg": "003402000240000"}]')),
('L-per', 'v one for none', pg_temp.claim('[{"med_list_codg": "003402000210000", "cnt": 1}]'));
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;
SELECT t.name, v.note, v.result_type, v.vola_amt, v.vola_amt_max, v.fund_amt, v.fund_method FROM tried t, medsup.check_claim(t.claim) v
WHERE v.what = 'F' AND v.rule_code = t.rule AND t.rule IN ('L-day', 'L-fund', 'L-money') ORDER BY t.n;
-- and says why, in both languages
\pset format unaligned
\pset tuples_only on
SELECT DISTINCT ON (v.entry_code COLLATE "C") medsup.explain(f), medsup.explain(f, 'en')
FROM tried t, medsup.check_claim(t.claim) v, jsonb_populate_record(NULL::medsup.finding, to_jsonb(v)) f
WHERE v.what = 'F' AND v.rule_code = t.rule ORDER BY v.entry_code COLLATE "C", t.n;
ROLLBACK;
