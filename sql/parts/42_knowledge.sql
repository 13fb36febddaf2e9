-- Knowledge: one row a knowledge point (知识点), with what it limits in columns
-- the evaluator reads and what was published beside it, so that every reading
-- of a text can be checked against the text.

CREATE TABLE medsup.knowledge (
    entry_code      text PRIMARY KEY CHECK (entry_code OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    rule_code       text NOT NULL REFERENCES medsup.rule (rule_code),
    origin          text NOT NULL DEFAULT 'local'
                    CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,bundled,local}')),
    item_name       text NOT NULL CHECK (item_name OPERATOR(pg_catalog.<>) ''),
    enabled         boolean NOT NULL DEFAULT true,
    -- what is limited
    sex             text CHECK (sex OPERATOR(pg_catalog.=) ANY ('{male,female}')),
    age_from        int CHECK (age_from OPERATOR(pg_catalog.>=) 0),
    age_below       int CHECK (age_below OPERATOR(pg_catalog.>) 0),
    age_unit        text CHECK (age_unit OPERATOR(pg_catalog.=) ANY ('{day,month,year}')),
    age_from_parameter  text REFERENCES medsup.rule_parameter (name),
    age_below_parameter text REFERENCES medsup.rule_parameter (name),
    insurance       text[] CHECK (insurance OPERATOR(pg_catalog.<@) '{basic,work_injury,maternity}'),
    settings        text[] CHECK (settings OPERATOR(pg_catalog.<@) '{inpatient,emergency,outpatient,chronic,pharmacy,internet}'),
    level_min       int CHECK (level_min OPERATOR(pg_catalog.=) ANY ('{1,2,3}')),
    level_first_only boolean NOT NULL DEFAULT false,
    alt_level_min   int CHECK (alt_level_min OPERATOR(pg_catalog.=) ANY ('{1,2,3}')),
    alt_medins_type text,
    alt_medins_type_parameter text REFERENCES medsup.rule_parameter (name),
    scope           text CHECK (scope OPERATOR(pg_catalog.=) ANY ('{line,prescription,hour,6h,day,rolling,week,month,quarter,year,insurance_year,visit,operation,stay,course,lifetime}')),
    window_days     int CHECK (window_days OPERATOR(pg_catalog.>) 0),
    count_key       text CHECK (count_key OPERATOR(pg_catalog.=) ANY ('{person_institution,person,encounter,prescription,doctor,department}')),
    measure         text CHECK (measure OPERATOR(pg_catalog.=) ANY ('{sex,age,insurance,setting,level,institution_type,department,prescriber,programme,diagnosis,condition,price,never,prerequisite,pair,parts,discount,closure,overlap,quantity,count,hours,supply_days,dose,money,fund_money,kinds,days,span_days,gap_days,visits,visit_days,readmission,stay_overlap,during_stay,after_death}')),
    limit_value     numeric(14,4) CHECK (limit_value OPERATOR(pg_catalog.>=) 0),
    limit_parameter text REFERENCES medsup.rule_parameter (name),
    limit_basis     text CHECK (limit_basis OPERATOR(pg_catalog.=) ANY ('{constant,stay_days,item,case}')),
    limit_case      text,
    unit            text,
    at_least        int CHECK (at_least OPERATOR(pg_catalog.>) 0),
    before_days     int CHECK (before_days OPERATOR(pg_catalog.>=) '-1'),
    sub_first       boolean NOT NULL DEFAULT false,
    departments     text[] CHECK (pg_catalog.cardinality(departments) OPERATOR(pg_catalog.>) 0),
    medins_types    text[] CHECK (pg_catalog.cardinality(medins_types) OPERATOR(pg_catalog.>) 0),
    programmes      text[] CHECK (pg_catalog.cardinality(programmes) OPERATOR(pg_catalog.>) 0),
    grade_min       int CHECK (grade_min OPERATOR(pg_catalog.=) ANY ('{1,2,3}')),
    dx_required     text,
    dx_forbidden    text,
    oprn_required   text,
    dx_main_only    boolean NOT NULL DEFAULT false,
    dx_relation     text CHECK (dx_relation OPERATOR(pg_catalog.=) ANY ('{any,same_chapter,same_category,same}')),
    rates           numeric[] CHECK (0 OPERATOR(pg_catalog.<) ALL (rates) AND 1 OPERATOR(pg_catalog.>=) ALL (rates)
                                     AND pg_catalog.cardinality(rates) OPERATOR(pg_catalog.<=) 4),
    rates_parameter text REFERENCES medsup.rule_parameter (name),
    condition       text,
    -- where and when it holds
    levels          int[] CHECK (levels OPERATOR(pg_catalog.<@) '{0,1,2,3}' AND pg_catalog.cardinality(levels) OPERATOR(pg_catalog.>) 0),
    access          text,
    entry_group     text CHECK (entry_group OPERATOR(pg_catalog.<>) ''),
    valid_from      date,
    valid_to        date,
    region          text,
    region_by       text CHECK (region_by OPERATOR(pg_catalog.=) ANY ('{care,insured}')),
    basis           text,
    basis_no        text,
    -- how it was read
    limit_from      text CHECK (limit_from OPERATOR(pg_catalog.=) ANY ('{text,value,class,author}')),
    widened         boolean NOT NULL DEFAULT false,
    widen_reason    text,
    -- what was published
    rule_class      text,
    batch           text,
    batch_tag       text,
    detect_logic    text,
    limit_text      text,
    limit_value_text text,
    limit_window_text text,
    loaded_by       text NOT NULL DEFAULT CURRENT_USER,
    loaded_at       timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT knowledge_validity CHECK (valid_from OPERATOR(pg_catalog.<=) valid_to),
    CONSTRAINT knowledge_region CHECK ((region IS NULL) OPERATOR(pg_catalog.=) (region_by IS NULL)),
    CONSTRAINT knowledge_widened CHECK (NOT widened OR widen_reason IS NOT NULL),
    CONSTRAINT knowledge_local_code CHECK (origin OPERATOR(pg_catalog.<>) 'local' OR entry_code OPERATOR(pg_catalog.!~~) 'KP-%')
);
COMMENT ON TABLE medsup.knowledge IS 'one row a knowledge point: what it limits, where and when it holds, how it was read and what was published';
COMMENT ON COLUMN medsup.knowledge.entry_code IS 'identity: the published kp_id, or the bureau''s own code (not beginning with KP-)';
COMMENT ON COLUMN medsup.knowledge.rule_code IS 'the rule it belongs to';
COMMENT ON COLUMN medsup.knowledge.origin IS 'national: loaded from the published files; bundled: shipped with the extension; local: the bureau''s own';
COMMENT ON COLUMN medsup.knowledge.item_name IS 'name of drug, item or pair as published';
COMMENT ON COLUMN medsup.knowledge.enabled IS 'false takes the point out of the next rulebook';
COMMENT ON COLUMN medsup.knowledge.sex IS 'K1: the sex it is for';
COMMENT ON COLUMN medsup.knowledge.age_from IS 'K1: allowed from this age on';
COMMENT ON COLUMN medsup.knowledge.age_below IS 'K1: allowed below this age';
COMMENT ON COLUMN medsup.knowledge.age_unit IS 'K1: unit of both ages';
COMMENT ON COLUMN medsup.knowledge.age_from_parameter IS 'K1: parameter that gives age_from when the point names a class of age, not a number';
COMMENT ON COLUMN medsup.knowledge.age_below_parameter IS 'K1: parameter that gives age_below when the point names a class of age, not a number';
COMMENT ON COLUMN medsup.knowledge.insurance IS 'K1: kinds of insurance that may pay';
COMMENT ON COLUMN medsup.knowledge.settings IS 'K2: settings (就医方式) that are allowed; K12: of the visits that are meant';
COMMENT ON COLUMN medsup.knowledge.level_min IS 'K2: lowest level of institution';
COMMENT ON COLUMN medsup.knowledge.level_first_only IS 'K2: the level binds only a person''s first prescription';
COMMENT ON COLUMN medsup.knowledge.alt_level_min IS 'K2: lowest level for institutions of alt_medins_type';
COMMENT ON COLUMN medsup.knowledge.alt_medins_type IS 'K2: value of medins_type for which alt_level_min suffices';
COMMENT ON COLUMN medsup.knowledge.alt_medins_type_parameter IS 'K2: parameter that gives alt_medins_type';
COMMENT ON COLUMN medsup.knowledge.scope IS 'over what it looks: line, prescription, hour, 6h, day, rolling, week, month, quarter, year, insurance_year, visit, operation, stay, course, lifetime; NULL where the measure leaves no choice';
COMMENT ON COLUMN medsup.knowledge.window_days IS 'days of a rolling window';
COMMENT ON COLUMN medsup.knowledge.count_key IS 'whose lines share a counter: person_institution, person, encounter, prescription, doctor, department';
COMMENT ON COLUMN medsup.knowledge.measure IS 'what it looks at (docs/knowledge.md); NULL where kind and columns make it clear';
COMMENT ON COLUMN medsup.knowledge.limit_value IS 'the largest count or price (gap_days, readmission: the smallest distance) that is paid';
COMMENT ON COLUMN medsup.knowledge.limit_parameter IS 'parameter that gives limit_value';
COMMENT ON COLUMN medsup.knowledge.limit_basis IS 'what the limit is multiplied with: constant, stay_days, item (quantity of the codes of role per), case (limit_case)';
COMMENT ON COLUMN medsup.knowledge.limit_case IS 'number expression for limit_basis case (docs/expressions.md)';
COMMENT ON COLUMN medsup.knowledge.unit IS 'unit to show: time, hour, day';
COMMENT ON COLUMN medsup.knowledge.at_least IS 'K5, K10: so many codes of the set together; K4: so many of the prerequisite';
COMMENT ON COLUMN medsup.knowledge.before_days IS 'K4: how many days before the scope the prerequisite may lie; -1 for ever';
COMMENT ON COLUMN medsup.knowledge.sub_first IS 'K4: the prerequisite must come first';
COMMENT ON COLUMN medsup.knowledge.departments IS 'K2: beginnings of the department codes that are allowed';
COMMENT ON COLUMN medsup.knowledge.medins_types IS 'K2: kinds of institution (medins_type) that are allowed';
COMMENT ON COLUMN medsup.knowledge.programmes IS 'K2: beginnings of dise_no whose list the codes of role list are';
COMMENT ON COLUMN medsup.knowledge.grade_min IS 'K2: least grade of the prescriber''s rights, by duty_map';
COMMENT ON COLUMN medsup.knowledge.dx_required IS 'K3: set of diagnoses, of which one must be there';
COMMENT ON COLUMN medsup.knowledge.dx_forbidden IS 'K3: set of diagnoses, of which none may be there';
COMMENT ON COLUMN medsup.knowledge.oprn_required IS 'K3, K4: set of operations, of which one must be there';
COMMENT ON COLUMN medsup.knowledge.dx_main_only IS 'K3: only the main diagnosis counts';
COMMENT ON COLUMN medsup.knowledge.dx_relation IS 'K12: how the diagnoses of two stays must be related: any, same_chapter, same_category, same';
COMMENT ON COLUMN medsup.knowledge.rates IS 'K7: share of the price for the first, second ... operation; the last one goes on';
COMMENT ON COLUMN medsup.knowledge.rates_parameter IS 'K7: parameter that gives the share for the second and every further operation, the first is paid in full';
COMMENT ON COLUMN medsup.knowledge.condition IS 'boolean expression that is true for a breach (docs/expressions.md)';
COMMENT ON COLUMN medsup.knowledge.levels IS 'levels of institution (0 to 3) for which it speaks at all; NULL: all';
COMMENT ON COLUMN medsup.knowledge.access IS 'boolean expression: it speaks only where this is true';
COMMENT ON COLUMN medsup.knowledge.entry_group IS 'points of a rule with the same group, validity, region, scope and rates are one entry of the book, that of the first of them: it has the codes of all';
COMMENT ON COLUMN medsup.knowledge.valid_from IS 'first day of validity; NULL: open';
COMMENT ON COLUMN medsup.knowledge.valid_to IS 'last day of validity; NULL: open';
COMMENT ON COLUMN medsup.knowledge.region IS 'region it is limited to; NULL: everywhere';
COMMENT ON COLUMN medsup.knowledge.region_by IS 'what region means: care (region of the institution) or insured (where the person is insured)';
COMMENT ON COLUMN medsup.knowledge.basis IS 'document the point was published in';
COMMENT ON COLUMN medsup.knowledge.basis_no IS 'number or batch of that document';
COMMENT ON COLUMN medsup.knowledge.limit_from IS 'where the limit was read: text, value column, class of the point, or set by an author';
COMMENT ON COLUMN medsup.knowledge.widened IS 'the text allows more than its value column, or under a condition that is not judged: stays 可疑 until an author splits it';
COMMENT ON COLUMN medsup.knowledge.widen_reason IS 'what in the text widens it';
COMMENT ON COLUMN medsup.knowledge.rule_class IS 'class as published';
COMMENT ON COLUMN medsup.knowledge.batch IS 'batch number as published';
COMMENT ON COLUMN medsup.knowledge.batch_tag IS 'batch or update as tagged in the files';
COMMENT ON COLUMN medsup.knowledge.detect_logic IS 'detection logic as published';
COMMENT ON COLUMN medsup.knowledge.limit_text IS 'limiting text as loaded';
COMMENT ON COLUMN medsup.knowledge.limit_value_text IS 'value column as loaded; several values joined by ;';
COMMENT ON COLUMN medsup.knowledge.limit_window_text IS 'window column as loaded';
COMMENT ON COLUMN medsup.knowledge.loaded_by IS 'who loaded or added it';
COMMENT ON COLUMN medsup.knowledge.loaded_at IS 'when it was last changed by a load';
CREATE INDEX knowledge_rule ON medsup.knowledge (rule_code);
COMMENT ON INDEX medsup.knowledge_rule IS 'the points of a rule';

