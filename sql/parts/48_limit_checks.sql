-- Limits of which the national edition gives the rule but no number: how many
-- visits, how many days, how many kinds.  The number is a parameter without a
-- default; window, counter and settings are our reading, said in each text, and
-- a bureau that counts otherwise supersedes the point with one of its own.

INSERT INTO medsup.rule_parameter
    (name, rule_codes, value_type, unit, min_value, max_value, choices, default_value, description_zh, description_en)
VALUES
    ('supply_days_outpatient', '{N25-009}', 'integer', 'day', 1, 366, NULL, NULL,
     '门诊一次开药最多多少天', 'days that one outpatient line may supply'),
    ('supply_days_emergency', '{N25-009}', 'integer', 'day', 1, 366, NULL, NULL,
     '急诊一次开药最多多少天', 'days that one emergency line may supply'),
    ('supply_days_chronic', '{N25-009}', 'integer', 'day', 1, 366, NULL, NULL,
     '门诊慢特病一次开药最多多少天', 'days that one line under a disease programme may supply'),
    ('supply_days_discharge', '{N25-009}', 'integer', 'day', 1, 366, NULL, NULL,
     '出院带药最多多少天', 'days that one line taken home at discharge may supply'),
    ('drug_kinds_per_prescription', '{N25-046}', 'integer', 'kind', 1, 1000, NULL, NULL,
     '一张门急诊处方的西药和中成药最多多少种', 'kinds of drugs, herbal pieces apart, that one outpatient prescription may hold'),
    ('drug_kinds_per_visit', '{N25-046}', 'integer', 'kind', 1, 1000, NULL, NULL,
     '一次门急诊就诊的西药和中成药最多多少种', 'kinds of drugs, herbal pieces apart, of one outpatient visit'),
    ('herb_kinds_per_prescription', '{N25-076}', 'integer', 'kind', 1, 1000, NULL, NULL,
     '一张中药饮片处方最多多少味', 'herbs that one prescription may hold'),
    ('herb_quantity_per_prescription', '{N25-077}', 'integer', 'unit', 1, 1000000, NULL, NULL,
     '一张中药饮片处方的饮片数量合计最多多少（按明细上传的计价单位）', 'quantity of all herbs of one prescription, in the units that are uploaded');

CREATE FUNCTION medsup.limit_checks(
    OUT entry_code text, OUT rule_code text, OUT name_zh text, OUT name_en text,
    OUT codes text[], OUT limits jsonb)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 20
