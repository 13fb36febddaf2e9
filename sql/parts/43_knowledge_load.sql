-- Loading the national knowledge points as published.
--
-- The four files are copied into import tables as they are, checked whole, and
-- then merged: either everything is in or nothing.  A limit is read from the
-- text of a point first; the value column only fills what the text leaves open.

CREATE UNLOGGED TABLE medsup.import_point (
    row_no      bigint GENERATED ALWAYS AS IDENTITY,
    kp_id       text,
    rule_class  text,
    gz_code     text,
    level1      text,
    level2      text,
    item_name   text,
    "constraint" text,
    detect_logic text,
    batch       text,
    batch_tag   text,
    supersedes  text,
    n_codes     text,
    codes       text
);
COMMENT ON TABLE medsup.import_point IS 'kb_points.csv as it is; emptied by load_knowledge';
COMMENT ON SEQUENCE medsup.import_point_row_no_seq IS 'numbers the rows of import_point as they come';
COMMENT ON COLUMN medsup.import_point.row_no IS 'order in which rows came';
COMMENT ON COLUMN medsup.import_point.kp_id IS 'identity of the point';
COMMENT ON COLUMN medsup.import_point.rule_class IS 'class: the name of a rule';
COMMENT ON COLUMN medsup.import_point.gz_code IS 'code of that rule in framework 1.0';
COMMENT ON COLUMN medsup.import_point.level1 IS 'first class of the rule';
COMMENT ON COLUMN medsup.import_point.level2 IS 'second class of the rule';
COMMENT ON COLUMN medsup.import_point.item_name IS 'name of drug, item or pair';
COMMENT ON COLUMN medsup.import_point."constraint" IS 'limiting text';
COMMENT ON COLUMN medsup.import_point.detect_logic IS 'detection logic';
COMMENT ON COLUMN medsup.import_point.batch IS 'batch number';
COMMENT ON COLUMN medsup.import_point.batch_tag IS 'batch or update';
COMMENT ON COLUMN medsup.import_point.supersedes IS 'points it replaces';
COMMENT ON COLUMN medsup.import_point.n_codes IS 'number of codes';
COMMENT ON COLUMN medsup.import_point.codes IS 'codes joined by semicolons; of a pair main before sub';

CREATE UNLOGGED TABLE medsup.import_code (
    row_no      bigint GENERATED ALWAYS AS IDENTITY,
    kp_id       text,
    rule_class  text,
    batch_tag   text,
    item_name   text,
    code        text
);
COMMENT ON TABLE medsup.import_code IS 'kb_codes_long.csv as it is; emptied by load_knowledge';
COMMENT ON SEQUENCE medsup.import_code_row_no_seq IS 'numbers the rows of import_code as they come';
COMMENT ON COLUMN medsup.import_code.row_no IS 'order in which rows came';
COMMENT ON COLUMN medsup.import_code.kp_id IS 'the point';
COMMENT ON COLUMN medsup.import_code.rule_class IS 'its class';
COMMENT ON COLUMN medsup.import_code.batch_tag IS 'its batch or update';
COMMENT ON COLUMN medsup.import_code.item_name IS 'its name';
COMMENT ON COLUMN medsup.import_code.code IS 'one of its codes';

CREATE UNLOGGED TABLE medsup.import_limit (
    row_no      bigint GENERATED ALWAYS AS IDENTITY,
    batch       text,
    rule_class  text,
    kind        text,
    name        text,
    code        text,
    limit_kind  text,
    limit_value text,
    "window"    text,
    text        text
);
COMMENT ON TABLE medsup.import_limit IS 'nhsa_points.csv as it is: the value columns of batches 1 to 6 and 8; emptied by load_knowledge';
COMMENT ON SEQUENCE medsup.import_limit_row_no_seq IS 'numbers the rows of import_limit as they come';
COMMENT ON COLUMN medsup.import_limit.row_no IS 'order in which rows came';
COMMENT ON COLUMN medsup.import_limit.batch IS 'batch number';
COMMENT ON COLUMN medsup.import_limit.rule_class IS 'class, some naming two rules at once';
COMMENT ON COLUMN medsup.import_limit.kind IS 'drug or item';
COMMENT ON COLUMN medsup.import_limit.name IS 'name of drug or item';
COMMENT ON COLUMN medsup.import_limit.code IS 'its code';
COMMENT ON COLUMN medsup.import_limit.limit_kind IS 'what is limited';
COMMENT ON COLUMN medsup.import_limit.limit_value IS 'the limit';
COMMENT ON COLUMN medsup.import_limit."window" IS 'over what it is counted';
COMMENT ON COLUMN medsup.import_limit.text IS 'limiting text';

CREATE UNLOGGED TABLE medsup.import_pair (
    row_no      bigint GENERATED ALWAYS AS IDENTITY,
    seq         text,
    "window"    text,
    main_name   text,
    main_code   text,
    sub_name    text,
    sub_code    text,
    note        text
);
COMMENT ON TABLE medsup.import_pair IS 'nhsa_exclusive_pairs.csv as it is: batch 7 with its windows; emptied by load_knowledge';
COMMENT ON SEQUENCE medsup.import_pair_row_no_seq IS 'numbers the rows of import_pair as they come';
COMMENT ON COLUMN medsup.import_pair.row_no IS 'order in which rows came';
COMMENT ON COLUMN medsup.import_pair.seq IS 'number of the pair';
COMMENT ON COLUMN medsup.import_pair."window" IS 'within which both may not be charged';
COMMENT ON COLUMN medsup.import_pair.main_name IS 'item that contains the other';
COMMENT ON COLUMN medsup.import_pair.main_code IS 'its code';
COMMENT ON COLUMN medsup.import_pair.sub_name IS 'item that may not be charged beside it';
COMMENT ON COLUMN medsup.import_pair.sub_code IS 'its code';
COMMENT ON COLUMN medsup.import_pair.note IS 'what the first one contains';

