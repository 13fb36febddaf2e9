-- The catalogue of rules, what a bureau sets about them, their parameters and
-- the dictionaries they read claims through.
--
-- Shipped rows (origin 'national') are never edited: what a bureau decides sits
-- beside them (rule_setting, parameter_setting, map rows of origin 'local'), so
-- that an upgrade can replace the shipped rows and a dump holds only decisions.

CREATE TABLE medsup.rule (
    rule_code       text PRIMARY KEY,
    origin          text NOT NULL DEFAULT 'local'
                    CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    edition         text,
    seq             int,
    gz_code_1_0     text,
    tier1_zh        text,
    tier1_en        text,
    tier2_zh        text,
    tier2_en        text,
    name_zh         text NOT NULL CHECK (name_zh OPERATOR(pg_catalog.<>) ''),
    name_en         text NOT NULL CHECK (name_en OPERATOR(pg_catalog.<>) ''),
    explanation_zh  text,
    explanation_en  text,
    kind            text NOT NULL
                    CHECK (kind OPERATOR(pg_catalog.~) '^K([1-9]|1[0-5])$'),
    subject         text NOT NULL
                    CHECK (subject OPERATOR(pg_catalog.=) ANY ('{drug,herb,item,consumable,record,encounter,person,provider}')),
    fund_scope      text NOT NULL DEFAULT 'pool'
                    CHECK (fund_scope OPERATOR(pg_catalog.=) ANY ('{pool,pool_or_account,any}')),
    result_type     text NOT NULL DEFAULT '可疑'
                    CHECK (result_type OPERATOR(pg_catalog.=) ANY ('{可疑,明确违规}')),
    judged          boolean NOT NULL DEFAULT true,
    not_judged_why  text,
    -- attributes of the published template; NULL where nothing was published
    stage           text[],
    scenario        text[],
    time_interval   text[],
    hospital_level  text[],
    hospital_type   text[],
    persons         text[],
    insurance       text[],
    supervised_fee  text,
    clause          text,
    clause_en       text,
    clause_status   text CHECK (clause_status OPERATOR(pg_catalog.=) ANY ('{建议,确定}')),
    disposal        text CHECK (disposal OPERATOR(pg_catalog.=) ANY ('{提示,扣减,稽核}')),
    CONSTRAINT rule_local_code CHECK (origin OPERATOR(pg_catalog.<>) 'local' OR rule_code OPERATOR(pg_catalog.!~~) 'N25-%'),
    CONSTRAINT rule_shipped_certainty CHECK (origin OPERATOR(pg_catalog.=) 'local' OR result_type OPERATOR(pg_catalog.=) '可疑'),
    CONSTRAINT rule_not_judged CHECK (judged OR not_judged_why IS NOT NULL),
    -- the kinds the evaluator of this version knows
    CONSTRAINT rule_judged_kind CHECK (NOT judged OR kind OPERATOR(pg_catalog.<>) 'K15')
);
COMMENT ON TABLE medsup.rule IS 'catalogue of rules: one row a rule, the 88 of the national 2025 edition shipped read-only, local rules beside them';
COMMENT ON COLUMN medsup.rule.rule_code IS 'N25-001 to N25-088 in the order of the 2025 edition; local codes are free but never start with N25-';
COMMENT ON COLUMN medsup.rule.origin IS 'national: shipped, read-only; local: the bureau''s own';
COMMENT ON COLUMN medsup.rule.edition IS 'edition of the national rule base the row comes from';
COMMENT ON COLUMN medsup.rule.seq IS 'number in that edition';
COMMENT ON COLUMN medsup.rule.gz_code_1_0 IS 'code of the same rule in framework 1.0 (79 rules); NULL for a rule new in 2025';
COMMENT ON COLUMN medsup.rule.tier1_zh IS 'first class as published';
COMMENT ON COLUMN medsup.rule.tier1_en IS 'first class in English';
COMMENT ON COLUMN medsup.rule.tier2_zh IS 'second class as published';
COMMENT ON COLUMN medsup.rule.tier2_en IS 'second class in English';
COMMENT ON COLUMN medsup.rule.name_zh IS 'name as published';
COMMENT ON COLUMN medsup.rule.name_en IS 'name in English, our translation';
COMMENT ON COLUMN medsup.rule.explanation_zh IS 'what is checked, in our words';
COMMENT ON COLUMN medsup.rule.explanation_en IS 'what is checked, in our words';
COMMENT ON COLUMN medsup.rule.kind IS 'primitive kind K1 to K15 (docs/knowledge.md)';
COMMENT ON COLUMN medsup.rule.subject IS 'what the rule looks at: drug, herb, item, consumable, record, encounter, person, provider';
COMMENT ON COLUMN medsup.rule.fund_scope IS 'whose money must have paid a line before it can hit: pool, pool_or_account, any';
COMMENT ON COLUMN medsup.rule.result_type IS 'grade of a finding; shipped rules say 可疑, only a bureau may say 明确违规';
COMMENT ON COLUMN medsup.rule.judged IS 'this version can judge the rule once it has entries';
COMMENT ON COLUMN medsup.rule.not_judged_why IS 'what this version lacks to judge it';
COMMENT ON COLUMN medsup.rule.stage IS 'published 监管环节 (事前, 事中, 事后); NULL: not published';
COMMENT ON COLUMN medsup.rule.scenario IS 'published 应用场景; NULL: not published';
COMMENT ON COLUMN medsup.rule.time_interval IS 'published 时间区间 words, of the book or of its batches; NULL: none published';
COMMENT ON COLUMN medsup.rule.hospital_level IS 'published 医疗机构级别; NULL: not published';
COMMENT ON COLUMN medsup.rule.hospital_type IS 'published 医疗机构类型; NULL: not published';
COMMENT ON COLUMN medsup.rule.persons IS 'published persons the rule applies to; NULL: not published';
COMMENT ON COLUMN medsup.rule.insurance IS 'published 参保险种; NULL: not published';
COMMENT ON COLUMN medsup.rule.supervised_fee IS 'published 监管费用类型; NULL: not published';
COMMENT ON COLUMN medsup.rule.clause IS 'clause a breach may fall under';
COMMENT ON COLUMN medsup.rule.clause_en IS 'the same clause in English';
COMMENT ON COLUMN medsup.rule.clause_status IS '建议: proposed by medsup, the bureau confirms it in rule_setting; 确定: set by the bureau in a local rule';
COMMENT ON COLUMN medsup.rule.disposal IS 'what the bureau does about a confirmed breach: 提示 (a word), 扣减 (deduction) or 稽核 (inspection); NULL: not published';

