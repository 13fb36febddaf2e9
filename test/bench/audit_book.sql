-- Publishes the points of audit_draw_book.sql.
INSERT INTO medsup.knowledge
    (entry_code, rule_code, item_name, basis, basis_no, valid_from, sex, age_from, age_below, age_unit, settings, level_min, dx_required,
     measure, scope, window_days, limit_value, limit_basis, at_least)
SELECT 'AUDIT-' || entry, rule_code, '示例' || codes[1], '示例目录', '1号', DATE '2025-01-01',
       CASE sex WHEN 1 THEN 'male' WHEN 2 THEN 'female' END,
       CASE WHEN NOT is_child THEN 14 END, CASE WHEN is_child THEN 14 END, CASE WHEN is_child IS NOT NULL THEN 'year' END,
       CASE WHEN is_inpatient THEN '{inpatient}'::text[] WHEN NOT is_inpatient THEN '{outpatient}' END, level_min,
       CASE WHEN dx IS NOT NULL THEN format('%1$s00-%1$s09, Z0%2$s.1', chr(65 + dx), entry % 10) END,
       CASE kind WHEN 'duplicate' THEN 'overlap' WHEN 'day_cap' THEN 'quantity' WHEN 'stay_cap' THEN 'quantity' WHEN 'interval' THEN 'quantity' END,
       CASE kind WHEN 'duplicate' THEN 'visit' WHEN 'day_cap' THEN 'day' WHEN 'stay_cap' THEN 'stay' WHEN 'interval' THEN 'rolling' WHEN 'pair' THEN 'day' END,
       window_days, limit_value, CASE kind WHEN 'stay_cap' THEN 'stay_days' END, CASE kind WHEN 'duplicate' THEN 2 END
FROM bench.point;
INSERT INTO medsup.knowledge_code (entry_code, role, code)
SELECT 'AUDIT-' || entry, 'main', unnest(codes)::medsup.fee_item FROM bench.point
UNION ALL
SELECT 'AUDIT-' || entry, 'sub', unnest(sub_codes)::medsup.fee_item FROM bench.point;
ANALYZE medsup.knowledge, medsup.knowledge_code;
SELECT medsup.publish_rulebook();