CREATE TABLE medsup.knowledge_code (
    entry_code  text NOT NULL REFERENCES medsup.knowledge (entry_code) ON DELETE CASCADE,
    role        text NOT NULL DEFAULT 'main' CHECK (role OPERATOR(pg_catalog.=) ANY ('{main,sub,list,per}')),
    code        medsup.fee_item NOT NULL,
    PRIMARY KEY (entry_code, role, code)
);
COMMENT ON TABLE medsup.knowledge_code IS 'codes of a knowledge point; a node stands for every code below it';
COMMENT ON COLUMN medsup.knowledge_code.entry_code IS 'the point';
COMMENT ON COLUMN medsup.knowledge_code.role IS 'main; sub: what is looked for beside it (K4 the prerequisite, K5 the violating item, K10 the other drug); list: what a programme allows; per: what the limit is measured by';
COMMENT ON COLUMN medsup.knowledge_code.code IS 'the code or node';
CREATE INDEX knowledge_code_code ON medsup.knowledge_code (code);
COMMENT ON INDEX medsup.knowledge_code_code IS 'which points name a code';

CREATE TABLE medsup.knowledge_supersedes (
    entry_code  text NOT NULL REFERENCES medsup.knowledge (entry_code) ON DELETE CASCADE,
    supersedes  text NOT NULL,
    PRIMARY KEY (entry_code, supersedes),
    CONSTRAINT knowledge_supersedes_other CHECK (entry_code OPERATOR(pg_catalog.<>) supersedes)
);
COMMENT ON TABLE medsup.knowledge_supersedes IS 'which point replaces which; the replaced one need not be loaded';
COMMENT ON COLUMN medsup.knowledge_supersedes.entry_code IS 'the newer point';
COMMENT ON COLUMN medsup.knowledge_supersedes.supersedes IS 'the point it replaces';
CREATE INDEX knowledge_supersedes_old ON medsup.knowledge_supersedes (supersedes);
COMMENT ON INDEX medsup.knowledge_supersedes_old IS 'what replaced a point';

