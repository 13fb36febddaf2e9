-- A province or city overrides the national entry, through a published book.
-- Figures are worked out by hand from docs/rulebook.md, section 3, Regions.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.add_knowledge(e, r, n, '{003107010220000}', j)
FROM (VALUES ('T-nation', 'N25-014', '动态血压监测', '{"limit_value": 10}'::jsonb),
             ('T-province', 'N25-014', '动态血压监测', '{"limit_value": 12, "region": "510000", "region_by": "care"}'),
             ('T-city', 'N25-014', '动态血压监测', '{"limit_value": 15, "region": "510100", "region_by": "care", "valid_to": "2026-03-02"}'),
             ('T-rare', 'N25-027', '动态血压监测', '{"measure": "quantity", "scope": "day", "limit_value": 1}'),
             ('T-rare-city', 'N25-027', '动态血压监测', '{"measure": "quantity", "scope": "day", "limit_value": 3, "region": "510100", "region_by": "insured", "access": "visit.med_type = ''21''"}')) p (e, r, n, j);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, name text, claim jsonb);
INSERT INTO tried (name, claim)
SELECT name, pg_temp.claim(format('[{"med_list_codg": "003107010220000", "pric": %s, "cnt": %s, "det_item_fee_sumamt": %s, "fee_ocur_time": "%s 09:00:00"}]',
                                  price, n, price * n, day)::jsonb, visit::jsonb)
FROM (VALUES (1, 'elsewhere, above the national ceiling', 10.5, 1, '2026-03-02', '{"fix_blng_admdvs": "330100"}'),
             (2, 'elsewhere, the national ceiling', 10, 1, '2026-03-02', '{"fix_blng_admdvs": "330100"}'),
             (3, 'in the province, above the national ceiling only', 12, 1, '2026-03-02', '{"fix_blng_admdvs": "510700"}'),
             (4, 'in the province, above its own', 12.5, 1, '2026-03-02', '{"fix_blng_admdvs": "510700"}'),
             (5, 'in the city, above the province''s', 15, 1, '2026-03-02', '{"fix_blng_admdvs": "510104"}'),
             (6, 'in the city, above its own', 16, 1, '2026-03-02', '{"fix_blng_admdvs": "510104"}'),
             (7, 'in the city, the day after its own ended', 15, 1, '2026-03-03', '{"fix_blng_admdvs": "510104"}'),
             (8, 'region not known', 99, 1, '2026-03-02', '{"fix_blng_admdvs": ""}'),
             (9, 'insured in the city: its cap', 9, 3, '2026-03-02', '{"fix_blng_admdvs": "330100", "med_type": "21", "insu_admdvs": "510100"}'),
             (10, 'above its cap', 9, 4, '2026-03-02', '{"fix_blng_admdvs": "330100", "med_type": "21", "insu_admdvs": "510100"}'),
             (11, 'whom its cap does not admit', 9, 3, '2026-03-02', '{"fix_blng_admdvs": "330100", "insu_admdvs": "510100", "med_type": "11"}'),
             (12, 'insured elsewhere', 9, 3, '2026-03-02', '{"fix_blng_admdvs": "330100", "insu_admdvs": "510700"}')) v (n0, name, price, n, day, visit)
ORDER BY n0;
SELECT name, pg_temp.says(claim, 'N25-014') AS price, pg_temp.says(claim, 'N25-027') AS quantity FROM tried ORDER BY n;
SELECT t.name, v.entry_code, v.limit_value, v.actual_value, v.excess FROM tried t, medsup.check_claim(t.claim) v WHERE v.what = 'F' ORDER BY t.n, v.entry_code COLLATE "C";
ROLLBACK;