CREATE FUNCTION medsup.published_class(rule_class text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE rule_class
        WHEN '药品限儿童使用/儿童专用' THEN '{药品限儿童使用,药品儿童专用}'::text[]
        WHEN '药品限工伤/生育保险' THEN '{药品限工伤保险,药品限生育保险}'::text[]
        ELSE ARRAY[rule_class] END;
END;
COMMENT ON FUNCTION medsup.published_class(text) IS 'names of the rules a published class stands for: two classes of the value file cover two rules each';

CREATE FUNCTION medsup.read_limit(
    rule_class text, limit_text text, detect_logic text, value text, period text,
    OUT sex text, OUT age_from int, OUT age_below int, OUT age_unit text,
    OUT age_from_parameter text, OUT age_below_parameter text,
    OUT insurance text[], OUT settings text[],
    OUT level_min int, OUT level_first_only boolean, OUT alt_level_min int, OUT alt_medins_type_parameter text,
    OUT scope text, OUT window_days int, OUT count_key text, OUT measure text, OUT limit_value numeric, OUT unit text,
    OUT rates_parameter text, OUT entry_group text,
    OUT limit_from text, OUT widened boolean, OUT widen_reason text)
LANGUAGE plpgsql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- width and Kangxi variants of the same character read alike
    t   text := regexp_replace(normalize(coalesce(limit_text, ''), NFKC), '\s+', '', 'g');
    m   text[];
    n   int := 0;
BEGIN
    level_first_only := false;
    widened := false;
    value := nullif(btrim(value), '');
    period := nullif(btrim(period), '');

    CASE
    WHEN rule_class IN ('药品区分性别使用', '医疗服务项目区分性别使用') THEN
        -- never from the text: an indication such as 前列腺癌 is no limit of sex
        sex := CASE value WHEN '男' THEN 'male' WHEN '女' THEN 'female' END;
        IF sex IS NOT NULL THEN
            limit_from := 'value';
        END IF;

    WHEN rule_class IN ('药品限儿童使用', '药品儿童专用', '医疗服务项目儿童专用') THEN
        limit_from := CASE WHEN value IN ('儿童', '新生儿', '婴幼儿') THEN 'value' ELSE 'class' END;
        CASE value
        WHEN '新生儿' THEN
            age_below_parameter := 'newborn_age_below_days';
            age_unit := 'day';
        WHEN '婴幼儿' THEN
            age_below_parameter := 'infant_age_below_months';
            age_unit := 'month';
        ELSE
            age_below_parameter := 'child_age_below_years';
            age_unit := 'year';
        END CASE;
        IF rule_class = '药品限儿童使用' THEN
            -- a payment limit that gives years outranks the class of age
            FOR m IN SELECT regexp_matches(t, '([0-9]{1,2})(?:周?岁)?(?:-|至|~)([0-9]{1,2})周?岁(以下)?', 'g') LOOP
                n := n + 1;
                age_from := least(age_from, m[1]::int);
                age_below := greatest(age_below, m[2]::int + 1);
                limit_from := 'text';
                age_below_parameter := NULL;
                IF m[3] IS NOT NULL THEN
                    widened := true;
                    widen_reason := '“以下”是否含本数不明，按含本数';
                END IF;
            END LOOP;
            IF n > 1 THEN
                widened := true;
                widen_reason := '不同适应症的年龄不同，取最宽';
            END IF;
            m := regexp_match(t, '([0-9]{1,2})周?岁及(?:[0-9]{1,2}周?岁)?以上');
            IF n = 0 AND m IS NOT NULL THEN
                age_from := m[1]::int;
                limit_from := 'text';
            END IF;
        ELSIF t ~ '成人用法用量' THEN
            widened := true;
            widen_reason := '说明书含成人用法用量';
        END IF;

    WHEN rule_class = '医疗服务项目限年龄' THEN
        IF value = '法定就业年龄' OR t ~ '法定就业年龄' THEN
            age_from_parameter := 'working_age_from_years';
            age_below_parameter := 'working_age_below_years';
            age_unit := 'year';
            limit_from := CASE WHEN value IS NULL THEN 'text' ELSE 'value' END;
        END IF;

    WHEN rule_class IN ('药品限工伤保险', '医疗服务项目限工伤保险') THEN
        insurance := '{work_injury}';
        limit_from := 'class';

    WHEN rule_class IN ('药品限生育保险', '医疗服务项目限生育保险') THEN
        insurance := '{maternity}';
        limit_from := 'class';

    WHEN rule_class = '药品限就医方式' THEN
        settings := CASE WHEN t ~ '住院' AND t ~ '急诊' THEN '{inpatient,emergency}'
                         WHEN t ~ '住院' THEN '{inpatient}' END;
        IF settings IS NOT NULL THEN
            limit_from := 'text';
        ELSIF value = '住院' THEN
            settings := '{inpatient}';
            limit_from := 'value';
        END IF;
        IF settings = '{inpatient,emergency}' AND value = '住院' THEN
            widened := true;
            widen_reason := '取值为住院，文字为急诊或住院';
        ELSIF t ~ '除外' THEN
            widened := true;
            widen_reason := '文字含“除外”';
        END IF;

    WHEN rule_class = '药品限医疗机构级别' THEN
        IF t ~ '首次处方时?需由[一二三]级及以上' THEN
            level_min := strpos('一二三', substring(t FROM '首次处方时?需由([一二三])级'));
            level_first_only := true;
            limit_from := 'text';
            widened := true;
            widen_reason := '级别只限首次处方';
        ELSIF t ~ '[一二三]级(综合)?医院眼科或[一二三]级及以上眼科专科医院' THEN
            m := regexp_match(t, '([一二三])级(?:综合)?医院眼科或([一二三])级及以上眼科专科医院');
            level_min := strpos('一二三', m[1]);
            alt_level_min := strpos('一二三', m[2]);
            alt_medins_type_parameter := 'eye_hospital_medins_type';
            limit_from := 'text';
            widened := true;
            widen_reason := '眼科专科医院另有级别';
        ELSIF t ~ '[一二三]级及以上医疗机构' THEN
            level_min := strpos('一二三', substring(t FROM '([一二三])级及以上医疗机构'));
            limit_from := 'text';
        ELSIF value ~ '^[一二三]级$' THEN
            level_min := strpos('一二三', left(value, 1));
            limit_from := 'value';
        END IF;

    WHEN rule_class = '药品限支付疗程' THEN
        measure := 'days';
        unit := 'day';
        count_key := 'person';
        m := regexp_match(t, '(单次)(?:住院)?(?:最多)?支付(?:不超过)?([0-9]{1,4})[天日]');
        IF m IS NOT NULL THEN
            scope := 'stay';
            limit_value := m[2]::numeric;
            limit_from := 'text';
        ELSE
            m := regexp_match(t, '支付不超过([0-9]{1,4})([天日]|个月)');
            IF m IS NOT NULL AND m[2] <> '个月' THEN
                scope := 'course';
                limit_value := m[1]::numeric;
                limit_from := 'text';
            ELSIF m IS NOT NULL THEN
                -- a span from the first use on; 12 months are published as 365 days
                measure := 'span_days';
                scope := 'lifetime';
                limit_value := ceil(m[1]::numeric * 365 / 12);
                limit_from := 'text';
                widened := true;
                widen_reason := format('文字为%s个月，按%s天计', m[1], limit_value);
            ELSIF value ~ '^[0-9]{1,4}天$' THEN
                scope := CASE WHEN detect_logic ~ '时间跨度' THEN 'lifetime' ELSE 'course' END;
                measure := CASE WHEN detect_logic ~ '时间跨度' THEN 'span_days' ELSE 'days' END;
                limit_value := left(value, -1)::numeric;
                limit_from := 'value';
            ELSE
                measure := NULL;
                unit := NULL;
                count_key := NULL;
            END IF;
        END IF;

    WHEN rule_class = '医疗服务项目限支付疗程' THEN
        m := regexp_match(t, '(总时间|支付)不超过(?:([0-9]{1,4})[天日]|一年)');
        IF m IS NOT NULL THEN
            measure := CASE WHEN m[1] = '总时间' OR m[2] IS NULL THEN 'span_days' ELSE 'days' END;
            limit_value := coalesce(m[2]::numeric, 365);
            scope := 'course';
            unit := 'day';
            count_key := 'person';
            limit_from := 'text';
        END IF;

    WHEN rule_class = '医疗服务项目限定频次' THEN
        m := regexp_match(value, '^([0-9]{1,4})(小时|天|次)?/日$');
        IF m IS NOT NULL THEN
            scope := 'day';
            measure := CASE WHEN m[2] = '小时' THEN 'hours' ELSE 'quantity' END;
            unit := CASE WHEN m[2] = '小时' THEN 'hour' ELSE 'time' END;
            count_key := 'person_institution';
            limit_value := m[1]::numeric;
            limit_from := 'value';
        END IF;

    WHEN rule_class = '医疗服务项目周期超频次' THEN
        m := regexp_match(period, '^([0-9]{1,4})天$');
        IF m IS NOT NULL AND value ~ '^[0-9]{1,4}$' THEN
            scope := 'rolling';
            window_days := m[1]::int;
            measure := 'quantity';
            unit := 'time';
            count_key := 'person_institution';
            limit_value := value::numeric;
            limit_from := 'value';
        END IF;

    WHEN rule_class = '医疗服务项目重复收费' THEN
        scope := CASE period WHEN '同一小时' THEN 'hour' WHEN '6小时' THEN '6h'
                             WHEN '单日' THEN 'day' WHEN '单次就诊' THEN 'visit' END;
        IF scope IS NOT NULL THEN
            count_key := 'person_institution';
            limit_from := 'value';
        END IF;

    WHEN rule_class = '中药饮片单复方均不予支付' THEN
        measure := 'never';
        scope := 'line';
        limit_from := 'class';

    WHEN rule_class = '中药饮片单方使用不予支付' THEN
        measure := 'closure';
        scope := 'prescription';
        count_key := 'person';
        limit_from := 'class';

    WHEN rule_class = '超互联网医院药品支付范围' THEN
        settings := '{inpatient,emergency,outpatient,chronic,pharmacy}';
        limit_from := 'class';

    WHEN rule_class = '手术项目未按规定折价收费' THEN
        -- the text names the incision group, the value column repeats it
        entry_group := coalesce(nullif(t, ''), value);
        IF entry_group IS NOT NULL THEN
            scope := 'operation';
            count_key := 'person_institution';
            rates_parameter := 'discount_rate_second';
            limit_from := CASE WHEN t = '' THEN 'value' ELSE 'text' END;
        END IF;

    ELSE
        -- 药品限适应症 and 药品限二线使用 name diseases and drugs in words only: the
        -- text is kept, and the point stays unset until an author says the codes
        NULL;
    END CASE;
END
$$;
COMMENT ON FUNCTION medsup.read_limit(text, text, text, text, text) IS 'what a published point limits, read from its text first and its value column second (docs/knowledge.md)';

CREATE FUNCTION medsup.import_problems(
    OUT file text, OUT row_no bigint, OUT column_name text, OUT found text, OUT allowed text, OUT hint text)
RETURNS SETOF record
-- compiling the many branches costs more than running them
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH p AS (
        SELECT row_number() OVER (ORDER BY i.row_no) AS n, btrim(i.kp_id) AS kp_id, i.rule_class, i.gz_code, i.item_name,
               i.supersedes, i.n_codes, i.codes, r.rule_code, r.gz_code_1_0,
               CASE WHEN i.codes IS NULL OR i.codes = '' THEN '{}' ELSE string_to_array(i.codes, ';') END AS list
        FROM medsup.import_point i
        LEFT JOIN medsup.rule r ON r.name_zh = i.rule_class AND r.origin = 'national'
    ), old AS (
        SELECT p.n, p.kp_id, btrim(s.code, ' "[]') AS replaced
        FROM p CROSS JOIN LATERAL regexp_split_to_table(p.supersedes, '[;,]') AS s (code)
        WHERE p.supersedes <> ''
    ), l AS (
        SELECT row_number() OVER (ORDER BY i.row_no) AS n, i.* FROM medsup.import_limit i
    ), c AS (
        SELECT row_number() OVER (ORDER BY i.row_no) AS n, i.kp_id, i.code FROM medsup.import_code i
    ), x AS (
        SELECT row_number() OVER (ORDER BY i.row_no) AS n, i.* FROM medsup.import_pair i
    ), problem (file, n, col, found, allowed, hint) AS (
        SELECT 'kb_points.csv', p.n, 'kp_id', p.kp_id, 'a word of 1 to 64 characters', 'Every point has an identity; later files refer to it.'
        FROM p WHERE p.kp_id IS NULL OR p.kp_id !~ '^\S{1,64}$'
        UNION ALL
        SELECT 'kb_points.csv', d.n, 'kp_id', d.kp_id, 'each identity once', 'Remove the repeated row.'
        FROM (SELECT p.n, p.kp_id, row_number() OVER (PARTITION BY p.kp_id ORDER BY p.n) AS nth FROM p) AS d WHERE d.nth > 1
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'rule_class', p.rule_class, 'the name of a rule of the 2025 edition', 'See name_zh in medsup.rule.'
        FROM p WHERE p.rule_code IS NULL
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'gz_code', p.gz_code, coalesce(p.gz_code_1_0, 'empty'), 'The code in framework 1.0 must be that of the class.'
        FROM p WHERE p.rule_code IS NOT NULL AND coalesce(p.gz_code, '') <> '' AND p.gz_code IS DISTINCT FROM p.gz_code_1_0
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'item_name', p.item_name, 'a name', 'Every point names its drug, item or pair.'
        FROM p WHERE p.item_name IS NULL OR btrim(p.item_name) = ''
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'n_codes', p.n_codes, cardinality(p.list)::text, 'n_codes counts the codes of the row; a difference means that codes were lost.'
        FROM p WHERE btrim(p.n_codes) IS DISTINCT FROM cardinality(p.list)::text
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'codes', k.code, 'a drug, consumable, herb or service item code', 'The code is no fee_item.'
        FROM p CROSS JOIN LATERAL unnest(p.list) AS k (code) WHERE medsup.try_fee_item(k.code) IS NULL
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'codes', k.code, 'each code once in a point', 'Remove the repeated code.'
        FROM p CROSS JOIN LATERAL unnest(p.list) AS k (code) GROUP BY p.n, k.code HAVING count(*) > 1
        UNION ALL
        SELECT 'kb_points.csv', p.n, 'codes', p.codes, 'two codes, main;sub', 'A point of 医疗服务项目重复收费 is a pair.'
        FROM p WHERE p.rule_class = '医疗服务项目重复收费' AND cardinality(p.list) <> 2
        UNION ALL
        SELECT 'kb_points.csv', o.n, 'supersedes', o.replaced, 'another point of the file or one already loaded', 'A point can only replace one that is known.'
        FROM old o
        WHERE o.replaced = o.kp_id
           OR NOT EXISTS (SELECT FROM p WHERE p.kp_id = o.replaced)
          AND NOT EXISTS (SELECT FROM medsup.knowledge k WHERE k.entry_code = o.replaced)
        UNION ALL
        SELECT 'kb_points.csv', o.n, 'supersedes', o.replaced, 'no point that replaces this one in turn', 'Two points replace each other.'
        FROM old o JOIN old b ON b.kp_id = o.replaced AND b.replaced = o.kp_id AND o.replaced <> o.kp_id
        UNION ALL
        SELECT 'kb_codes_long.csv', c.n, 'kp_id', c.kp_id, 'a point of kb_points.csv', 'Load the two files of the same edition together.'
        FROM c WHERE NOT EXISTS (SELECT FROM p WHERE p.kp_id = c.kp_id)
        UNION ALL
        SELECT 'kb_codes_long.csv', c.n, 'code', c.code, 'a code listed in the point''s row of kb_points.csv', 'The two files differ: load those of the same edition.'
        FROM c JOIN p ON p.kp_id = c.kp_id WHERE c.code IS NULL OR c.code <> ALL (p.list)
        UNION ALL
        SELECT 'kb_codes_long.csv', NULL, 'code', k.code, 'every code of kb_points.csv', 'Point ' || p.kp_id || ' lists it; the two files differ.'
        FROM p CROSS JOIN LATERAL unnest(p.list) AS k (code)
        WHERE EXISTS (SELECT FROM c) AND NOT EXISTS (SELECT FROM c WHERE c.kp_id = p.kp_id AND c.code = k.code)
        UNION ALL
        SELECT 'nhsa_points.csv', l.n, 'rule_class', l.rule_class, 'the name of a rule of the 2025 edition', 'See name_zh in medsup.rule.'
        FROM l WHERE l.rule_class IS NULL
                  OR NOT medsup.published_class(l.rule_class) && (SELECT array_agg(r.name_zh) FROM medsup.rule r WHERE r.origin = 'national')
        UNION ALL
        SELECT 'nhsa_points.csv', l.n, 'name', l.name, 'a name', 'A limit is matched to its point by class and name.'
        FROM l WHERE l.name IS NULL OR btrim(l.name) = ''
        UNION ALL
        SELECT 'nhsa_points.csv', l.n, 'code', l.code, 'a drug, consumable, herb or service item code', 'The code is no fee_item.'
        FROM l WHERE l.code IS NULL OR medsup.try_fee_item(l.code) IS NULL
        UNION ALL
        SELECT 'nhsa_points.csv', l.n, 'limit_value', l.limit_value, w.words, 'The value does not belong to its limit_kind; correct it or leave it empty.'
        FROM l JOIN (VALUES ('限定性别对象', '^(男|女)$', '男 or 女'),
                            ('限定年龄对象', '^(儿童|新生儿|婴幼儿)$', '儿童, 新生儿 or 婴幼儿'),
                            ('限年龄', '^法定就业年龄$', '法定就业年龄'),
                            ('限定保险类型', '^(工伤|生育)$', '工伤 or 生育'),
                            ('限定就医方式', '^住院$', '住院'),
                            ('限定机构等级', '^[一二三]级$', '一级, 二级 or 三级'),
                            ('限定支付疗程', '^[0-9]{1,4}天$', 'days, such as 14天'),
                            ('限定频次', '^[0-9]{1,4}(小时|天|次)?/日$', 'a number per day, such as 1/日 or 24小时/日'),
                            ('周期超频次', '^[0-9]{1,4}$', 'a number')) AS w (kind, pattern, words)
             ON w.kind = l.limit_kind
        WHERE coalesce(l.limit_value, '') <> '' AND l.limit_value !~ w.pattern
        UNION ALL
        SELECT 'nhsa_points.csv', l.n, 'limit_kind', l.limit_kind, 'one of the published kinds of limit', 'See docs/knowledge.md for the list.'
        FROM l WHERE l.limit_kind IS NULL
                  OR l.limit_kind <> ALL ('{限定性别对象,限定年龄对象,限年龄,限定保险类型,限定就医方式,限定机构等级,限定支付疗程,限支付疗程,限定频次,周期超频次,限定主次操作}')
        UNION ALL
        SELECT 'nhsa_points.csv', l.n, 'window', l."window", '单日, or days such as 14天', 'The window does not parse; correct it or leave it empty.'
        FROM l WHERE coalesce(l."window", '') <> '' AND l."window" !~ '^(单日|[0-9]{1,4}天)$'
        UNION ALL
        SELECT 'nhsa_exclusive_pairs.csv', x.n, 'window', x."window", '同一小时, 6小时, 单日 or 单次就诊', 'Without a window the pair cannot be judged.'
        FROM x WHERE x."window" IS NULL OR x."window" <> ALL ('{同一小时,6小时,单日,单次就诊}')
        UNION ALL
        SELECT 'nhsa_exclusive_pairs.csv', x.n, k.col, k.code, 'a service item code', 'The code is no fee_item.'
        FROM x CROSS JOIN LATERAL (VALUES ('main_code', x.main_code), ('sub_code', x.sub_code)) AS k (col, code)
        WHERE k.code IS NULL OR medsup.try_fee_item(k.code) IS NULL
        UNION ALL
        SELECT 'nhsa_exclusive_pairs.csv', x.n, 'sub_code', x.sub_code, 'another code than main_code', 'An item cannot exclude itself.'
        FROM x WHERE x.main_code = x.sub_code
        UNION ALL
        SELECT 'nhsa_exclusive_pairs.csv', x.n, 'main_code', x.main_code || ';' || x.sub_code, 'a pair of kb_points.csv', 'No point of 医疗服务项目重复收费 has these two codes.'
        FROM x WHERE NOT EXISTS (SELECT FROM p WHERE p.rule_class = '医疗服务项目重复收费' AND p.codes = x.main_code || ';' || x.sub_code)
    )
    SELECT problem.file, problem.n, problem.col, problem.found, problem.allowed, problem.hint
    FROM problem
    ORDER BY array_position('{kb_points.csv,kb_codes_long.csv,nhsa_points.csv,nhsa_exclusive_pairs.csv}'::text[], problem.file),
             problem.n, problem.col COLLATE "C", problem.found COLLATE "C", problem.allowed COLLATE "C"
$$;
COMMENT ON FUNCTION medsup.import_problems() IS 'every row of the import tables that cannot be loaded: file, data row, column, what was found, what is allowed';

CREATE FUNCTION medsup.knowledge_summary(
    OUT points int, OUT in_force int, OUT superseded int, OUT unset int, OUT not_judged int, OUT ready int,
    OUT codes int, OUT classes int, OUT pairs int) RETURNS record
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.count(*)::int,
           (pg_catalog.count(*) FILTER (WHERE s.in_force))::int,
           (pg_catalog.count(*) FILTER (WHERE NOT s.in_force))::int,
           (pg_catalog.count(*) FILTER (WHERE s.status OPERATOR(pg_catalog.=) 'unset'))::int,
           (pg_catalog.count(*) FILTER (WHERE s.status OPERATOR(pg_catalog.=) 'not_judged'))::int,
           (pg_catalog.count(*) FILTER (WHERE s.status OPERATOR(pg_catalog.=) 'ready'))::int,
           (SELECT pg_catalog.count(*)::int FROM (SELECT DISTINCT c.code FROM medsup.knowledge_code c) AS d),
           pg_catalog.count(DISTINCT s.rule_code)::int,
           (pg_catalog.count(*) FILTER (WHERE s.kind OPERATOR(pg_catalog.=) 'K5'))::int
    FROM medsup.knowledge_status s;
END;
COMMENT ON FUNCTION medsup.knowledge_summary() IS 'what is loaded: points, in force, superseded, unset, not judged in this version, ready, distinct codes, classes, exclusive pairs';

CREATE FUNCTION medsup.published_basis(batch_tag text, OUT basis text, OUT basis_no text, OUT published date) RETURNS record
LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
BEGIN ATOMIC
    SELECT '国家医疗保障局《医疗保障基金智能监管规则库、知识库》公布的知识点',
           COALESCE(d.name OPERATOR(pg_catalog.||) COALESCE(' ' OPERATOR(pg_catalog.||) d.day, ''), batch_tag),
           d.day::date
    FROM (SELECT 1) AS one
    -- batches 12 to 17 appeared between 2026-05-23 and 2026-06-29; which day is not known
    LEFT JOIN (VALUES ('batch_01', '第1批', '2025-05-23'), ('batch_02', '第2批', '2025-07-22'), ('batch_03', '第3批', '2025-07-30'),
                      ('batch_04', '第4批', '2025-08-08'), ('batch_05', '第5批', '2025-08-14'), ('batch_06', '第6批', '2025-08-26'),
                      ('batch_07', '第7批', '2025-12-12'), ('batch_08', '第8批', '2026-01-06'), ('batch_09', '第9批', '2026-04-21'),
                      ('batch_10', '第10批', '2026-04-28'), ('batch_11', '第11批', '2026-05-11'), ('batch_12', '第12批', NULL),
                      ('batch_13', '第13批', NULL), ('batch_14', '第14批', NULL), ('batch_15', '第15批', NULL), ('batch_16', '第16批', NULL),
                      ('batch_17', '第17批', NULL), ('updates_2026-01', '更新', '2026-01-28')) AS d (tag, name, day)
           ON d.tag OPERATOR(pg_catalog.=) batch_tag;
END;
COMMENT ON FUNCTION medsup.published_basis(text) IS 'document and batch a published point comes from, and the day it was published';

CREATE FUNCTION medsup.load_knowledge(
    OUT added int, OUT changed int, OUT unchanged int,
    OUT points int, OUT in_force int, OUT superseded int, OUT unset int, OUT not_judged int, OUT ready int,
    OUT codes int, OUT classes int, OUT pairs int) RETURNS record
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    bad     bigint;
    listing text;
    first_hint text;
    touched int;
BEGIN
    -- one load at a time; readers go on with what was there
    LOCK TABLE medsup.knowledge, medsup.knowledge_code, medsup.knowledge_supersedes IN SHARE ROW EXCLUSIVE MODE;
    IF NOT EXISTS (SELECT FROM medsup.import_point) THEN
        RAISE EXCEPTION 'no knowledge points to load'
        USING ERRCODE = 'MS101',
              DETAIL = 'The table medsup.import_point is empty.',
              HINT = 'Copy kb_points.csv and its companions into the import tables first (docs/knowledge.md), or give the server''s folder: SELECT * FROM medsup.load_knowledge(''/folder'').';
    END IF;

    SELECT count(*),
           string_agg(CASE WHEN w.n <= 20 THEN
               format('%s%s, column %s: found %s, allowed is %s.', w.file, ' row ' || w.row_no, w.column_name,
                      coalesce('"' || left(w.found, 60) || '"', 'nothing'), w.allowed) END, E'\n' ORDER BY w.n),
           min(w.hint) FILTER (WHERE w.n = 1)
    INTO bad, listing, first_hint
    FROM (SELECT row_number() OVER () AS n, i.* FROM medsup.import_problems() i) AS w;
    IF bad > 0 THEN
        RAISE EXCEPTION 'knowledge files have % broken %, nothing was loaded', bad, CASE WHEN bad = 1 THEN 'row' ELSE 'rows' END
        USING ERRCODE = 'MS101',
              DETAIL = listing || CASE WHEN bad > 20 THEN format(E'\nand %s more', bad - 20) ELSE '' END,
              HINT = first_hint || ' Rows count from 1 after the header line; medsup.import_problems() lists all while the import tables are filled.';
    END IF;

    WITH value AS (
        -- a newer point has no value row of its own: it takes that of its class and name
        SELECT k.class, l.name,
               string_agg(DISTINCT nullif(l.limit_value, ''), ';' ORDER BY nullif(l.limit_value, '')) AS value,
               string_agg(DISTINCT nullif(l."window", ''), ';' ORDER BY nullif(l."window", '')) AS period,
               min(nullif(l.text, '')) AS text
        FROM medsup.import_limit l CROSS JOIN LATERAL unnest(medsup.published_class(l.rule_class)) AS k (class)
        GROUP BY k.class, l.name
    ), point AS (
        SELECT btrim(p.kp_id) AS kp_id, r.rule_code, p.rule_class, btrim(p.item_name) AS item_name, p.detect_logic, p.batch, p.batch_tag,
               coalesce(nullif(p."constraint", ''), v.text) AS limit_text,
               v.value AS value,
               coalesce(x."window", v.period) AS period
        FROM medsup.import_point p
        JOIN medsup.rule r ON r.name_zh = p.rule_class AND r.origin = 'national'
        LEFT JOIN value v ON v.class = p.rule_class AND v.name = p.item_name
        LEFT JOIN medsup.import_pair x
               ON p.rule_class = '医疗服务项目重复收费' AND p.codes = x.main_code || ';' || x.sub_code
    ), read AS (
        SELECT p.*, l.*
        FROM point p CROSS JOIN LATERAL medsup.read_limit(p.rule_class, p.limit_text, p.detect_logic, p.value, p.period) AS l
    ), merged AS (
        INSERT INTO medsup.knowledge AS k
            (entry_code, rule_code, origin, item_name, sex, age_from, age_below, age_unit, age_from_parameter, age_below_parameter,
             insurance, settings, level_min, level_first_only, alt_level_min, alt_medins_type_parameter,
             scope, window_days, count_key, measure, limit_value, unit, rates_parameter, entry_group, valid_from, basis, basis_no, limit_from, widened, widen_reason,
             rule_class, batch, batch_tag, detect_logic, limit_text, limit_value_text, limit_window_text)
        SELECT d.kp_id, d.rule_code, 'national', d.item_name, d.sex, d.age_from, d.age_below, d.age_unit, d.age_from_parameter, d.age_below_parameter,
               d.insurance, d.settings, d.level_min, d.level_first_only, d.alt_level_min, d.alt_medins_type_parameter,
               d.scope, d.window_days, d.count_key, d.measure, d.limit_value, d.unit, d.rates_parameter, d.entry_group,
               b.published, b.basis, b.basis_no, d.limit_from, d.widened, d.widen_reason,
               d.rule_class, nullif(d.batch, ''), nullif(d.batch_tag, ''), nullif(d.detect_logic, ''), d.limit_text, d.value, d.period
        FROM read d CROSS JOIN LATERAL medsup.published_basis(d.batch_tag) AS b
        ON CONFLICT (entry_code) DO UPDATE
        SET rule_code = excluded.rule_code, origin = 'national', item_name = excluded.item_name,
            sex = excluded.sex, age_from = excluded.age_from, age_below = excluded.age_below, age_unit = excluded.age_unit,
            age_from_parameter = excluded.age_from_parameter, age_below_parameter = excluded.age_below_parameter,
            insurance = excluded.insurance, settings = excluded.settings,
            level_min = excluded.level_min, level_first_only = excluded.level_first_only,
            alt_level_min = excluded.alt_level_min, alt_medins_type_parameter = excluded.alt_medins_type_parameter,
            scope = excluded.scope, window_days = excluded.window_days, count_key = excluded.count_key, measure = excluded.measure,
            limit_value = excluded.limit_value, unit = excluded.unit, rates_parameter = excluded.rates_parameter, entry_group = excluded.entry_group, valid_from = excluded.valid_from, basis = excluded.basis, basis_no = excluded.basis_no,
            limit_from = excluded.limit_from, widened = excluded.widened, widen_reason = excluded.widen_reason,
            rule_class = excluded.rule_class, batch = excluded.batch, batch_tag = excluded.batch_tag, detect_logic = excluded.detect_logic,
            limit_text = excluded.limit_text, limit_value_text = excluded.limit_value_text, limit_window_text = excluded.limit_window_text,
            loaded_by = CURRENT_USER, loaded_at = now()
        WHERE (k.rule_code, k.origin, k.item_name, k.sex, k.age_from, k.age_below, k.age_unit, k.age_from_parameter, k.age_below_parameter,
               k.insurance, k.settings, k.level_min, k.level_first_only, k.alt_level_min, k.alt_medins_type_parameter,
               k.scope, k.window_days, k.count_key, k.measure, k.limit_value, k.unit, k.rates_parameter, k.entry_group, k.valid_from, k.basis, k.basis_no, k.limit_from, k.widened, k.widen_reason,
               k.rule_class, k.batch, k.batch_tag, k.detect_logic, k.limit_text, k.limit_value_text, k.limit_window_text)
              IS DISTINCT FROM
              (excluded.rule_code, excluded.origin, excluded.item_name, excluded.sex, excluded.age_from, excluded.age_below, excluded.age_unit,
               excluded.age_from_parameter, excluded.age_below_parameter, excluded.insurance, excluded.settings,
               excluded.level_min, excluded.level_first_only, excluded.alt_level_min, excluded.alt_medins_type_parameter,
               excluded.scope, excluded.window_days, excluded.count_key, excluded.measure, excluded.limit_value, excluded.unit, excluded.rates_parameter, excluded.entry_group, excluded.valid_from,
               excluded.basis, excluded.basis_no, excluded.limit_from, excluded.widened, excluded.widen_reason,
               excluded.rule_class, excluded.batch, excluded.batch_tag, excluded.detect_logic,
               excluded.limit_text, excluded.limit_value_text, excluded.limit_window_text)
        -- xmax tells a row that was there from one that is new
        RETURNING k.entry_code, k.xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE m.is_new), count(*) FILTER (WHERE NOT m.is_new) INTO added, changed FROM merged m;
    unchanged := (SELECT count(*) FROM medsup.import_point) - added - changed;

    -- a point whose codes or predecessors alone changed counts as changed, too
    WITH wanted AS (
        SELECT btrim(p.kp_id) AS entry_code,
               CASE WHEN p.rule_class = '医疗服务项目重复收费' AND k.nth = 2 THEN 'sub' ELSE 'main' END AS role,
               medsup.try_fee_item(k.code) AS code
        FROM medsup.import_point p CROSS JOIN LATERAL unnest(string_to_array(nullif(p.codes, ''), ';')) WITH ORDINALITY AS k (code, nth)
    ), gone AS (
        DELETE FROM medsup.knowledge_code c
        USING medsup.import_point p
        WHERE c.entry_code = btrim(p.kp_id)
          AND NOT EXISTS (SELECT FROM wanted w WHERE w.entry_code = c.entry_code AND w.role = c.role AND w.code OPERATOR(medsup.=) c.code)
        RETURNING c.entry_code
    ), put AS (
        INSERT INTO medsup.knowledge_code (entry_code, role, code)
        SELECT w.entry_code, w.role, w.code FROM wanted w
        ON CONFLICT DO NOTHING
        RETURNING entry_code
    ), predecessor AS (
        SELECT btrim(p.kp_id) AS entry_code, btrim(s.code, ' "[]') AS supersedes
        FROM medsup.import_point p CROSS JOIN LATERAL regexp_split_to_table(p.supersedes, '[;,]') AS s (code)
        WHERE p.supersedes <> ''
    ), unlinked AS (
        DELETE FROM medsup.knowledge_supersedes o
        USING medsup.import_point p
        WHERE o.entry_code = btrim(p.kp_id)
          AND NOT EXISTS (SELECT FROM predecessor w WHERE w.entry_code = o.entry_code AND w.supersedes = o.supersedes)
        RETURNING o.entry_code
    ), linked AS (
        INSERT INTO medsup.knowledge_supersedes (entry_code, supersedes)
        SELECT w.entry_code, w.supersedes FROM predecessor w
        ON CONFLICT DO NOTHING
        RETURNING entry_code
    ), moved AS (
        SELECT entry_code FROM gone UNION SELECT entry_code FROM put
        UNION SELECT entry_code FROM unlinked UNION SELECT entry_code FROM linked
    )
    SELECT count(*) INTO touched FROM moved m
    JOIN medsup.knowledge k ON k.entry_code = m.entry_code AND k.loaded_at <> now();
    changed := changed + touched;
    unchanged := unchanged - touched;

    DELETE FROM medsup.import_point;
    DELETE FROM medsup.import_code;
    DELETE FROM medsup.import_limit;
    DELETE FROM medsup.import_pair;

    SELECT s.points, s.in_force, s.superseded, s.unset, s.not_judged, s.ready, s.codes, s.classes, s.pairs
    INTO points, in_force, superseded, unset, not_judged, ready, codes, classes, pairs
    FROM medsup.knowledge_summary() s;
END
$$;
COMMENT ON FUNCTION medsup.load_knowledge() IS 'checks the import tables and merges them into knowledge, all or nothing; the same files again change nothing';

CREATE FUNCTION medsup.load_knowledge(
    directory text,
    OUT added int, OUT changed int, OUT unchanged int,
    OUT points int, OUT in_force int, OUT superseded int, OUT unset int, OUT not_judged int, OUT ready int,
    OUT codes int, OUT classes int, OUT pairs int) RETURNS record
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    f       record;
    problem text;
    place   text;
BEGIN
    IF directory IS NULL THEN
        RAISE EXCEPTION 'no folder was given'
        USING ERRCODE = '22004',
              HINT = 'medsup.load_knowledge() without an argument loads what was copied into the import tables.';
    END IF;
    DELETE FROM medsup.import_point;
    DELETE FROM medsup.import_code;
    DELETE FROM medsup.import_limit;
    DELETE FROM medsup.import_pair;
    FOR f IN SELECT * FROM (VALUES
        ('kb_points.csv', 'medsup.import_point (kp_id, rule_class, gz_code, level1, level2, item_name, "constraint", detect_logic, batch, batch_tag, supersedes, n_codes, codes)'),
        ('kb_codes_long.csv', 'medsup.import_code (kp_id, rule_class, batch_tag, item_name, code)'),
        ('nhsa_points.csv', 'medsup.import_limit (batch, rule_class, kind, name, code, limit_kind, limit_value, "window", text)'),
        ('nhsa_exclusive_pairs.csv', 'medsup.import_pair (seq, "window", main_name, main_code, sub_name, sub_code, note)')) AS v (name, target)
    LOOP
        BEGIN
            -- COPY itself refuses who may not read the server's files
            EXECUTE format('COPY %s FROM %L WITH (FORMAT csv, HEADER match, ENCODING ''UTF8'')',
                           f.target, rtrim(directory, '/') || '/' || f.name);
        EXCEPTION WHEN undefined_file THEN
            RAISE EXCEPTION 'knowledge file "%" not found on the server', rtrim(directory, '/') || '/' || f.name
            USING ERRCODE = '58P01',
                  DETAIL = 'The folder must hold kb_points.csv, kb_codes_long.csv, nhsa_points.csv and nhsa_exclusive_pairs.csv, readable by the server.',
                  HINT = 'Files on your own machine go in by \copy into the import tables, then medsup.load_knowledge() (docs/knowledge.md).';
        WHEN data_exception THEN
            -- a file that is no CSV of this shape: say which, and where
            GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT, place = PG_EXCEPTION_CONTEXT;
            place := substring(place FROM 'COPY \w+, line ([0-9]+)');
            RAISE EXCEPTION 'knowledge file "%" cannot be read%', f.name, coalesce(' at line ' || place, '')
            USING ERRCODE = 'MS101', DETAIL = format('The server says: %s. Nothing was loaded.', problem),
                  HINT = 'The file must be CSV in UTF-8 without byte order mark, with the published header line. Excel writes a byte order mark, and old programs GB 18030: save it as plain UTF-8.';
        END;
    END LOOP;
    SELECT l.* INTO added, changed, unchanged, points, in_force, superseded, unset, not_judged, ready, codes, classes, pairs
    FROM medsup.load_knowledge() l;
END
$$;
COMMENT ON FUNCTION medsup.load_knowledge(text) IS 'loads the four published files from a folder of the server; the caller needs pg_read_server_files';