CREATE VIEW medsup.effective_point AS
SELECT k.entry_code, k.rule_code, k.origin, k.item_name, k.rule_class, k.enabled,
       r.kind, r.result_type, r.judged, r.not_judged_why, k.widened,
       u.supersedes IS NULL AS in_force,
       -- a replaced point still judges acts of the time before its successor
       u.supersedes IS NULL OR COALESCE(u.last_day OPERATOR(pg_catalog.>=) k.valid_from, u.last_day IS NOT NULL) AS has_days,
       k.valid_from, LEAST(k.valid_to, u.last_day) AS valid_to,
       k.sex, a.age_from, a.age_below, k.age_unit, k.insurance, k.settings,
       k.level_min, k.level_first_only, k.alt_level_min, a.alt_medins_type,
       k.scope, k.window_days, k.count_key, k.measure, a.limit_value, k.unit, a.rates,
       k.entry_group, k.limit_basis, k.limit_case, k.at_least, k.before_days, k.sub_first,
       k.departments, k.medins_types, k.programmes, k.grade_min,
       k.dx_required, k.dx_forbidden, k.oprn_required, k.dx_main_only, k.dx_relation,
       k.condition, k.levels, k.access, k.region, k.region_by, k.basis, k.basis_no,
       c.has_codes,
       CASE WHEN NOT c.has_codes
                 AND (r.kind OPERATOR(pg_catalog.<>) ALL ('{K11,K12}') AND k.condition IS NULL
                      AND COALESCE(k.measure, '') OPERATOR(pg_catalog.<>) ALL ('{count,money,fund_money,kinds}')) THEN 'codes'
            WHEN k.limit_parameter IS NOT NULL AND a.limit_value IS NULL
                 THEN 'parameter ' OPERATOR(pg_catalog.||) k.limit_parameter
            WHEN k.scope OPERATOR(pg_catalog.=) 'course'
                 AND (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) 'course_gap_days') IS NULL THEN 'parameter course_gap_days'
            WHEN k.scope OPERATOR(pg_catalog.=) 'insurance_year'
                 AND (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) 'insurance_year_start') IS NULL THEN 'parameter insurance_year_start'
            WHEN k.condition IS NOT NULL THEN NULL
            WHEN r.kind OPERATOR(pg_catalog.=) 'K1' THEN
                CASE WHEN k.sex IS NULL AND k.insurance IS NULL AND k.age_from IS NULL AND k.age_below IS NULL
                          AND k.age_from_parameter IS NULL AND k.age_below_parameter IS NULL THEN 'limit'
                     WHEN k.age_from_parameter IS NOT NULL AND a.age_from IS NULL
                          THEN 'parameter ' OPERATOR(pg_catalog.||) k.age_from_parameter
                     WHEN k.age_below_parameter IS NOT NULL AND a.age_below IS NULL
                          THEN 'parameter ' OPERATOR(pg_catalog.||) k.age_below_parameter END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K2' THEN
                CASE WHEN k.settings IS NULL AND k.level_min IS NULL AND k.medins_types IS NULL AND k.departments IS NULL
                          AND k.grade_min IS NULL AND k.programmes IS NULL THEN 'limit'
                     WHEN k.alt_medins_type_parameter IS NOT NULL AND a.alt_medins_type IS NULL
                          THEN 'parameter ' OPERATOR(pg_catalog.||) k.alt_medins_type_parameter END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K3' THEN
                CASE WHEN k.dx_required IS NULL AND k.dx_forbidden IS NULL AND k.oprn_required IS NULL THEN 'diagnoses' END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K4' THEN
                CASE WHEN k.scope IS NULL OR (k.oprn_required IS NULL AND NOT c.has_sub) THEN 'prerequisite' END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K5' THEN
                CASE WHEN k.scope IS NULL THEN 'limit' END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K6' THEN
                CASE WHEN a.limit_value IS NULL OR k.measure IS NULL OR k.scope IS NULL THEN 'limit' END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K7' THEN
                CASE WHEN k.rates_parameter IS NOT NULL AND a.rates IS NULL
                          THEN 'parameter ' OPERATOR(pg_catalog.||) k.rates_parameter
                     WHEN a.rates IS NULL OR k.scope IS NULL THEN 'limit' END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K8' THEN
                CASE WHEN a.limit_value IS NULL THEN 'limit' END
            WHEN r.kind OPERATOR(pg_catalog.=) ANY ('{K9,K10,K12}') THEN
                CASE WHEN k.measure IS NULL THEN 'limit'
                     WHEN a.limit_value IS NULL
                          AND k.measure OPERATOR(pg_catalog.=) ANY ('{quantity,dose,kinds,visits,visit_days,readmission}') THEN 'limit' END
            WHEN r.kind OPERATOR(pg_catalog.=) 'K11' THEN 'condition'
       END AS lacks
