-- A starter set: values that some place or system is known to use where the
-- national edition leaves the number to the bureau.  Each names its source and
-- is an example, not a standard; what nobody published is not here.

CREATE FUNCTION medsup.example_values(
    OUT kind text, OUT name text, OUT value text, OUT place text, OUT source text, OUT remark text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 15
BEGIN ATOMIC
    SELECT v.kind, v.name, v.value, v.place, v.source, v.remark
    FROM (VALUES
        ('parameter', 'stay_days', 'in_not_out', '湖南', '违规收费问题清单（第一批）的床日算法',
         '入院当日计一日，出院当日不计'),
        ('parameter', 'supply_days_emergency', '3', '嘉兴', '处方量规定（公开网页）', '急性病三日'),
        ('parameter', 'supply_days_outpatient', '7', '嘉兴', '处方量规定（公开网页）', '一般不超过七日'),
        ('parameter', 'supply_days_chronic', '30', '嘉兴', '处方量规定（公开网页）', '慢性病十五日，可延长至三十日'),
        ('parameter', 'supply_days_discharge', '15', '嘉兴', '处方量规定（公开网页）', '出院带药不超过十五日'),
        ('parameter', 'drug_kinds_per_prescription', '5', NULL, '某市处方规定（公开网页，未注明城市）',
         '该规定为西药五种、中成药三种，本参数合并计数'),
        ('parameter', 'split_stay_gap_days', '3', NULL, '审计智能体公开说明', '同一机构零至三日内再入院，不论诊断'),
        ('parameter', 'frequent_outpatient_visits', '15', '芜湖', '演示系统（模拟数据）', '一个月门诊超过十五次'),
        ('parameter', 'discount_rate_second', '0.5', NULL, 'MediModel 主次同价规则', '另有项目用 0.75'),
        ('parameter', 'low_admission_test_share', '0.5', NULL, 'MediModel 低标住院规则', '检验检查费占医疗费一半以上'),
        ('stock_check', 'EXAMPLE-STOCK', '0.05', '芜湖', '演示系统（模拟数据）', '结算量超过库存百分之五'),
        ('trace_check', 'EXAMPLE-TRACE', '2', NULL, 'yingyan 项目规则', '同一追溯码在同一机构两次以上结算')
    ) AS v (kind, name, value, place, source, remark);
END;
COMMENT ON FUNCTION medsup.example_values() IS
    'values that some place or system uses where the national edition gives none: place (NULL: not told), source and what is said there; examples, no standards';

-- How an example says of itself that it is one.
CREATE FUNCTION medsup.example_note(place text, source text, remark text) RETURNS text
LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
    SELECT '示例（example）：' OPERATOR(pg_catalog.||) pg_catalog.concat_ws('，', place, source, remark);
END;
COMMENT ON FUNCTION medsup.example_note(text, text, text) IS 'the note under which an example is stored';

CREATE VIEW medsup.example_value AS
SELECT e.kind, e.name, e.value, e.place, e.source, e.remark, s.value AS set_to,
       CASE WHEN s.note OPERATOR(pg_catalog.=) medsup.example_note(e.place, e.source, e.remark) THEN 'example'
            WHEN s.value IS NOT NULL THEN 'local' END AS origin
FROM medsup.example_values() AS e
LEFT JOIN (SELECT 'parameter' AS kind, p.name, p.value, p.note FROM medsup.parameter_setting p
           UNION ALL SELECT 'stock_check', c.check_code, c.tolerance_share::text, c.note FROM medsup.stock_check c
           UNION ALL SELECT 'trace_check', t.check_code, t.at_least::text, t.note FROM medsup.trace_check t)
     AS s ON s.kind OPERATOR(pg_catalog.=) e.kind AND s.name OPERATOR(pg_catalog.=) e.name;
COMMENT ON VIEW medsup.example_value IS 'the starter set, each value with its source and what is set now; origin example: loaded from here, local: set by the bureau, NULL: unset';

CREATE FUNCTION medsup.load_example_parameters() RETURNS int
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    loaded int := 0;
    n      int;
BEGIN
    INSERT INTO medsup.parameter_setting (name, value, note)
    SELECT e.name, e.value, medsup.example_note(e.place, e.source, e.remark)
    FROM medsup.example_values() e WHERE e.kind = 'parameter'
    ON CONFLICT (name) DO NOTHING;
    GET DIAGNOSTICS loaded = ROW_COUNT;
    INSERT INTO medsup.stock_check (check_code, rule_code, codes, every, opening, tolerance_share, tolerance_cnt, note)
    SELECT e.name, 'N25-043', 'X*, Z*', 'month', 'count', e.value::numeric, 0, medsup.example_note(e.place, e.source, e.remark)
    FROM medsup.example_values() e WHERE e.kind = 'stock_check'
    ON CONFLICT (check_code) DO NOTHING;
    GET DIAGNOSTICS n = ROW_COUNT;
    loaded := loaded + n;
    INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, note)
    SELECT e.name, 'N25-043', 'same_institution', e.value::int, medsup.example_note(e.place, e.source, e.remark)
    FROM medsup.example_values() e WHERE e.kind = 'trace_check'
    ON CONFLICT (check_code) DO NOTHING;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN loaded + n;
END
$$;
COMMENT ON FUNCTION medsup.load_example_parameters() IS 'loads the starter set of examples; what is set already stays as it is; returns how many values were new';
