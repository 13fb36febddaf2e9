-- A small set of real national points, typed in as facts (names, codes, limits),
-- so that a database without the published files has something to judge by.
-- Identities are the published ones: loading the files later puts the full
-- points in their place.  Of a point with many codes only the first are here.

CREATE FUNCTION medsup.load_bundled_knowledge() RETURNS int
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    fact    record;
    lim     medsup.knowledge;
    n       int := 0;
BEGIN
    FOR fact IN SELECT * FROM (VALUES
        ('KP-bd8cd916c3300ed1', 'N25-001', '药品限工伤保险', '疤痕止痒软化膏', 'updates_2026-01',
         '{"insurance": ["work_injury"]}', '{ZH01AAB0066010100716,ZH01AAB0066010102577,ZH01AAB0066020100716}', '{}'::text[]),
        ('KP-e79468964f0ea6c5', 'N25-002', '药品限生育保险', '地诺前列酮栓', 'updates_2026-01',
         '{"insurance": ["maternity"]}', '{XG02ADD082D003010179504}', '{}'),
        ('KP-b089bd21ad4b4677', 'N25-002', '药品限生育保险', '益母草注射液', 'updates_2026-01',
         '{"insurance": ["maternity"]}', '{ZD01BAY0323010102065,ZD01BAY0323020102065,ZD01BAY0323030102065,ZD01BAY0323030202065}', '{}'),
        ('KP-f38f1ab9d9594fd6', 'N25-007', '药品限儿童使用', '咪达唑仑口服溶液', 'updates_2026-01',
         '{"age_unit": "year", "age_below_parameter": "child_age_below_years"}', '{XN05CDM084X001010102000,XN05CDM084X001010202000}', '{}'),
        ('KP-01b597721c02fc7f', 'N25-007', '药品限儿童使用', '波生坦分散片', 'updates_2026-01',
         '{"age_from": 3, "age_below": 13, "age_unit": "year"}', '{XC02KXB144A006010103973,XC02KXB144A006010178189}', '{}'),
        ('KP-b623a8e3516b27ab', 'N25-010', '药品限支付疗程', '丁苯酞氯化钠注射液', 'updates_2026-01',
         '{"measure": "days", "scope": "course", "limit_value": 14, "unit": "day", "count_key": "person"}', '{XN07XXD221B002010102774}', '{}'),
        ('KP-c3d06466c8bbded8', 'N25-010', '药品限支付疗程', '丁苯酞软胶囊', 'updates_2026-01',
         '{"measure": "days", "scope": "course", "limit_value": 20, "unit": "day", "count_key": "person"}', '{XN07XXD130E002010102774,XN07XXD130E002010202774,XN07XXD130E002010302774,XN07XXD130E002010402774}', '{}'),
        ('KP-0d070fcacd85d9b4', 'N25-010', '药品限支付疗程', '奥扎格雷钠注射液', 'updates_2026-01',
         '{"measure": "days", "scope": "course", "limit_value": 14, "unit": "day", "count_key": "person"}', '{XB01AXA223B002010100156,XB01AXA223B002010101157,XB01AXA223B002010101333,XB01AXA223B002010101424}', '{}'),
        ('KP-f2b9a5b369bddc7b', 'N25-010', '药品限支付疗程', '帕妥珠单抗注射液', 'batch_06',
         '{"measure": "span_days", "scope": "lifetime", "limit_value": 365, "unit": "day", "count_key": "person", "widened": true, "widen_reason": "文字为12个月，按365天计"}', '{XL01FDP138B002010181735}', '{}'),
        ('KP-f915bc0f99aa2956', 'N25-010', '药品限支付疗程', '注射用七叶皂苷钠', 'updates_2026-01',
         '{"measure": "days", "scope": "course", "limit_value": 10, "unit": "day", "count_key": "person"}', '{XC05CAQ005B001010100526,XC05CAQ005B001010101007,XC05CAQ005B001010101701,XC05CAQ005B001010101929}', '{}'),
        ('KP-557f138f30f92d39', 'N25-010', '药品限支付疗程', '注射用尤瑞克林', 'updates_2026-01',
         '{"measure": "days", "scope": "course", "limit_value": 21, "unit": "day", "count_key": "person"}', '{XN07XXY184B001010100344,XN07XXY184B001020100344}', '{}'),
        ('KP-f9f18887f8b77832', 'N25-010', '药品限支付疗程', '注射用益气复脉(冻干)', 'updates_2026-01',
         '{"measure": "days", "scope": "stay", "limit_value": 14, "unit": "day", "count_key": "person"}', '{ZA09HAZ0413010100940,ZA09HAZ0413010200940}', '{}'),
        ('KP-f7bc18815cfdb21a', 'N25-010', '药品限支付疗程', '注射用重组人脑利钠肽', 'updates_2026-01',
         '{"measure": "days", "scope": "stay", "limit_value": 3, "unit": "day", "count_key": "person"}', '{XC01EBC109B001010102049,XC01EBC109B001010106553,XC01EBC109B001020102049}', '{}'),
        ('KP-e80f5e9320746506', 'N25-012', '药品限医疗机构级别', '利司那肽注射液', 'updates_2026-01',
         '{"level_min": 2, "level_first_only": true, "widened": true, "widen_reason": "级别只限首次处方"}', '{XA10BJL366B002010181708,XA10BJL366B002010182160,XA10BJL366B002020181708,XA10BJL366B002020182160}', '{}'),
        ('KP-e46de677ef003348', 'N25-012', '药品限医疗机构级别', '参麦注射液', 'updates_2026-01',
         '{"level_min": 2}', '{ZA09HAC0101010102129,ZA09HAC0101010102210,ZA09HAC0101010102312,ZA09HAC0101010102646}', '{}'),
        ('KP-6ffdd3f290c81fea', 'N25-012', '药品限医疗机构级别', '地塞米松玻璃体内植入剂', 'updates_2026-01',
         '{"level_min": 3, "alt_level_min": 2, "alt_medins_type_parameter": "eye_hospital_medins_type", "widened": true, "widen_reason": "眼科专科医院另有级别"}', '{XS01LXD085J005010178976}', '{}'),
        ('KP-0cbb831458d8a699', 'N25-012', '药品限医疗机构级别', '度拉糖肽注射液', 'updates_2026-01',
         '{"level_min": 2, "level_first_only": true, "widened": true, "widen_reason": "级别只限首次处方"}', '{XA10BJD332B002010178403,XA10BJD332B002010183013,XA10BJD332B002010278403,XA10BJD332B002010378403}', '{}'),
        ('KP-8380b076e9c90912', 'N25-012', '药品限医疗机构级别', '康柏西普眼用注射液', 'updates_2026-01',
         '{"level_min": 3, "alt_level_min": 2, "alt_medins_type_parameter": "eye_hospital_medins_type", "widened": true, "widen_reason": "眼科专科医院另有级别"}', '{XS01LAK119B023010109681,XS01LAK119B023020109681}', '{}'),
        ('KP-79fb804330dbf586', 'N25-012', '药品限医疗机构级别', '注射用重组人脑利钠肽', 'updates_2026-01',
         '{"level_min": 2}', '{XC01EBC109B001010102049,XC01EBC109B001010106553,XC01EBC109B001020102049}', '{}'),
        ('KP-f6a6300879e29bd6', 'N25-012', '药品限医疗机构级别', '艾迪注射液', 'updates_2026-01',
         '{"level_min": 2}', '{ZC01AAA0042010105549,ZC01AAA0042010305549}', '{}'),
        ('KP-423b446d80660937', 'N25-013', '药品限就医方式', 'ω-3鱼油脂肪乳注射液', 'updates_2026-01',
         '{"settings": ["inpatient"]}', '{XB05BAU005B002010101415,XB05BAU005B002010102180,XB05BAU005B002020101415}', '{}'),
        ('KP-279cff6bbf15ebb3', 'N25-013', '药品限就医方式', '安宫牛黄丸', 'updates_2026-01',
         '{"settings": ["inpatient", "emergency"], "widened": true, "widen_reason": "取值为住院，文字为急诊或住院"}', '{ZA07AAA0061010100166,ZA07AAA0061010100169,ZA07AAA0061010100220,ZA07AAA0061010100428}', '{}'),
        ('KP-9c89e751cd002149', 'N25-013', '药品限就医方式', '注射用重组人脑利钠肽', 'updates_2026-01',
         '{"settings": ["inpatient"]}', '{XC01EBC109B001010102049,XC01EBC109B001010106553,XC01EBC109B001020102049}', '{}'),
        ('KP-edb2f4ead33d42fa', 'N25-013', '药品限就医方式', '银杏达莫注射液', 'updates_2026-01',
         '{"settings": ["inpatient"]}', '{XC02CXY165B002010102918,XC02CXY165B002010103283,XC02CXY165B002010105549,XC02CXY165B002010203283}', '{}'),
        ('KP-d96b221f3dc81fce', 'N25-023', '医疗服务项目限支付疗程', '儿童听力障碍语言训练', 'batch_08',
         '{"measure": "span_days", "scope": "course", "limit_value": 365, "unit": "day", "count_key": "person"}', '{003402000350000}', '{}'),
        ('KP-18042d638d9108a3', 'N25-023', '医疗服务项目限支付疗程', '减重支持系统训练', 'batch_08',
         '{"measure": "days", "scope": "course", "limit_value": 30, "unit": "day", "count_key": "person"}', '{003402000210000}', '{}'),
        ('KP-f3d0eef4fb671feb', 'N25-023', '医疗服务项目限支付疗程', '平衡功能训练', 'batch_08',
         '{"measure": "days", "scope": "course", "limit_value": 90, "unit": "day", "count_key": "person"}', '{003402000240000}', '{}'),
        ('KP-6977109cf9517c5d', 'N25-023', '医疗服务项目限支付疗程', '手功能评定', 'batch_08',
         '{"measure": "span_days", "scope": "course", "limit_value": 90, "unit": "day", "count_key": "person"}', '{003402000050000}', '{}'),
        ('KP-af5869d0830fb368', 'N25-023', '医疗服务项目限支付疗程', '职业功能训练', 'batch_08',
         '{"measure": "days", "scope": "course", "limit_value": 90, "unit": "day", "count_key": "person"}', '{003402000320000}', '{}'),
        ('KP-c139c111d3d12dcf', 'N25-025', '医疗服务项目重复收费', '单胎顺产接生×肛门指检', 'batch_07',
         '{"scope": "6h", "count_key": "person_institution"}', '{003314000020000}', '{003109040040000}'),
        ('KP-b6e217a05b896a5f', 'N25-025', '医疗服务项目重复收费', '单胎顺产接生×胎心监测', 'batch_07',
         '{"scope": "6h", "count_key": "person_institution"}', '{003314000020000}', '{003112010260000}'),
        ('KP-ecc09d0c65ab6f08', 'N25-025', '医疗服务项目重复收费', '急诊监护费×急诊诊查费', 'batch_07',
         '{"scope": "day", "count_key": "person_institution"}', '{001103000010000}', '{001102000030000}'),
        ('KP-5b09416c79cef424', 'N25-025', '医疗服务项目重复收费', '急诊监护费×普通病房床位费', 'batch_07',
         '{"scope": "day", "count_key": "person_institution"}', '{001103000010000}', '{001109000010000}'),
        ('KP-ada9dfeb7dbd19a9', 'N25-025', '医疗服务项目重复收费', '持续有创性血压监测×动态血压监测', 'batch_07',
         '{"scope": "hour", "count_key": "person_institution"}', '{003107020020000}', '{003107010210000}'),
        ('KP-d66db9b683b897ba', 'N25-025', '医疗服务项目重复收费', '持续有创性血压监测×心电监测', 'batch_07',
         '{"scope": "hour", "count_key": "person_institution"}', '{003107020020000}', '{003107010220000}'),
        ('KP-90ec85749a3727fb', 'N25-025', '医疗服务项目重复收费', '颅内多发血肿清除术×颅内硬膜外血肿引流术', 'batch_07',
         '{"scope": "visit", "count_key": "person_institution"}', '{003302010140000}', '{003302010040000}'),
        ('KP-fb21ae7b958282b2', 'N25-025', '医疗服务项目重复收费', '颅内多发血肿清除术×颅内血肿清除术', 'batch_07',
         '{"scope": "visit", "count_key": "person_institution"}', '{003302010140000}', '{003302010150000}'),
        ('KP-2cc4e4e0bce0a236', 'N25-027', '医疗服务项目限定频次', 'Ⅰ级护理', 'batch_08',
         '{"measure": "quantity", "scope": "day", "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{001201000030000}', '{}'),
        ('KP-a75ce2a98d0ab1e3', 'N25-027', '医疗服务项目限定频次', 'Ⅱ级护理', 'batch_08',
         '{"measure": "quantity", "scope": "day", "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{001201000040000}', '{}'),
        ('KP-75b5317de86e23de', 'N25-027', '医疗服务项目限定频次', '住院诊查费', 'batch_08',
         '{"measure": "quantity", "scope": "day", "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{001102000050000}', '{}'),
        ('KP-95bd9a1c6b12d7d5', 'N25-027', '医疗服务项目限定频次', '呼吸机辅助呼吸', 'batch_08',
         '{"measure": "hours", "scope": "day", "limit_value": 24, "unit": "hour", "count_key": "person_institution"}', '{003106030010000}', '{}'),
        ('KP-0db951ad2405e179', 'N25-027', '医疗服务项目限定频次', '心电监测', 'batch_08',
         '{"measure": "hours", "scope": "day", "limit_value": 24, "unit": "hour", "count_key": "person_institution"}', '{003107010220000}', '{}'),
        ('KP-c51e62c492850973', 'N25-027', '医疗服务项目限定频次', '持续有创性血压监测', 'batch_08',
         '{"measure": "hours", "scope": "day", "limit_value": 24, "unit": "hour", "count_key": "person_institution"}', '{003107020020000}', '{}'),
        ('KP-ea234a45c82f34d5', 'N25-027', '医疗服务项目限定频次', '普通病房床位费', 'batch_08',
         '{"measure": "quantity", "scope": "day", "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{001109000010000}', '{}'),
        ('KP-c73565a8e2e1bb4a', 'N25-027', '医疗服务项目限定频次', '硬膜外连续镇痛', 'batch_08',
         '{"measure": "quantity", "scope": "day", "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{003301000100000}', '{}'),
        ('KP-28d0a2198d6cca08', 'N25-027', '医疗服务项目限定频次', '门急诊留观诊查费', 'batch_08',
         '{"measure": "quantity", "scope": "day", "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{001102000040000}', '{}'),
        ('KP-f102932ae2793bef', 'N25-029', '医疗服务项目限年龄', '职业功能训练', 'batch_08',
         '{"age_unit": "year", "age_from_parameter": "working_age_from_years", "age_below_parameter": "working_age_below_years"}', '{003402000320000}', '{}'),
        ('KP-c0af10da87f452bc', 'N25-031', '医疗服务项目周期超频次', '儿童听力障碍语言训练', 'batch_08',
         '{"measure": "quantity", "scope": "rolling", "window_days": 7, "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{003402000350000}', '{}'),
        ('KP-a99c6cfab5d611ab', 'N25-031', '医疗服务项目周期超频次', '平衡试验', 'batch_08',
         '{"measure": "quantity", "scope": "rolling", "window_days": 14, "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{003104010220000}', '{}'),
        ('KP-11dedb41b0862934', 'N25-031', '医疗服务项目周期超频次', '手功能评定', 'batch_08',
         '{"measure": "quantity", "scope": "rolling", "window_days": 14, "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{003402000050000}', '{}'),
        ('KP-16086718019bcd4a', 'N25-031', '医疗服务项目周期超频次', '糖化血红蛋白测定', 'batch_08',
         '{"measure": "quantity", "scope": "rolling", "window_days": 15, "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{002503020030000}', '{}'),
        ('KP-08f8e7f401ce799d', 'N25-031', '医疗服务项目周期超频次', '血清果糖胺测定', 'batch_08',
         '{"measure": "quantity", "scope": "rolling", "window_days": 7, "limit_value": 1, "unit": "time", "count_key": "person_institution"}', '{002503020020000}', '{}'),
        ('KP-a7fe5696f1ce65cc', 'N25-065', '药品儿童专用', '儿童清肺口服液', 'updates_2026-01',
         '{"age_unit": "year", "age_below_parameter": "child_age_below_years"}', '{ZA04CAE0023010100166,ZA04CAE0023010200166}', '{}'),
        ('KP-2ac9a851e0f7cee6', 'N25-067', '药品区分性别使用', '地诺前列酮栓', 'updates_2026-01',
         '{"sex": "female"}', '{XG02ADD082D003010179504}', '{}'),
        ('KP-8f3fb0c6c5f6fe1b', 'N25-067', '药品区分性别使用', '艾附暖宫丸', 'updates_2026-01',
         '{"sex": "female"}', '{ZD03AAA0043010100166,ZD03AAA0043010100220,ZD03AAA0043010100716,ZD03AAA0043010100960}', '{}'),
        ('KP-9d2200dd87d22a1a', 'N25-067', '药品区分性别使用', '阿帕他胺片', 'updates_2026-01',
         '{"sex": "male"}', '{XL02BBA326A001010102180,XL02BBA326A001010178537,XL02BBA326A001020278537}', '{}'),
        ('KP-c0df5afa0a034819', 'N25-080', '医疗服务项目儿童专用', '儿童听力障碍语言训练', 'batch_01',
         '{"age_unit": "year", "age_below_parameter": "child_age_below_years"}', '{003402000350000}', '{}'),
        ('KP-945790d81678ed34', 'N25-080', '医疗服务项目儿童专用', '儿童龋齿预防保健', 'batch_01',
         '{"age_unit": "year", "age_below_parameter": "child_age_below_years"}', '{001302000010000}', '{}'),
        ('KP-07293dcc6be459ad', 'N25-080', '医疗服务项目儿童专用', '婴幼儿健康体检', 'batch_01',
         '{"age_unit": "month", "age_below_parameter": "infant_age_below_months"}', '{001301000010000}', '{}'),
        ('KP-7176625812446456', 'N25-080', '医疗服务项目儿童专用', '新生儿测颅压', 'batch_01',
         '{"age_unit": "day", "age_below_parameter": "newborn_age_below_days"}', '{003112020020000}', '{}'),
        ('KP-9b8b91c402985a25', 'N25-081', '医疗服务项目区分性别使用', '子宫造影', 'batch_01',
         '{"sex": "female"}', '{002101030300000}', '{}'),
        ('KP-37bbb33a949ee481', 'N25-081', '医疗服务项目区分性别使用', '阴茎海绵体造影', 'batch_01',
         '{"sex": "male"}', '{002101030280000}', '{}')
    ) AS v (entry_code, rule_code, rule_class, item_name, batch_tag, limits, main_codes, sub_codes)
    LOOP
        lim := jsonb_populate_record(NULL::medsup.knowledge, fact.limits::jsonb);
        INSERT INTO medsup.knowledge
            (entry_code, rule_code, origin, item_name, sex, age_from, age_below, age_unit, age_from_parameter, age_below_parameter,
             insurance, settings, level_min, level_first_only, alt_level_min, alt_medins_type_parameter,
             scope, window_days, count_key, measure, limit_value, unit, valid_from, basis, basis_no,
             limit_from, widened, widen_reason, rule_class, batch_tag)
        SELECT fact.entry_code, fact.rule_code, 'bundled', fact.item_name, lim.sex, lim.age_from, lim.age_below, lim.age_unit,
               lim.age_from_parameter, lim.age_below_parameter, lim.insurance, lim.settings, lim.level_min,
               coalesce(lim.level_first_only, false), lim.alt_level_min, lim.alt_medins_type_parameter,
               lim.scope, lim.window_days, lim.count_key, lim.measure, lim.limit_value, lim.unit, b.published, b.basis, b.basis_no,
               'author', coalesce(lim.widened, false), lim.widen_reason, fact.rule_class, fact.batch_tag
        FROM medsup.published_basis(fact.batch_tag) AS b
        -- what was loaded from the published files is fuller than this
        ON CONFLICT (entry_code) DO NOTHING;
        IF FOUND THEN
            n := n + 1;
            INSERT INTO medsup.knowledge_code (entry_code, role, code)
            SELECT fact.entry_code, 'main', c.code::medsup.fee_item FROM unnest(fact.main_codes::text[]) AS c (code)
            UNION ALL
            SELECT fact.entry_code, 'sub', c.code::medsup.fee_item FROM unnest(fact.sub_codes::text[]) AS c (code);
        END IF;
    END LOOP;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.load_bundled_knowledge() IS 'loads the small set of national points shipped with the extension; returns how many were new';