FROM medsup.knowledge k
JOIN medsup.rule r ON r.rule_code OPERATOR(pg_catalog.=) k.rule_code
LEFT JOIN (SELECT s.supersedes,
                  CASE WHEN pg_catalog.bool_and(n.valid_from IS NOT NULL)
                       THEN pg_catalog.min(n.valid_from) OPERATOR(pg_catalog.-) 1 END AS last_day
           FROM medsup.knowledge_supersedes s
           JOIN medsup.knowledge n ON n.entry_code OPERATOR(pg_catalog.=) s.entry_code AND n.enabled
           GROUP BY s.supersedes) AS u ON u.supersedes OPERATOR(pg_catalog.=) k.entry_code
-- asked point by point, so that wide rows need not be joined to all codes
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM medsup.knowledge_code d
                                   WHERE d.entry_code OPERATOR(pg_catalog.=) k.entry_code) AS has_codes,
                           EXISTS (SELECT FROM medsup.knowledge_code d
                                   WHERE d.entry_code OPERATOR(pg_catalog.=) k.entry_code AND d.role OPERATOR(pg_catalog.=) 'sub') AS has_sub) AS c
-- few points name a parameter: it is looked up for those, not joined to all
CROSS JOIN LATERAL (SELECT CASE WHEN k.age_from_parameter IS NOT NULL THEN
                               (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) k.age_from_parameter) END AS age_from,
                           CASE WHEN k.age_below_parameter IS NOT NULL THEN
                               (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) k.age_below_parameter) END AS age_below,
                           CASE WHEN k.alt_medins_type_parameter IS NOT NULL THEN
                               (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) k.alt_medins_type_parameter) END AS alt_medins_type,
                           CASE WHEN k.limit_parameter IS NOT NULL THEN
                               (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) k.limit_parameter) END AS limit_value,
                           CASE WHEN k.rates_parameter IS NOT NULL THEN
                               (SELECT s.value FROM medsup.parameter_setting s WHERE s.name OPERATOR(pg_catalog.=) k.rates_parameter) END AS rate) AS p