BEGIN ATOMIC
    SELECT 'LC-' OPERATOR(pg_catalog.||) pg_catalog.substr(v.rule_code, 5) OPERATOR(pg_catalog.||) '-'
               OPERATOR(pg_catalog.||) pg_catalog.lpad(v.n::text, 2, '0'),
           v.rule_code, v.name_zh, v.name_en, v.codes::text[], v.limits::jsonb
    FROM (VALUES
        ('N25-009', 1, '门诊一次开药天数', 'days supplied by an outpatient line', '{X,Z}',
         '{"measure": "supply_days", "scope": "line", "access": "setting() = ''outpatient''", "limit_parameter": "supply_days_outpatient",
           "limit_text": "每条明细的 prd_days；天数为本地参数"}'),
        ('N25-009', 2, '急诊一次开药天数', 'days supplied by an emergency line', '{X,Z}',
         '{"measure": "supply_days", "scope": "line", "access": "setting() = ''emergency''", "limit_parameter": "supply_days_emergency",
           "limit_text": "每条明细的 prd_days；天数为本地参数"}'),
        ('N25-009', 3, '门诊慢特病一次开药天数', 'days supplied by a line of a disease programme', '{X,Z}',
         '{"measure": "supply_days", "scope": "line", "access": "setting() = ''chronic''", "limit_parameter": "supply_days_chronic",
           "limit_text": "每条明细的 prd_days；天数为本地参数"}'),
        ('N25-009', 4, '出院带药天数', 'days supplied by a line taken home', '{X,Z}',
         '{"measure": "supply_days", "scope": "line", "access": "setting() = ''inpatient'' and line.dscg_tkdrug_flag = ''1''", "limit_parameter": "supply_days_discharge",
           "limit_text": "标记为出院带药的每条明细的 prd_days；天数为本地参数"}'),
        ('N25-046', 1, '门急诊处方药品种类', 'kinds of drugs of an outpatient prescription', '{X,Z}',
         '{"measure": "kinds", "scope": "prescription", "access": "setting() <> ''inpatient''", "limit_parameter": "drug_kinds_per_prescription",
           "limit_text": "按处方号计西药和中成药的品种数，不含饮片，不含住院；种数为本地参数"}'),
        ('N25-046', 2, '门急诊就诊药品种类', 'kinds of drugs of an outpatient visit', '{X,Z}',
         '{"measure": "kinds", "scope": "visit", "access": "setting() <> ''inpatient''", "limit_parameter": "drug_kinds_per_visit",
           "limit_text": "按一次就诊计西药和中成药的品种数，不含饮片，不含住院；种数为本地参数"}'),
        ('N25-049', 1, '分解住院', 'split stay', '{}',
         '{"measure": "readmission", "scope": "lifetime", "count_key": "person_institution", "limit_parameter": "split_stay_gap_days",
           "limit_text": "同一机构前次出院后不超过若干天再次入院，诊断不限；天数为本地参数"}'),
        ('N25-050', 1, '频繁门诊', 'frequent outpatient visits', '{}',
         '{"measure": "visits", "scope": "month", "count_key": "person", "settings": ["outpatient", "chronic"], "limit_parameter": "frequent_outpatient_visits",
           "limit_text": "一个自然月内各机构的门诊和门诊慢特病就诊次数；按月、跨机构是本地选择，次数为本地参数"}'),
        ('N25-051', 1, '频繁购药', 'frequent drug purchases', '{}',
         '{"measure": "visits", "scope": "month", "count_key": "person", "settings": ["pharmacy"], "limit_parameter": "frequent_purchase_visits",
           "limit_text": "一个自然月内各药店的购药次数；按月、跨机构是本地选择，次数为本地参数"}'),
        ('N25-052', 1, '频繁住院', 'frequent stays', '{}',
         '{"measure": "visits", "scope": "year", "count_key": "person", "settings": ["inpatient"], "limit_parameter": "frequent_inpatient_stays",
           "limit_text": "一个自然年内各机构的住院次数，中途结算和转科不另计；按年、跨机构是本地选择，次数为本地参数"}'),
        ('N25-076', 1, '中药饮片处方味数', 'herbs of a prescription', '{T}',
         '{"measure": "kinds", "scope": "prescription", "limit_parameter": "herb_kinds_per_prescription",
           "limit_text": "按处方号计饮片味数；味数为本地参数"}'),
        ('N25-077', 1, '中药饮片处方数量', 'quantity of herbs of a prescription', '{T}',
         '{"measure": "quantity", "scope": "prescription", "limit_parameter": "herb_quantity_per_prescription",
           "limit_text": "按处方号合计饮片数量；数量为本地参数，须与上传的计价单位一致"}')
    ) AS v (rule_code, n, name_zh, name_en, codes, limits);
END;
COMMENT ON FUNCTION medsup.limit_checks() IS 'the limits that load_limit_checks loads: codes and columns of medsup.knowledge, the number left to a parameter';

CREATE FUNCTION medsup.load_limit_checks() RETURNS int
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n int;
BEGIN
    WITH loaded AS (
        INSERT INTO medsup.knowledge (entry_code, rule_code, origin, item_name, measure, scope, count_key, settings, access,
                                      limit_parameter, limit_text, limit_from)
        SELECT c.entry_code, c.rule_code, 'bundled', c.name_zh, l.measure, l.scope, l.count_key, l.settings, l.access,
               l.limit_parameter, l.limit_text, 'author'
        FROM medsup.limit_checks() AS c
        CROSS JOIN LATERAL jsonb_populate_record(NULL::medsup.knowledge, c.limits) AS l
        ON CONFLICT (entry_code) DO NOTHING
        RETURNING entry_code
    ), coded AS (
        INSERT INTO medsup.knowledge_code (entry_code, role, code)
        SELECT c.entry_code, 'main', k.code::medsup.fee_item
        FROM medsup.limit_checks() AS c CROSS JOIN LATERAL unnest(c.codes) AS k (code)
        WHERE c.entry_code IN (SELECT entry_code FROM loaded)
    )
    SELECT count(*) INTO n FROM loaded;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.load_limit_checks() IS 'loads the limits shipped without a number; returns how many were new.  Each is unset until its parameter is set, and off by knowledge.enabled';
