-- What the demo warehouse does not have, made up from what it has: beds, case groups,
-- regions far away, holidays, caps above one, the bureau's sets; and its bindings.
CREATE TABLE wh.case_group_d AS
SELECT m.mdtrt_id, d.diag_code AS drg_codg, (1 + length(d.diag_code) % 3 + ascii(right(m.mdtrt_id, 1)) % 4 / 10.0)::numeric(8,4) AS drg_wt
FROM wh.mdtrt_d m
JOIN LATERAL (SELECT x.diag_code FROM wh.setl_list_diag_d x WHERE x.mdtrt_id = m.mdtrt_id AND x.maindiag_flag = '1' ORDER BY 1 LIMIT 1) d ON true
WHERE m.med_type IN ('21', '24', '52');
CREATE TABLE wh.setl_list_d AS SELECT mdtrt_id, CASE ascii(right(mdtrt_id, 1)) % 4 WHEN 0 THEN '1' WHEN 3 THEN NULL ELSE '0' END AS days_rinp_flag_31 FROM wh.mdtrt_d WHERE med_type IN ('21', '24', '52');
SELECT medsup.bind_source('provider', 'wh.fixmedins_b', '{"aprv_bed_cnt": "CASE WHEN t.fixmedins_code LIKE ''H%'' THEN right(t.fixmedins_code, 2)::int END"}'),
  medsup.bind_source('encounter', 'wh.mdtrt_d', '{"insu_admdvs": "CASE WHEN t.insu_admdvs = ''999998'' OR t.mdtrt_id LIKE ''%7'' THEN ''999899'' WHEN t.mdtrt_id LIKE ''%3'' THEN NULL ELSE t.insu_admdvs END"}'),
  medsup.bind_source('settlement', 'wh.setl_d'), medsup.bind_source('settlement', 'wh.outmed_setl_d'),
  medsup.bind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('diagnosis', 'wh.setl_list_diag_d'),
  medsup.bind_source('settlement_list', 'wh.setl_list_d'), medsup.bind_source('case_group', 'wh.case_group_d');
INSERT INTO medsup.indicator_set (rule_code, codes) VALUES ('N25-060', '00310*'), ('N25-061', '00250*, 0013*');
INSERT INTO medsup.indicator_set (rule_code, diagnoses) VALUES ('N25-062', 'J00-J22');
INSERT INTO medsup.indicator_set (rule_code, plan_field, planned, unplanned) VALUES ('N25-063', 'days_rinp_flag_31', '{1}', '{0}');
INSERT INTO medsup.holiday VALUES ('2026-04-05', false, '清明节'), ('2026-04-06', false, '清明节'), ('2026-05-01', false, '劳动节'), ('2026-05-02', false, '劳动节'), ('2026-05-03', false, '劳动节'),
 ('2026-05-04', false, '劳动节'), ('2026-05-05', false, '劳动节'), ('2026-05-09', true, '调休'), ('2026-10-01', false, '国庆节'), ('2026-10-02', false, '国庆节'), ('2026-10-10', true, '调休');
INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES ('L-CAP', 'local', '限量', 'cap', 'K6', 'item');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, measure, scope, limit_value, limit_basis, count_key, unit) VALUES ('L-CAP-1', 'L-CAP', '示例', 'quantity', 'day', 2, 'constant', 'person_institution', 'time');
INSERT INTO medsup.knowledge_code (entry_code, code)
SELECT 'L-CAP-1', x.code::medsup.fee_item
FROM (SELECT med_list_codg AS code FROM wh.fee_list_d WHERE cnt > 1 AND med_list_codg ~ '^[A-Z0-9]{15,23}$' GROUP BY 1 ORDER BY count(*) DESC, min(med_list_codg COLLATE "C") LIMIT 40) x;
SELECT medsup.publish_rulebook();
CALL medsup.run_audit();