CROSS JOIN LATERAL (SELECT COALESCE(k.age_from, p.age_from::int) AS age_from,
                           COALESCE(k.age_below, p.age_below::int) AS age_below,
                           COALESCE(k.alt_medins_type, p.alt_medins_type) AS alt_medins_type,
                           COALESCE(k.limit_value, CASE WHEN p.limit_value OPERATOR(pg_catalog.~) '^[0-9]+([.][0-9]+)?$' THEN p.limit_value::numeric END) AS limit_value,
                           COALESCE(k.rates, CASE WHEN p.rate OPERATOR(pg_catalog.~) '^[0-9]+([.][0-9]+)?$' THEN ARRAY[1, p.rate::numeric] END) AS rates) AS a;
COMMENT ON VIEW medsup.effective_point IS 'each point with its parameters put in, whether it is in force or until when it was, and what it lacks to be judged';

CREATE VIEW medsup.knowledge_status AS
SELECT e.entry_code, e.rule_code, e.origin, e.item_name, e.rule_class,
       CASE WHEN NOT e.in_force THEN 'superseded'
            WHEN NOT e.enabled THEN 'disabled'
            WHEN NOT e.judged THEN 'not_judged'
            WHEN e.lacks IS NOT NULL THEN 'unset'
            ELSE 'ready' END AS status,
       e.in_force,
       CASE WHEN NOT e.in_force OR NOT e.enabled THEN NULL
            WHEN NOT e.judged THEN e.not_judged_why
            ELSE e.lacks END AS missing,
       e.enabled AND e.judged AND e.lacks IS NULL AND e.has_days AS compiles,
       e.valid_from,
       e.valid_to,
       e.sex, e.age_from, e.age_below, e.age_unit, e.insurance, e.settings,
       e.level_min, e.level_first_only, e.alt_level_min, e.alt_medins_type,
       e.scope, e.window_days, e.count_key, e.measure, e.limit_value, e.unit, e.rates,
       e.widened, e.kind, e.has_codes
