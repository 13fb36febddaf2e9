-- K8, ceiling prices: from a price list that an author adds through a published
-- book to findings.  Figures are worked out by hand from docs/rulebook.md: the
-- lower one of price and amount / quantity counts; 12.50 at level 3, 10 below.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.add_knowledge(e, r, n, c, j)
FROM (VALUES ('T-level-3', 'N25-014', '动态血压监测', '{003107010220000}'::text[], '{"limit_value": 12.5, "levels": [3], "valid_from": "2026-01-01"}'::jsonb),
             ('T-level-2', 'N25-014', '动态血压监测', '{003107010220000}', '{"limit_value": 10, "levels": [0, 1, 2], "valid_from": "2026-01-01"}')) p (e, r, n, c, j);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
    ('N25-014', 'above', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 2, "det_item_fee_sumamt": 30}]')),
    ('N25-014', 'a cent above, three units', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 12.51, "cnt": 3, "det_item_fee_sumamt": 37.53}]')),
    ('N25-014', 'what level 3 may charge, at level 2', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 12.5, "cnt": 2, "det_item_fee_sumamt": 25}]', '{"hosp_lv": "05"}')),
    ('N25-014', 'a discount in the amount that is not enough', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 2, "det_item_fee_sumamt": 27}]')),
    ('N25-014', 'what a refund leaves', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 3, "det_item_fee_sumamt": 45}, {"med_list_codg": "003107010220000", "pric": 15, "cnt": -1, "det_item_fee_sumamt": -15, "init_feedetl_sn": "1"}]')),
    ('N25-014', 'no price: by the amount', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": null, "cnt": 2, "det_item_fee_sumamt": 30}]')),
    ('N25-014', 'the patient pays: still too much', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 2, "det_item_fee_sumamt": 30, "inscp_amt": 0}]')),
    ('N25-014', 'the ceiling itself', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 12.5, "cnt": 2, "det_item_fee_sumamt": 25}]')),
    ('N25-014', 'a discount in the amount', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 2, "det_item_fee_sumamt": 25}]')),
    ('N25-014', 'a quantity of other units', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 12.5, "cnt": 1, "det_item_fee_sumamt": 40}]')),
    ('N25-014', 'less than a cent in all', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 12.504, "cnt": 1, "det_item_fee_sumamt": 12.50}]')),
    ('N25-014', 'the ceiling of level 2', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 10, "cnt": 2, "det_item_fee_sumamt": 20}]', '{"hosp_lv": "05"}')),
    ('N25-014', 'before it was in force', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 2, "det_item_fee_sumamt": 30, "fee_ocur_time": "2025-12-31 09:00:00"}]')),
    ('N25-014', 'price cannot be read', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": "x", "cnt": 2, "det_item_fee_sumamt": 30}]')),
    ('N25-014', 'level not known', pg_temp.claim('[{"med_list_codg": "003107010220000", "pric": 15, "cnt": 2, "det_item_fee_sumamt": 30}]', '{"hosp_lv": "99"}'));
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;
SELECT t.name, v.entry_code, v.formula, v.fund_amt, v.fund_method FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' ORDER BY t.n, v.entry_code COLLATE "C";
\set closing :srcdir '/data/kind_closing.sql'
\i :closing
ROLLBACK;