CREATE TABLE medsup.rule_setting (
    rule_code   text PRIMARY KEY REFERENCES medsup.rule (rule_code),
    enabled     boolean NOT NULL DEFAULT true,
    result_type text CHECK (result_type OPERATOR(pg_catalog.=) ANY ('{可疑,明确违规}')),
    stage       text CHECK (stage OPERATOR(pg_catalog.=) ANY ('{事前,事中,事后}')),
    fund_scope  text CHECK (fund_scope OPERATOR(pg_catalog.=) ANY ('{pool,pool_or_account,any}')),
    local_name  text,
    clause      text,
    basis       text,
    basis_no    text,
    disposal    text CHECK (disposal OPERATOR(pg_catalog.=) ANY ('{提示,扣减,稽核}')),
    note        text,
    changed_by  text NOT NULL DEFAULT CURRENT_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE medsup.rule_setting IS 'what a bureau decides about a rule; a NULL keeps what the catalogue says';
COMMENT ON COLUMN medsup.rule_setting.rule_code IS 'the rule';
COMMENT ON COLUMN medsup.rule_setting.enabled IS 'false takes the rule out of the next rulebook';
COMMENT ON COLUMN medsup.rule_setting.result_type IS 'grade of findings; 明确违规 needs clause and basis, checked at publish';
COMMENT ON COLUMN medsup.rule_setting.stage IS 'stage at which the bureau applies the rule';
COMMENT ON COLUMN medsup.rule_setting.fund_scope IS 'whose money must have paid a line before it can hit';
COMMENT ON COLUMN medsup.rule_setting.local_name IS 'name to show instead of the national one';
COMMENT ON COLUMN medsup.rule_setting.clause IS 'clause as the bureau confirmed it';
COMMENT ON COLUMN medsup.rule_setting.basis IS 'document the rule rests on';
COMMENT ON COLUMN medsup.rule_setting.basis_no IS 'number of that document';
COMMENT ON COLUMN medsup.rule_setting.disposal IS 'what the bureau does about a confirmed breach: 提示, 扣减 or 稽核; nothing is deducted by itself';
COMMENT ON COLUMN medsup.rule_setting.note IS 'why it was set so';
COMMENT ON COLUMN medsup.rule_setting.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.rule_setting.changed_at IS 'when it was set';

CREATE FUNCTION medsup.stamp_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.changed_by := CURRENT_USER;
    NEW.changed_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.stamp_change() IS 'trigger: says who changed a setting last, and when';
CREATE TRIGGER rule_setting_stamp BEFORE UPDATE ON medsup.rule_setting
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER rule_setting_stamp ON medsup.rule_setting IS 'keeps changed_by and changed_at true';

CREATE TABLE medsup.rule_parameter (
    name            text PRIMARY KEY,
    rule_codes      text[],
    value_type      text NOT NULL
                    CHECK (value_type OPERATOR(pg_catalog.=) ANY ('{integer,number,month_day,choice,timezone,text}')),
    unit            text,
    min_value       int,
    max_value       int,
    choices         text[],
    default_value   text,
    description_zh  text NOT NULL,
    description_en  text NOT NULL
);
COMMENT ON TABLE medsup.rule_parameter IS 'numbers and choices that are not published nationally: each bureau sets its own, none has a hidden default';
COMMENT ON COLUMN medsup.rule_parameter.name IS 'name as set_parameter takes it';
COMMENT ON COLUMN medsup.rule_parameter.rule_codes IS 'rules that read it; NULL: the whole audit';
COMMENT ON COLUMN medsup.rule_parameter.value_type IS 'integer, number, month_day (MM-DD), choice, timezone or text';
COMMENT ON COLUMN medsup.rule_parameter.unit IS 'unit of a number';
COMMENT ON COLUMN medsup.rule_parameter.min_value IS 'smallest number that makes sense';
COMMENT ON COLUMN medsup.rule_parameter.max_value IS 'largest number that makes sense';
COMMENT ON COLUMN medsup.rule_parameter.choices IS 'the words a choice may take';
COMMENT ON COLUMN medsup.rule_parameter.default_value IS 'value when nothing is set; NULL: unset, and what needs it is listed in unset_entry';
COMMENT ON COLUMN medsup.rule_parameter.description_zh IS 'what it means';
COMMENT ON COLUMN medsup.rule_parameter.description_en IS 'what it means';

INSERT INTO medsup.rule_parameter
    (name, rule_codes, value_type, unit, min_value, max_value, choices, default_value, description_zh, description_en)
VALUES
    ('newborn_age_below_days', '{N25-006,N25-017,N25-032,N25-080}', 'integer', 'day', 1, 366, NULL, NULL,
     '新生儿：出生后不足多少天（日龄小于该值）', 'newborn: younger than this many days'),
    ('infant_age_below_months', '{N25-080}', 'integer', 'month', 1, 120, NULL, NULL,
     '婴幼儿：不足多少月龄', 'infant or toddler: younger than this many months'),
    ('child_age_below_years', '{N25-007,N25-018,N25-033,N25-065,N25-066,N25-080}', 'integer', 'year', 1, 21, NULL, NULL,
     '儿童：不足多少周岁', 'child: younger than this many years'),
    ('working_age_from_years', '{N25-029}', 'integer', 'year', 14, 30, NULL, NULL,
     '法定就业年龄：自多少周岁起', 'legal working age: from this many years on'),
    ('working_age_below_years', '{N25-029}', 'integer', 'year', 40, 100, NULL, NULL,
     '法定就业年龄：不足多少周岁止', 'legal working age: below this many years'),
    ('course_gap_days', '{N25-010,N25-023}', 'integer', 'day', 1, 3660, NULL, NULL,
     '疗程间隔：停用超过多少天后再次使用，视为新的疗程', 'a course ends after more than this many days without use; the next use begins a new one'),
    ('eye_hospital_medins_type', '{N25-012}', 'text', NULL, NULL, NULL, NULL, NULL,
     '眼科专科医院在机构表 medins_type 列中的取值', 'value of medins_type in the institutions table that stands for an eye hospital'),
    ('stay_days', NULL, 'choice', NULL, NULL, NULL, '{in_not_out,out_not_in,both}', NULL,
     '住院天数算法：in_not_out 计入不计出，out_not_in 计出不计入，both 首尾均计；未设时按 both（对机构最宽）判断补记账',
     'how days of a stay are counted: admission day but not discharge day, discharge but not admission, or both; while unset late posting is judged by both, the most lenient'),
    ('insurance_year_start', NULL, 'month_day', NULL, NULL, NULL, NULL, NULL,
     '医保年度起始日（MM-DD）；按医保年度计数的条目需要', 'first day of an insurance year as MM-DD; needed by points that count over one'),
    ('test_before_admission_days', '{N25-042}', 'integer', 'day', 0, 366, NULL, NULL,
     '入院前检查检验并入本次住院的天数；在此天数内的费用日期不视为异常',
     'tests of so many days before an admission belong to the stay, and their dates are no fault'),
    ('split_stay_gap_days', '{N25-049}', 'integer', 'day', 0, 366, NULL, NULL,
     '分解住院：同一机构两次住院间隔不超过多少天', 'split stay: two stays in one institution at most so many days apart'),
    ('observation_med_type', NULL, 'text', NULL, NULL, NULL, NULL, NULL,
     '急诊留观在 med_type 中的取值；例外“急诊留观”需要', 'value of med_type that stands for emergency observation; read by the exception of that name'),
    ('frequent_outpatient_visits', '{N25-050}', 'integer', 'visit', 1, 1000, NULL, NULL,
     '频繁门诊：一个自然月内就诊多少次以上（不含）', 'frequent outpatient visits: more than so many in a month'),
    ('frequent_purchase_visits', '{N25-051}', 'integer', 'visit', 1, 1000, NULL, NULL,
     '频繁购药：一个自然月内购药多少次以上（不含）', 'frequent drug purchases: more than so many in a month'),
    ('frequent_inpatient_stays', '{N25-052}', 'integer', 'stay', 1, 100, NULL, NULL,
     '频繁住院：一个自然年内住院多少次以上（不含）', 'frequent stays: more than so many in a year'),
    ('discount_rate_second', '{N25-015}', 'number', NULL, 0, 1, NULL, NULL,
     '同一切口的第二个及以后的手术按全价的多少计收（0至1，如0.5）',
     'share of the full price, 0 to 1, that a second or later operation through one incision may cost'),
    ('timezone', NULL, 'timezone', NULL, NULL, NULL, NULL, 'Asia/Shanghai',
     '源数据时间所用时区', 'time zone the source''s civil times are written in');

CREATE TABLE medsup.parameter_setting (
    name        text PRIMARY KEY REFERENCES medsup.rule_parameter (name),
    value       text NOT NULL,
    note        text,
    changed_by  text NOT NULL DEFAULT CURRENT_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE medsup.parameter_setting IS 'parameters the bureau has set; write through set_parameter, which checks them';
COMMENT ON COLUMN medsup.parameter_setting.name IS 'parameter';
COMMENT ON COLUMN medsup.parameter_setting.value IS 'its value in canonical form';
COMMENT ON COLUMN medsup.parameter_setting.note IS 'where the value comes from';
COMMENT ON COLUMN medsup.parameter_setting.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.parameter_setting.changed_at IS 'when it was set';

CREATE FUNCTION medsup.check_parameter() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p   medsup.rule_parameter;
    n   numeric;
    wanted text;
BEGIN
    SELECT * INTO p FROM medsup.rule_parameter WHERE name = NEW.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown rule parameter "%"', NEW.name
        USING ERRCODE = 'MS102',
              DETAIL = 'Known parameters: ' || (SELECT string_agg(r.name, ', ' ORDER BY r.name COLLATE "C") FROM medsup.rule_parameter r) || '.',
              HINT = 'See medsup.rule_parameter for what each one means.';
    END IF;
    NEW.value := btrim(NEW.value);
    IF p.value_type = 'integer' THEN
        wanted := format('a whole number of %ss from %s to %s', p.unit, p.min_value, p.max_value);
        IF NEW.value ~ '^[0-9]{1,9}$' THEN
            n := NEW.value::numeric;
            IF n BETWEEN p.min_value AND p.max_value THEN
                NEW.value := n::text;
                RETURN NEW;
            END IF;
        END IF;
    ELSIF p.value_type = 'number' THEN
        wanted := format('a number from %s to %s', p.min_value, p.max_value);
        IF NEW.value ~ '^[0-9]{1,9}([.][0-9]{1,4})?$' THEN
            n := NEW.value::numeric;
            IF n BETWEEN p.min_value AND p.max_value THEN
                NEW.value := trim_scale(n)::text;
                RETURN NEW;
            END IF;
        END IF;
    ELSIF p.value_type = 'month_day' THEN
        wanted := 'a day that every year has, as MM-DD';
        IF NEW.value ~ '^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$'
           OR NEW.value ~ '^(01|03|05|07|08|10|12)-(29|30|31)$' OR NEW.value ~ '^(04|06|09|11)-(29|30)$' THEN
            RETURN NEW;
        END IF;
    ELSIF p.value_type = 'choice' THEN
        wanted := 'one of ' || array_to_string(p.choices, ', ');
        IF NEW.value = ANY (p.choices) THEN
            RETURN NEW;
        END IF;
    ELSIF p.value_type = 'timezone' THEN
        wanted := 'a full name of pg_timezone_names, such as Asia/Shanghai';
        IF EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = NEW.value) THEN
            RETURN NEW;
        END IF;
    ELSE
        wanted := 'a word of 1 to 64 characters';
        IF NEW.value <> '' AND length(NEW.value) <= 64 THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'invalid value "%" for rule parameter "%"', NEW.value, NEW.name
    USING ERRCODE = 'MS102',
          DETAIL = format('Allowed is %s.', wanted),
          HINT = p.description_en;
END
$$;
COMMENT ON FUNCTION medsup.check_parameter() IS 'trigger: refuses unknown parameters and values outside what rule_parameter allows';

CREATE TRIGGER parameter_setting_check BEFORE INSERT OR UPDATE ON medsup.parameter_setting
    FOR EACH ROW EXECUTE FUNCTION medsup.check_parameter();
COMMENT ON TRIGGER parameter_setting_check ON medsup.parameter_setting IS 'values are checked whichever way they come';

CREATE TRIGGER parameter_setting_stamp BEFORE UPDATE ON medsup.parameter_setting
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER parameter_setting_stamp ON medsup.parameter_setting IS 'keeps changed_by and changed_at true';

CREATE FUNCTION medsup.set_parameter(name text, value text, note text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF set_parameter.value IS NULL THEN
        -- asked by name first, so that a typing error does not pass for success
        IF NOT EXISTS (SELECT FROM medsup.rule_parameter p WHERE p.name = set_parameter.name) THEN
            RAISE EXCEPTION 'unknown rule parameter "%"', set_parameter.name
            USING ERRCODE = 'MS102',
                  DETAIL = 'Known parameters: ' || (SELECT string_agg(r.name, ', ' ORDER BY r.name COLLATE "C") FROM medsup.rule_parameter r) || '.',
                  HINT = 'See medsup.rule_parameter for what each one means.';
        END IF;
        DELETE FROM medsup.parameter_setting s WHERE s.name = set_parameter.name;
        RETURN;
    END IF;
    INSERT INTO medsup.parameter_setting AS s (name, value, note)
    VALUES (set_parameter.name, set_parameter.value, set_parameter.note)
    ON CONFLICT (name) DO UPDATE
    SET value = excluded.value, note = excluded.note;
END
$$;
COMMENT ON FUNCTION medsup.set_parameter(text, text, text) IS 'sets a rule parameter, NULL unsets it; takes effect with the next publish_rulebook';

CREATE FUNCTION medsup.parameter(name text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT COALESCE(s.value, p.default_value)
    FROM medsup.rule_parameter p
    LEFT JOIN medsup.parameter_setting s ON s.name OPERATOR(pg_catalog.=) p.name
    WHERE p.name OPERATOR(pg_catalog.=) parameter.name;
END;
COMMENT ON FUNCTION medsup.parameter(text) IS 'value of a rule parameter as set, else its documented default, else NULL';

-- Dictionaries.  A local row outranks the shipped one of the same key; a local
-- row without a value takes the key out, so that it reads as unknown.

CREATE TABLE medsup.level_map (
    hosp_lv text NOT NULL,
    level   int CHECK (level OPERATOR(pg_catalog.>=) 0 AND level OPERATOR(pg_catalog.<=) 3),
    origin  text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    note    text,
    PRIMARY KEY (hosp_lv, origin)
);
COMMENT ON TABLE medsup.level_map IS 'hosp_lv to level: 3 三级, 2 二级, 1 一级, 0 none; values that are not here leave the level unknown';
COMMENT ON COLUMN medsup.level_map.hosp_lv IS 'value in the source, compared without outer blanks';
COMMENT ON COLUMN medsup.level_map.level IS '3, 2, 1 or 0; NULL in a local row: unknown';
COMMENT ON COLUMN medsup.level_map.origin IS 'national: shipped; local: the bureau''s, outranks it';
COMMENT ON COLUMN medsup.level_map.note IS 'meaning of the value';

INSERT INTO medsup.level_map (hosp_lv, level, origin, note) VALUES
    ('01', 3, 'national', '三级特等'), ('02', 3, 'national', '三级甲等'), ('03', 3, 'national', '三级乙等'),
    ('04', 3, 'national', '三级丙等'), ('12', 3, 'national', '三级无等'),
    ('05', 2, 'national', '二级甲等'), ('06', 2, 'national', '二级乙等'), ('07', 2, 'national', '二级丙等'),
    ('13', 2, 'national', '二级无等'),
    ('08', 1, 'national', '一级甲等'), ('09', 1, 'national', '一级乙等'), ('10', 1, 'national', '一级丙等'),
    ('14', 1, 'national', '一级无等'),
    ('11', 0, 'national', '无等级');

CREATE TABLE medsup.setting_map (
    med_type    text NOT NULL CHECK (med_type OPERATOR(pg_catalog.<>) ''),
    setting     text CHECK (setting OPERATOR(pg_catalog.=) ANY ('{inpatient,emergency,outpatient,chronic,pharmacy,internet}')),
    origin      text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    note        text,
    PRIMARY KEY (med_type, origin)
);
COMMENT ON TABLE medsup.setting_map IS 'med_type to 就医方式 by longest prefix: inpatient, emergency, outpatient, chronic (门慢特), pharmacy, internet (互联网诊疗; nothing is shipped, since no national value marks it)';
COMMENT ON COLUMN medsup.setting_map.med_type IS 'the value or its first digits; the longest one that fits decides';
COMMENT ON COLUMN medsup.setting_map.setting IS 'the setting; NULL in a local row: unknown, for this prefix';
COMMENT ON COLUMN medsup.setting_map.origin IS 'national: shipped; local: the bureau''s, outranks it';
COMMENT ON COLUMN medsup.setting_map.note IS 'meaning of the value';

-- 24 came by the emergency room but is a stay; the emergency itself is 13.
-- 15 is dispensing of special drugs outside a stay.  Left out on purpose, since
-- regions settle it either way: 71 家庭病床 (unknown until the bureau says).
INSERT INTO medsup.setting_map (med_type, setting, origin, note) VALUES
    ('11', 'outpatient', 'national', '普通门诊'), ('12', 'outpatient', 'national', '门诊挂号'),
    ('13', 'emergency', 'national', '急诊'), ('14', 'chronic', 'national', '门诊慢特病'),
    ('15', 'outpatient', 'national', '特药'), ('16', 'outpatient', 'national', '中医特色门诊'),
    ('21', 'inpatient', 'national', '普通住院'), ('22', 'inpatient', 'national', '外伤住院'),
    ('23', 'inpatient', 'national', '转外诊治住院'), ('24', 'inpatient', 'national', '急诊转住院'),
    ('25', 'inpatient', 'national', '异地住院'), ('26', 'inpatient', 'national', '单病种住院'),
    ('27', 'inpatient', 'national', '自主就医'), ('28', 'inpatient', 'national', '日间手术'),
    ('29', 'inpatient', 'national', '起付线治疗'),
    ('41', 'pharmacy', 'national', '定点药店购药'),
    ('51', 'outpatient', 'national', '生育门诊'), ('52', 'inpatient', 'national', '生育住院'),
    ('81', 'outpatient', 'national', '意外伤害门诊');

CREATE TABLE medsup.insurance_map (
    insutype    text NOT NULL CHECK (insutype OPERATOR(pg_catalog.<>) ''),
    class       text CHECK (class OPERATOR(pg_catalog.=) ANY ('{basic,work_injury,maternity}')),
    origin      text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    note        text,
    PRIMARY KEY (insutype, origin)
);
COMMENT ON TABLE medsup.insurance_map IS 'insutype to the kinds payment limits speak of: basic, work_injury, maternity; values that are not here leave the kind unknown';
COMMENT ON COLUMN medsup.insurance_map.insutype IS 'value in the source';
COMMENT ON COLUMN medsup.insurance_map.class IS 'basic, work_injury or maternity; NULL in a local row: unknown';
COMMENT ON COLUMN medsup.insurance_map.origin IS 'national: shipped; local: the bureau''s, outranks it';
COMMENT ON COLUMN medsup.insurance_map.note IS 'meaning of the value';

-- No national value for work injury was found: the bureau adds its own.  Left
-- unknown on purpose: 340, 350 and 360, which are funds of their own, 399 other
-- and 410 long-term care.
INSERT INTO medsup.insurance_map (insutype, class, origin, note) VALUES
    ('310', 'basic', 'national', '职工基本医疗保险'), ('320', 'basic', 'national', '公务员医疗补助'),
    ('330', 'basic', 'national', '大额医疗费用补助'), ('370', 'basic', 'national', '企业补充医疗保险'),
    ('380', 'basic', 'national', '新型农村合作医疗'), ('390', 'basic', 'national', '城乡居民基本医疗保险'),
    ('391', 'basic', 'national', '城镇居民基本医疗保险'), ('392', 'basic', 'national', '城乡居民大病医疗保险'),
    ('510', 'maternity', 'national', '生育保险');

CREATE TABLE medsup.clr_way_map (
    clr_way text NOT NULL CHECK (clr_way OPERATOR(pg_catalog.<>) ''),
    method  text CHECK (method OPERATOR(pg_catalog.=) ANY ('{item,group}')),
    origin  text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    note    text,
    PRIMARY KEY (clr_way, origin)
);
COMMENT ON TABLE medsup.clr_way_map IS 'clr_way to item (paid line by line) or group (a line has no share of its own: 单病种, DIP, DRG, 床日, 人头)';
COMMENT ON COLUMN medsup.clr_way_map.clr_way IS 'value in the source; the dictionary is local, the shipped rows hold the common one';
COMMENT ON COLUMN medsup.clr_way_map.method IS 'item or group; NULL in a local row: unknown';
COMMENT ON COLUMN medsup.clr_way_map.origin IS 'national: shipped; local: the bureau''s, outranks it';
COMMENT ON COLUMN medsup.clr_way_map.note IS 'meaning of the value';

INSERT INTO medsup.clr_way_map (clr_way, method, origin, note)
SELECT v.pad OPERATOR(pg_catalog.||) v.digit, v.method, 'national', v.note
FROM (SELECT p.pad, d.digit, d.method, d.note
      FROM (VALUES ('1', 'item', '按项目'), ('2', 'group', '单病种'), ('3', 'group', 'DIP'),
                   ('4', 'group', 'DRG'), ('5', 'group', '按床日'), ('6', 'group', '按人头')) AS d (digit, method, note)
      CROSS JOIN (VALUES (''), ('0')) AS p (pad)) AS v;

CREATE TABLE medsup.duty_map (
    pro_tech_duty text NOT NULL CHECK (pro_tech_duty OPERATOR(pg_catalog.<>) ''),
    grade   int CHECK (grade OPERATOR(pg_catalog.>=) 1 AND grade OPERATOR(pg_catalog.<=) 3),
    origin  text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    note    text,
    PRIMARY KEY (pro_tech_duty, origin)
);
COMMENT ON TABLE medsup.duty_map IS 'a doctor''s title (pro_tech_duty) to the grade of drugs that it may prescribe; ships empty, since who may prescribe what is settled by each institution and region';
COMMENT ON COLUMN medsup.duty_map.pro_tech_duty IS 'value in the source, compared without outer blanks';
COMMENT ON COLUMN medsup.duty_map.grade IS '1 非限制使用级, 2 限制使用级, 3 特殊使用级; NULL in a local row: unknown';
COMMENT ON COLUMN medsup.duty_map.origin IS 'national: shipped; local: the bureau''s, outranks it';
COMMENT ON COLUMN medsup.duty_map.note IS 'meaning of the value';

-- Shipped rows are guarded from here on: the install script itself is past them.

CREATE FUNCTION medsup.guard_shipped_row() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    elsewhere text := CASE TG_TABLE_NAME
        WHEN 'rule' THEN 'Set what your bureau decides in medsup.rule_setting, or add a rule of your own with origin = ''local''.'
        WHEN 'exception' THEN 'Switch it in medsup.exception_setting, or add an exception of your own with origin = ''local''.'
        ELSE 'Add a row with the same key and origin = ''local''; it outranks the shipped one.' END;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.origin = 'local' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'rows of origin "%" in medsup.% come with the extension only', NEW.origin, TG_TABLE_NAME
        USING ERRCODE = '55000', HINT = elsewhere;
    END IF;
    IF OLD.origin = 'local' AND (TG_OP = 'DELETE' OR NEW.origin = 'local') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'shipped rows of medsup.% are read-only', TG_TABLE_NAME
    USING ERRCODE = '55000', HINT = elsewhere;
END
$$;
COMMENT ON FUNCTION medsup.guard_shipped_row() IS 'trigger: keeps shipped rows as shipped and points to where local decisions go';

CREATE TRIGGER level_map_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.level_map
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER level_map_guard ON medsup.level_map IS 'shipped rows are read-only';
CREATE TRIGGER setting_map_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.setting_map
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER setting_map_guard ON medsup.setting_map IS 'shipped rows are read-only';
CREATE TRIGGER insurance_map_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.insurance_map
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER insurance_map_guard ON medsup.insurance_map IS 'shipped rows are read-only';
CREATE TRIGGER clr_way_map_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.clr_way_map
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER clr_way_map_guard ON medsup.clr_way_map IS 'shipped rows are read-only';
CREATE TRIGGER duty_map_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.duty_map
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER duty_map_guard ON medsup.duty_map IS 'shipped rows are read-only';