FROM medsup.effective_point e;
COMMENT ON VIEW medsup.knowledge_status IS 'each point with its parameters put in: ready, unset (what is missing), not_judged in this version, disabled or superseded; compiles: goes into the next rulebook';

CREATE FUNCTION medsup.unset_hint(missing text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN pg_catalog.starts_with(missing, 'parameter ')
            THEN pg_catalog.format('SELECT medsup.set_parameter(%L, ''value'', ''where it comes from'');', pg_catalog.substr(missing, 11))
        ELSE 'Supersede it with a point of your own: medsup.add_knowledge' OPERATOR(pg_catalog.||)
            CASE missing
                WHEN 'codes' THEN ', with the codes that it binds.'
                WHEN 'diagnoses' THEN ', with dx_required, dx_forbidden or oprn_required; its text names them in words only.'
                WHEN 'prerequisite' THEN ', with scope, and sub_codes or oprn_required; its text names them in words only.'
                WHEN 'condition' THEN ', with a condition.'
                ELSE '.' END
        END;
END;
COMMENT ON FUNCTION medsup.unset_hint(text) IS 'what an author does about a point that lacks this';

CREATE VIEW medsup.unset_entry AS
SELECT s.entry_code, s.rule_code, s.item_name, s.missing, medsup.unset_hint(s.missing) AS hint
FROM medsup.knowledge_status s
WHERE s.status OPERATOR(pg_catalog.=) 'unset';
COMMENT ON VIEW medsup.unset_entry IS 'points in force that cannot be judged yet, what each lacks (limit, codes, diagnoses, a parameter ...) and how an author supplies it';

-- Texts of a point that have a grammar of their own, for saving, lint and publish.
CREATE FUNCTION medsup.knowledge_text_problems(k medsup.knowledge, OUT column_name text, OUT problem text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 1
BEGIN ATOMIC
    SELECT x.column_name, x.column_name OPERATOR(pg_catalog.||) ': ' OPERATOR(pg_catalog.||) x.problem
    FROM (VALUES ('access', medsup.check_expression(k.access, 'boolean')),
                 ('condition', medsup.check_expression(k.condition, 'boolean')),
                 ('limit_case', medsup.check_expression(k.limit_case, 'number')),
                 ('dx_required', CASE WHEN k.dx_required IS NOT NULL AND medsup.try_icd10_set(k.dx_required) IS NULL
                                      THEN 'not a set of diagnoses' WHEN pg_catalog.isempty(medsup.try_icd10_set(k.dx_required)) THEN 'the set holds no code' END),
                 ('dx_forbidden', CASE WHEN k.dx_forbidden IS NOT NULL AND medsup.try_icd10_set(k.dx_forbidden) IS NULL
                                      THEN 'not a set of diagnoses' WHEN pg_catalog.isempty(medsup.try_icd10_set(k.dx_forbidden)) THEN 'the set holds no code' END),
                 ('oprn_required', CASE WHEN k.oprn_required IS NOT NULL AND medsup.try_icd9cm3_set(k.oprn_required) IS NULL
                                      THEN 'not a set of operations' WHEN pg_catalog.isempty(medsup.try_icd9cm3_set(k.oprn_required)) THEN 'the set holds no code' END))
         AS x (column_name, problem)
    WHERE x.problem IS NOT NULL;
END;
COMMENT ON FUNCTION medsup.knowledge_text_problems(medsup.knowledge) IS 'expressions and sets of codes of a point that cannot be read';

CREATE FUNCTION medsup.add_knowledge(
    entry_code text, rule_code text, item_name text, codes text[], limits jsonb,
    sub_codes text[] DEFAULT NULL, supersedes text[] DEFAULT NULL,
    list_codes text[] DEFAULT NULL, per_codes text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    allowed text[] := '{sex,age_from,age_below,age_unit,age_from_parameter,age_below_parameter,insurance,settings,level_min,level_first_only,alt_level_min,alt_medins_type,scope,window_days,count_key,measure,limit_value,limit_parameter,limit_basis,limit_case,unit,at_least,before_days,sub_first,departments,medins_types,programmes,grade_min,dx_required,dx_forbidden,oprn_required,dx_main_only,dx_relation,rates,rates_parameter,condition,levels,access,entry_group,valid_from,valid_to,region,region_by,basis,basis_no,limit_text}';
    wrong   text;
    new     medsup.knowledge;
    rule_of text;
    message text;
BEGIN
    IF entry_code IS NULL OR entry_code !~ '^\S{1,64}$' OR entry_code LIKE 'KP-%' THEN
        RAISE EXCEPTION 'invalid entry code "%"', entry_code
        USING ERRCODE = 'MS101', DETAIL = 'Allowed is a word of 1 to 64 characters that does not begin with KP-.',
              HINT = 'KP- marks the nationally published points.';
    END IF;
    IF NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = add_knowledge.rule_code) THEN
        RAISE EXCEPTION 'unknown rule "%"', rule_code
        USING ERRCODE = 'MS101', DETAIL = 'A point belongs to a rule of medsup.rule: N25-001 to N25-088 or one of your own.',
              HINT = 'Add a local rule first if none fits.';
    END IF;
    IF item_name IS NULL OR btrim(item_name) = '' THEN
        RAISE EXCEPTION 'point "%" has no name', entry_code
        USING ERRCODE = 'MS101', HINT = 'Give the name of the drug, item or pair.';
    END IF;
    SELECT string_agg(k, ', ' ORDER BY k COLLATE "C") INTO wrong FROM jsonb_object_keys(coalesce(limits, '{}')) AS k WHERE k <> ALL (allowed);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'unknown limit "%"', wrong
        USING ERRCODE = 'MS101', DETAIL = 'Allowed are ' || array_to_string(allowed, ', ') || '.',
              HINT = 'The columns of medsup.knowledge say what each one means.';
    END IF;
    -- told here by column: the server would say only what it cannot read
    FOR wrong IN SELECT f.key FROM jsonb_each(coalesce(limits, '{}')) f ORDER BY f.key COLLATE "C" LOOP
        BEGIN
            PERFORM jsonb_populate_record(NULL::medsup.knowledge, jsonb_build_object(wrong, limits -> wrong));
        EXCEPTION WHEN data_exception OR wrong_object_type THEN
            RAISE EXCEPTION 'point "%" has a limit that cannot be read', entry_code
            USING ERRCODE = 'MS101',
                  DETAIL = format('%s is %s; it takes %s.', wrong, limits -> wrong,
                      (SELECT CASE WHEN t.typcategory = 'A' THEN 'a list, such as ["...", "..."]' WHEN t.typname = 'date' THEN 'a day, YYYY-MM-DD'
                                   WHEN t.typname = 'bool' THEN 'true or false' WHEN t.typname = 'int4' THEN 'a whole number' ELSE 'a number' END
                       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                       WHERE a.attrelid = 'medsup.knowledge'::regclass AND a.attname = wrong)),
                  HINT = 'The columns of medsup.knowledge say what each one means.';
        END;
    END LOOP;
    IF limits ->> 'region' !~ '^[1-9][0-9]{1,5}$' THEN
        RAISE EXCEPTION 'point "%" has a limit outside its domain', entry_code
        USING ERRCODE = 'MS101', DETAIL = format('region is %s; allowed: the digits of a region code.', limits -> 'region'),
              HINT = '510000 covers the province 51, 510100 the city 5101.';
    END IF;
    SELECT string_agg(format('"%s"', c), ', ') INTO wrong
    FROM unnest(codes || sub_codes || list_codes || per_codes) AS c WHERE c IS NULL OR medsup.try_fee_item(c) IS NULL;
    -- what looks at visits or records as a whole needs none
    IF wrong IS NOT NULL
       OR (coalesce(cardinality(codes), 0) = 0 AND NOT limits ? 'condition'
           AND coalesce(limits ->> 'measure', '') <> ALL ('{condition,count,money,fund_money,kinds,visits,visit_days,readmission,stay_overlap,during_stay,after_death}')) THEN
        RAISE EXCEPTION 'point "%" needs readable codes', entry_code
        USING ERRCODE = 'MS101', DETAIL = coalesce('Not a code: ' || wrong || '.', 'No codes were given.'),
              HINT = 'A node such as XA10BJ stands for every code below it.';
    END IF;
    new := jsonb_populate_record(NULL::medsup.knowledge, coalesce(limits, '{}'));
    SELECT x.problem INTO message FROM medsup.knowledge_text_problems(new) AS x;
    IF message IS NOT NULL THEN
        RAISE EXCEPTION 'point "%" cannot be read: %', entry_code, message
        USING ERRCODE = 'MS101', HINT = 'Sets of codes are written as for medsup.icd10_set and icd9cm3_set, conditions as in docs/expressions.md.';
    END IF;
    BEGIN
        INSERT INTO medsup.knowledge AS k
            (entry_code, rule_code, origin, item_name, sex, age_from, age_below, age_unit, age_from_parameter, age_below_parameter,
             insurance, settings, level_min, level_first_only, alt_level_min, alt_medins_type, scope, window_days, count_key, measure,
             limit_value, limit_parameter, limit_basis, limit_case, unit, at_least, before_days, sub_first, departments, medins_types,
             programmes, grade_min, dx_required, dx_forbidden, oprn_required, dx_main_only, dx_relation, rates, rates_parameter, condition, levels, access,
             entry_group, valid_from, valid_to, region, region_by, basis, basis_no, limit_text, limit_from)
        VALUES (entry_code, rule_code, 'local', item_name, new.sex, new.age_from, new.age_below, new.age_unit, new.age_from_parameter, new.age_below_parameter,
                new.insurance, new.settings, new.level_min, coalesce(new.level_first_only, false), new.alt_level_min, new.alt_medins_type,
                new.scope, new.window_days, new.count_key, new.measure,
                new.limit_value, new.limit_parameter, new.limit_basis, new.limit_case, new.unit, new.at_least, new.before_days,
                coalesce(new.sub_first, false), new.departments, new.medins_types, new.programmes, new.grade_min,
                new.dx_required, new.dx_forbidden, new.oprn_required, coalesce(new.dx_main_only, false), new.dx_relation,
                new.rates, new.rates_parameter, new.condition, new.levels, new.access, new.entry_group, new.valid_from, new.valid_to, new.region, new.region_by, new.basis, new.basis_no, new.limit_text, 'author');
    EXCEPTION WHEN unique_violation THEN
        RAISE EXCEPTION 'point "%" exists already', entry_code
        USING ERRCODE = 'MS101', HINT = 'Add the new wording under another code and name the old one in supersedes.';
    WHEN foreign_key_violation THEN
        RAISE EXCEPTION 'point "%" names an unknown parameter', entry_code
        USING ERRCODE = 'MS101',
              DETAIL = 'Known parameters: ' || (SELECT string_agg(r.name, ', ' ORDER BY r.name COLLATE "C") FROM medsup.rule_parameter r) || '.',
              HINT = 'See medsup.rule_parameter for what each one means.';
    WHEN check_violation THEN
        -- the server's own text would repeat the whole row
        GET STACKED DIAGNOSTICS rule_of = CONSTRAINT_NAME;
        RAISE EXCEPTION 'point "%" has a limit outside its domain', entry_code
        USING ERRCODE = 'MS101',
              DETAIL = (SELECT CASE
                            WHEN rule_of = 'knowledge_region' THEN 'region and region_by go together: care or insured.'
                            WHEN rule_of = 'knowledge_validity' THEN format('valid_to %s is before valid_from %s.', to_jsonb(new.valid_to), to_jsonb(new.valid_from))
                            WHEN cardinality(c.conkey) = 1 AND d.words IS NOT NULL
                                THEN format('%s is %s; allowed: %s.', a.attname, to_jsonb(new) -> a.attname::text, replace(d.words, ',', ', '))
                            WHEN cardinality(c.conkey) = 1
                                THEN format('%s is %s; it breaks %s.', a.attname, to_jsonb(new) -> a.attname::text, pg_get_constraintdef(c.oid))
                            ELSE format('It breaks %s.', pg_get_constraintdef(c.oid)) END
                        FROM pg_constraint c
                        LEFT JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                        CROSS JOIN LATERAL (SELECT substring(pg_get_constraintdef(c.oid) FROM '\{([^}]*)\}') AS words) d
                        WHERE c.conname = rule_of AND c.conrelid = 'medsup.knowledge'::regclass),
              HINT = 'The columns of medsup.knowledge say what each one means.';
    END;
    INSERT INTO medsup.knowledge_code (entry_code, role, code)
    SELECT DISTINCT add_knowledge.entry_code, x.role, medsup.try_fee_item(x.code)
    FROM (SELECT 'main' AS role, c.code FROM unnest(codes) AS c (code)
          UNION ALL SELECT 'sub', c.code FROM unnest(sub_codes) AS c (code)
          UNION ALL SELECT 'list', c.code FROM unnest(list_codes) AS c (code)
          UNION ALL SELECT 'per', c.code FROM unnest(per_codes) AS c (code)) AS x;
    INSERT INTO medsup.knowledge_supersedes (entry_code, supersedes)
    SELECT DISTINCT add_knowledge.entry_code, o.code FROM unnest(supersedes) AS o (code);
END
$$;
COMMENT ON FUNCTION medsup.add_knowledge(text, text, text, text[], jsonb, text[], text[], text[], text[]) IS 'adds a point of the bureau''s own; limits holds columns of medsup.knowledge, supersedes the points it replaces; list_codes are what a programme allows, per_codes what a limit is measured by';
