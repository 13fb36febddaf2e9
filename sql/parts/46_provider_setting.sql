-- What a bureau sets about rules over providers, K13 and K14, and about caps that
-- count across persons: fences, caps, tolerances and numbers of repetitions.  None
-- was published, so none is shipped: a rule without a row here is listed as unset.

-- What kind of fee a line is.
CREATE TABLE medsup.fee_class_map (
    med_chrgitm_type text NOT NULL CHECK (med_chrgitm_type OPERATOR(pg_catalog.<>) ''),
    fee_class   text CHECK (fee_class OPERATOR(pg_catalog.=) ANY
                    ('{bed,consultation,examination,laboratory,treatment,operation,nursing,consumable,western_drug,herb,patent_drug,general,registration,other}')),
    origin      text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    note        text,
    PRIMARY KEY (med_chrgitm_type, origin)
);
COMMENT ON TABLE medsup.fee_class_map IS 'med_chrgitm_type to the class of fee by longest prefix; values that are not here leave the class unknown';
COMMENT ON COLUMN medsup.fee_class_map.med_chrgitm_type IS 'the value or its first digits; the longest one that fits decides';
COMMENT ON COLUMN medsup.fee_class_map.fee_class IS 'the class; NULL in a local row: unknown, for this prefix';
COMMENT ON COLUMN medsup.fee_class_map.origin IS 'national: shipped; local: the bureau''s, outranks it';
COMMENT ON COLUMN medsup.fee_class_map.note IS 'meaning of the value';
INSERT INTO medsup.fee_class_map (med_chrgitm_type, fee_class, origin, note) VALUES
    ('01', 'bed', 'national', '床位费'), ('02', 'consultation', 'national', '诊察费'),
    ('03', 'examination', 'national', '检查费'), ('04', 'laboratory', 'national', '化验费'),
    ('05', 'treatment', 'national', '治疗费'), ('06', 'operation', 'national', '手术费'),
    ('07', 'nursing', 'national', '护理费'), ('08', 'consumable', 'national', '卫生材料费'),
    ('09', 'western_drug', 'national', '西药费'), ('10', 'herb', 'national', '中药饮片费'),
    ('11', 'patent_drug', 'national', '中成药费'), ('12', 'general', 'national', '一般诊疗费'),
    ('13', 'registration', 'national', '挂号费'), ('14', 'other', 'national', '其他费');
CREATE TRIGGER fee_class_map_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.fee_class_map
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER fee_class_map_guard ON medsup.fee_class_map IS 'shipped rows are read-only';

-- What kind of movement a row of a stock ledger is.  No national list was found.
CREATE TABLE medsup.inv_chg_type_map (
    inv_chg_type text PRIMARY KEY CHECK (inv_chg_type OPERATOR(pg_catalog.<>) ''),
    movement    text NOT NULL CHECK (movement OPERATOR(pg_catalog.=) ANY ('{in,out,sale,count}')),
    note        text
);
COMMENT ON TABLE medsup.inv_chg_type_map IS 'inv_chg_type of stock ledgers to what it does to the stock; the dictionary is local, so it starts empty';
COMMENT ON COLUMN medsup.inv_chg_type_map.inv_chg_type IS 'value in the source, three digits filled up with zeros';
COMMENT ON COLUMN medsup.inv_chg_type_map.movement IS
    'in: purchase, transfer in; out: other out such as breakage, return to the supplier; sale: what settlements are held against; count: stock-taking, quantity is the stock';
COMMENT ON COLUMN medsup.inv_chg_type_map.note IS 'meaning of the value';

CREATE TABLE medsup.indicator_set (
    rule_code   text PRIMARY KEY REFERENCES medsup.indicator (rule_code),
    codes       text CHECK (codes IS NULL OR medsup.try_fee_item_set(codes) IS NOT NULL),
    diagnoses   text CHECK (diagnoses IS NULL OR medsup.try_icd10_set(diagnoses) IS NOT NULL),
    plan_field  text,
    planned     text[],
    unplanned   text[],
    note        text,
    changed_by  text NOT NULL DEFAULT CURRENT_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT indicator_set_plan CHECK ((plan_field IS NULL) OPERATOR(pg_catalog.=) (unplanned IS NULL))
);
COMMENT ON TABLE medsup.indicator_set IS 'sets that an indicator counts by and that only the bureau knows: codes of CT and MRI, diagnoses of hospital infections, the mark of a planned readmission';
COMMENT ON COLUMN medsup.indicator_set.rule_code IS 'the rule';
COMMENT ON COLUMN medsup.indicator_set.codes IS 'fee items as fee_item_set reads them, such as 0021030*, 0021020*';
COMMENT ON COLUMN medsup.indicator_set.diagnoses IS 'diagnoses as icd10_set reads them';
COMMENT ON COLUMN medsup.indicator_set.plan_field IS 'attribute of the settlement list that says whether a readmission within 31 days is planned';
COMMENT ON COLUMN medsup.indicator_set.planned IS 'its values that say yes';
COMMENT ON COLUMN medsup.indicator_set.unplanned IS 'its values that say no; any other value leaves a readmission undecided, which counts as planned';
COMMENT ON COLUMN medsup.indicator_set.note IS 'where it comes from';
COMMENT ON COLUMN medsup.indicator_set.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.indicator_set.changed_at IS 'when it was set';
CREATE TRIGGER indicator_set_stamp BEFORE UPDATE ON medsup.indicator_set
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER indicator_set_stamp ON medsup.indicator_set IS 'keeps changed_by and changed_at true';

CREATE TABLE medsup.indicator_fence (
    fence_code      text PRIMARY KEY CHECK (fence_code OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    rule_code       text NOT NULL REFERENCES medsup.indicator (rule_code),
    grain           text NOT NULL CHECK (grain OPERATOR(pg_catalog.=) ANY ('{institution,department,doctor}')),
    every           text NOT NULL CHECK (every OPERATOR(pg_catalog.=) ANY ('{month,quarter,year}')),
    settings        text[] CHECK (settings OPERATOR(pg_catalog.<@) '{inpatient,emergency,outpatient,chronic,pharmacy}'),
    method          text NOT NULL CHECK (method OPERATOR(pg_catalog.=) ANY ('{fixed,percentile,quartile,mad,growth}')),
    value           numeric NOT NULL CHECK (value OPERATOR(pg_catalog.>=) 0 AND value OPERATOR(pg_catalog.<) 'NaN'),
    direction       text NOT NULL CHECK (direction OPERATOR(pg_catalog.=) ANY ('{high,low}')),
    min_denominator numeric NOT NULL CHECK (min_denominator OPERATOR(pg_catalog.>) 0 AND min_denominator OPERATOR(pg_catalog.<) 'NaN'),
    peer            text[] CHECK (peer OPERATOR(pg_catalog.<@) '{level,medins_type,region,institution,department}'),
    min_peers       int CHECK (min_peers OPERATOR(pg_catalog.>=) 3),
    enabled         boolean NOT NULL DEFAULT true,
    valid_from      date,
    valid_to        date,
    note            text NOT NULL CHECK (note OPERATOR(pg_catalog.<>) ''),
    changed_by      text NOT NULL DEFAULT CURRENT_USER,
    changed_at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT indicator_fence_validity CHECK (valid_from OPERATOR(pg_catalog.<=) valid_to),
    CONSTRAINT indicator_fence_peer_grain CHECK (
        (grain OPERATOR(pg_catalog.=) 'department' OR NOT peer OPERATOR(pg_catalog.&&) '{department}')
        AND (grain OPERATOR(pg_catalog.<>) 'institution' OR NOT peer OPERATOR(pg_catalog.&&) '{institution}')),
    CONSTRAINT indicator_fence_share CHECK (method OPERATOR(pg_catalog.<>) 'percentile' OR value OPERATOR(pg_catalog.<=) 1),
    CONSTRAINT indicator_fence_peers CHECK (
        (method OPERATOR(pg_catalog.=) ANY ('{percentile,quartile,mad}')) OPERATOR(pg_catalog.=) (peer IS NOT NULL)
        AND (peer IS NULL) OPERATOR(pg_catalog.=) (min_peers IS NULL))
);
COMMENT ON TABLE medsup.indicator_fence IS 'how far an indicator may go before it is reported: one row a fence, set by the bureau; none is shipped';
COMMENT ON COLUMN medsup.indicator_fence.fence_code IS 'the bureau''s code, the entry of the findings';
COMMENT ON COLUMN medsup.indicator_fence.rule_code IS 'the indicator';
COMMENT ON COLUMN medsup.indicator_fence.grain IS 'who is judged: institution, department or doctor';
COMMENT ON COLUMN medsup.indicator_fence.every IS 'calendar unit that is judged: month, quarter or year';
COMMENT ON COLUMN medsup.indicator_fence.settings IS 'settings (就医方式) that count; NULL: all. Discharges are of stays anyway';
COMMENT ON COLUMN medsup.indicator_fence.method IS
    'fixed: value itself; percentile: of the peers; quartile: Q3 + value x IQR (low: Q1 - value x IQR); mad: median +- value x 1.4826 x MAD; growth: more than value against the unit before';
COMMENT ON COLUMN medsup.indicator_fence.value IS 'fixed: the largest (low: smallest) ratio allowed; percentile: 0 to 1; quartile, mad: the factor; growth: as a share, 0.15 = 15 %';
COMMENT ON COLUMN medsup.indicator_fence.direction IS 'high: above the fence is reported; low: below';
COMMENT ON COLUMN medsup.indicator_fence.min_denominator IS 'smaller denominators are not judged: yuan of a fee, number of discharges';
COMMENT ON COLUMN medsup.indicator_fence.peer IS 'what peers have in common; empty: all of the grain are peers';
COMMENT ON COLUMN medsup.indicator_fence.min_peers IS 'smaller groups of peers are not judged';
COMMENT ON COLUMN medsup.indicator_fence.enabled IS 'false: not judged';
COMMENT ON COLUMN medsup.indicator_fence.valid_from IS 'first day of validity; NULL: open';
COMMENT ON COLUMN medsup.indicator_fence.valid_to IS 'last day of validity; NULL: open';
COMMENT ON COLUMN medsup.indicator_fence.note IS 'where the value comes from, the basis of the findings';
COMMENT ON COLUMN medsup.indicator_fence.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.indicator_fence.changed_at IS 'when it was set';
CREATE TRIGGER indicator_fence_stamp BEFORE UPDATE ON medsup.indicator_fence
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER indicator_fence_stamp ON medsup.indicator_fence IS 'keeps changed_by and changed_at true';

CREATE TABLE medsup.provider_cap (
    cap_code    text PRIMARY KEY CHECK (cap_code OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    rule_code   text NOT NULL REFERENCES medsup.rule (rule_code),
    grain       text NOT NULL CHECK (grain OPERATOR(pg_catalog.=) ANY ('{institution,department,doctor}')),
    codes       text NOT NULL CHECK (medsup.try_fee_item_set(codes) IS NOT NULL),
    measure     text NOT NULL CHECK (measure OPERATOR(pg_catalog.=) ANY ('{quantity,hours,lines,persons,money}')),
    every       text NOT NULL CHECK (every OPERATOR(pg_catalog.=) ANY ('{day,week,month,quarter,year}')),
    limit_value numeric NOT NULL CHECK (limit_value OPERATOR(pg_catalog.>=) 0 AND limit_value OPERATOR(pg_catalog.<) 'NaN'),
    unit        text,
    fixmedins_code text,
    enabled     boolean NOT NULL DEFAULT true,
    valid_from  date,
    valid_to    date,
    note        text NOT NULL CHECK (note OPERATOR(pg_catalog.<>) ''),
    changed_by  text NOT NULL DEFAULT CURRENT_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT provider_cap_validity CHECK (valid_from OPERATOR(pg_catalog.<=) valid_to)
);
COMMENT ON TABLE medsup.provider_cap IS 'caps on what a doctor, a department or an institution can do in a time, over all persons: hours of a doctor''s day, sessions of a device''s month';
COMMENT ON COLUMN medsup.provider_cap.cap_code IS 'the bureau''s code, the entry of the findings';
COMMENT ON COLUMN medsup.provider_cap.rule_code IS 'the rule of kind K6 it belongs to, national or local';
COMMENT ON COLUMN medsup.provider_cap.grain IS 'whose lines share a counter';
COMMENT ON COLUMN medsup.provider_cap.codes IS 'fee items that are counted, as fee_item_set reads them';
COMMENT ON COLUMN medsup.provider_cap.measure IS 'quantity or hours: the quantity billed; lines; persons: different ones; money: yuan';
COMMENT ON COLUMN medsup.provider_cap.every IS 'calendar unit that is counted: day, week (from Monday), month, quarter or year, by the time of the fee';
COMMENT ON COLUMN medsup.provider_cap.limit_value IS 'the largest count allowed';
COMMENT ON COLUMN medsup.provider_cap.unit IS 'unit to show';
COMMENT ON COLUMN medsup.provider_cap.fixmedins_code IS 'only this institution, since capacities differ; NULL: each one';
COMMENT ON COLUMN medsup.provider_cap.enabled IS 'false: not judged';
COMMENT ON COLUMN medsup.provider_cap.valid_from IS 'first day of validity; NULL: open';
COMMENT ON COLUMN medsup.provider_cap.valid_to IS 'last day of validity; NULL: open';
COMMENT ON COLUMN medsup.provider_cap.note IS 'where the limit comes from, the basis of the findings';
COMMENT ON COLUMN medsup.provider_cap.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.provider_cap.changed_at IS 'when it was set';
CREATE TRIGGER provider_cap_stamp BEFORE UPDATE ON medsup.provider_cap
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER provider_cap_stamp ON medsup.provider_cap IS 'keeps changed_by and changed_at true';

CREATE TABLE medsup.stock_check (
    check_code  text PRIMARY KEY CHECK (check_code OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    rule_code   text NOT NULL REFERENCES medsup.rule (rule_code),
    codes       text NOT NULL CHECK (medsup.try_fee_item_set(codes) IS NOT NULL),
    every       text NOT NULL CHECK (every OPERATOR(pg_catalog.=) ANY ('{month,quarter,year}')),
    opening     text NOT NULL CHECK (opening OPERATOR(pg_catalog.=) ANY ('{count,ledger}')),
    tolerance_share numeric NOT NULL CHECK (tolerance_share OPERATOR(pg_catalog.>=) 0 AND tolerance_share OPERATOR(pg_catalog.<=) 1),
    tolerance_cnt   numeric NOT NULL CHECK (tolerance_cnt OPERATOR(pg_catalog.>=) 0 AND tolerance_cnt OPERATOR(pg_catalog.<) 'NaN'),
    enabled     boolean NOT NULL DEFAULT true,
    valid_from  date,
    valid_to    date,
    note        text NOT NULL CHECK (note OPERATOR(pg_catalog.<>) ''),
    changed_by  text NOT NULL DEFAULT CURRENT_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT stock_check_validity CHECK (valid_from OPERATOR(pg_catalog.<=) valid_to)
);
COMMENT ON TABLE medsup.stock_check IS 'settled quantity against stock ledgers (进销存): which codes, how often, from which opening stock, within which tolerance';
COMMENT ON COLUMN medsup.stock_check.check_code IS 'the bureau''s code, the entry of the findings';
COMMENT ON COLUMN medsup.stock_check.rule_code IS 'the rule of kind K14 it belongs to';
COMMENT ON COLUMN medsup.stock_check.codes IS 'codes that are checked, as fee_item_set reads them, such as X*, Z*';
COMMENT ON COLUMN medsup.stock_check.every IS 'calendar unit that is checked: month, quarter or year';
COMMENT ON COLUMN medsup.stock_check.opening IS
    'count: the opening stock comes from the last stock-taking, without one nothing is judged; ledger: ledgers are complete from their first row, before it there was nothing';
COMMENT ON COLUMN medsup.stock_check.tolerance_share IS 'tolerance as a share of what was available';
COMMENT ON COLUMN medsup.stock_check.tolerance_cnt IS 'tolerance in units, added to the share';
COMMENT ON COLUMN medsup.stock_check.enabled IS 'false: not judged';
COMMENT ON COLUMN medsup.stock_check.valid_from IS 'first day of validity; NULL: open';
COMMENT ON COLUMN medsup.stock_check.valid_to IS 'last day of validity; NULL: open';
COMMENT ON COLUMN medsup.stock_check.note IS 'where the tolerance comes from, the basis of the findings';
COMMENT ON COLUMN medsup.stock_check.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.stock_check.changed_at IS 'when it was set';
CREATE TRIGGER stock_check_stamp BEFORE UPDATE ON medsup.stock_check
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER stock_check_stamp ON medsup.stock_check IS 'keeps changed_by and changed_at true';

CREATE TABLE medsup.trace_check (
    check_code  text PRIMARY KEY CHECK (check_code OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    rule_code   text NOT NULL REFERENCES medsup.rule (rule_code),
    lead        text NOT NULL CHECK (lead OPERATOR(pg_catalog.=) ANY ('{same_institution,between_institutions,boxes}')),
    at_least    int NOT NULL CHECK (at_least OPERATOR(pg_catalog.>) 0),
    span_days   int CHECK (span_days OPERATOR(pg_catalog.>=) 0),
    every       text CHECK (every OPERATOR(pg_catalog.=) ANY ('{month,quarter,year}')),
    enabled     boolean NOT NULL DEFAULT true,
    valid_from  date,
    valid_to    date,
    note        text NOT NULL CHECK (note OPERATOR(pg_catalog.<>) ''),
    changed_by  text NOT NULL DEFAULT CURRENT_USER,
    changed_at  timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT trace_check_validity CHECK (valid_from OPERATOR(pg_catalog.<=) valid_to),
    CONSTRAINT trace_check_repeated CHECK (lead OPERATOR(pg_catalog.=) 'boxes' OR at_least OPERATOR(pg_catalog.>=) 2),
    CONSTRAINT trace_check_span CHECK ((lead OPERATOR(pg_catalog.=) 'between_institutions') OPERATOR(pg_catalog.=) (span_days IS NOT NULL)),
    CONSTRAINT trace_check_every CHECK ((lead OPERATOR(pg_catalog.=) 'boxes') OPERATOR(pg_catalog.=) (every IS NOT NULL))
);
COMMENT ON TABLE medsup.trace_check IS 'what of trace codes of packages is a lead, and from how many on';
COMMENT ON COLUMN medsup.trace_check.check_code IS 'the bureau''s code, the entry of the findings';
COMMENT ON COLUMN medsup.trace_check.rule_code IS 'the rule of kind K14 it belongs to';
COMMENT ON COLUMN medsup.trace_check.lead IS
    'same_institution: one code settled there again and again (疑似串换/空刷); between_institutions: by several, over a long time (疑似回流药); boxes: boxes billed and codes of the line differ';
COMMENT ON COLUMN medsup.trace_check.at_least IS 'settlements of one code; boxes: lines of one drug that differ';
COMMENT ON COLUMN medsup.trace_check.span_days IS 'between_institutions: days from the first to the last settlement, at least';
COMMENT ON COLUMN medsup.trace_check.every IS 'boxes: calendar unit whose lines are put together';
COMMENT ON COLUMN medsup.trace_check.enabled IS 'false: not judged';
COMMENT ON COLUMN medsup.trace_check.valid_from IS 'first day of validity; NULL: open';
COMMENT ON COLUMN medsup.trace_check.valid_to IS 'last day of validity; NULL: open';
COMMENT ON COLUMN medsup.trace_check.note IS 'where the number comes from, the basis of the findings';
COMMENT ON COLUMN medsup.trace_check.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.trace_check.changed_at IS 'when it was set';
CREATE TRIGGER trace_check_stamp BEFORE UPDATE ON medsup.trace_check
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER trace_check_stamp ON medsup.trace_check IS 'keeps changed_by and changed_at true';

-- One name space, since a finding names its entry only.
CREATE FUNCTION medsup.check_provider_entry() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    code    text := to_jsonb(NEW) ->> TG_ARGV[0];
    wanted  text := TG_ARGV[1];
    other   text;
BEGIN
    SELECT e.what INTO other FROM medsup.provider_entry e
    WHERE e.entry_code = code AND e.what <> TG_TABLE_NAME
    UNION ALL
    SELECT 'knowledge' FROM medsup.knowledge k WHERE k.entry_code = code;
    IF FOUND THEN
        RAISE EXCEPTION 'entry "%" exists already in medsup.%', code, other
        USING ERRCODE = 'MS101', HINT = 'Findings are told apart by the entry: choose another code.';
    END IF;
    IF NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = NEW.rule_code AND r.kind = wanted) THEN
        RAISE EXCEPTION 'rule "%" is not of kind %', NEW.rule_code, wanted
        USING ERRCODE = 'MS101',
              DETAIL = 'Rules of this kind: ' || coalesce((SELECT string_agg(r.rule_code, ', ' ORDER BY r.rule_code COLLATE "C")
                                                           FROM medsup.rule r WHERE r.kind = wanted), 'none') || '.',
              HINT = 'Add a local rule of this kind first if none fits.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.check_provider_entry() IS 'trigger: an entry''s code is taken once, and its rule is of the right kind';

CREATE VIEW medsup.provider_entry AS
    SELECT f.fence_code AS entry_code, f.rule_code, 'indicator_fence' AS what, f.grain, f.every, f.enabled,
        f.valid_from, f.valid_to, f.note
    FROM medsup.indicator_fence f
    UNION ALL
    SELECT c.cap_code, c.rule_code, 'provider_cap', c.grain, c.every, c.enabled, c.valid_from, c.valid_to, c.note
    FROM medsup.provider_cap c
    UNION ALL
    SELECT s.check_code, s.rule_code, 'stock_check', 'institution', s.every, s.enabled, s.valid_from, s.valid_to, s.note
    FROM medsup.stock_check s
    UNION ALL
    SELECT t.check_code, t.rule_code, 'trace_check', CASE t.lead WHEN 'boxes' THEN 'institution' ELSE 'trace_code' END,
        t.every, t.enabled, t.valid_from, t.valid_to, t.note
    FROM medsup.trace_check t;
COMMENT ON VIEW medsup.provider_entry IS 'all fences, caps and checks over providers in one list, by the entry that findings name';

CREATE TRIGGER indicator_fence_entry BEFORE INSERT OR UPDATE ON medsup.indicator_fence
    FOR EACH ROW EXECUTE FUNCTION medsup.check_provider_entry('fence_code', 'K13');
COMMENT ON TRIGGER indicator_fence_entry ON medsup.indicator_fence IS 'codes are taken once, rules are of kind K13';
CREATE TRIGGER provider_cap_entry BEFORE INSERT OR UPDATE ON medsup.provider_cap
    FOR EACH ROW EXECUTE FUNCTION medsup.check_provider_entry('cap_code', 'K6');
COMMENT ON TRIGGER provider_cap_entry ON medsup.provider_cap IS 'codes are taken once, rules are of kind K6';
CREATE TRIGGER stock_check_entry BEFORE INSERT OR UPDATE ON medsup.stock_check
    FOR EACH ROW EXECUTE FUNCTION medsup.check_provider_entry('check_code', 'K14');
COMMENT ON TRIGGER stock_check_entry ON medsup.stock_check IS 'codes are taken once, rules are of kind K14';
CREATE TRIGGER trace_check_entry BEFORE INSERT OR UPDATE ON medsup.trace_check
    FOR EACH ROW EXECUTE FUNCTION medsup.check_provider_entry('check_code', 'K14');
COMMENT ON TRIGGER trace_check_entry ON medsup.trace_check IS 'codes are taken once, rules are of kind K14';

-- The other way round: what a knowledge point cannot say must not look as if it did.
CREATE FUNCTION medsup.refuse_provider_point() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    SELECT n.entry_code, n.rule_code, r.kind INTO wrong
    FROM new_point n JOIN medsup.rule r ON r.rule_code = n.rule_code
    WHERE r.judged AND r.kind IN ('K13', 'K14')
    ORDER BY n.entry_code COLLATE "C" LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'point "%" belongs to rule "%", which judges providers', wrong.entry_code, wrong.rule_code
        USING ERRCODE = 'MS101',
              HINT = CASE wrong.kind WHEN 'K13' THEN 'Set a fence in medsup.indicator_fence and its codes in medsup.indicator_set.'
                     ELSE 'Set medsup.stock_check or medsup.trace_check.' END;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsup.refuse_provider_point() IS 'trigger: rules over providers have fences and checks, not knowledge points';
CREATE TRIGGER knowledge_insert_provider AFTER INSERT ON medsup.knowledge REFERENCING NEW TABLE AS new_point
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.refuse_provider_point();
COMMENT ON TRIGGER knowledge_insert_provider ON medsup.knowledge IS 'rules over providers have fences and checks, not knowledge points';
CREATE TRIGGER knowledge_update_provider AFTER UPDATE ON medsup.knowledge REFERENCING NEW TABLE AS new_point
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.refuse_provider_point();
COMMENT ON TRIGGER knowledge_update_provider ON medsup.knowledge IS 'rules over providers have fences and checks, not knowledge points';

-- Which of them can be judged with what is bound and set.
CREATE FUNCTION medsup.provider_rules(OUT rule_code text, OUT entry_code text, OUT what text, OUT state text, OUT reason text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000 ROWS 30
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH has AS (
        SELECT DISTINCT b.kind, c.name
        FROM medsup.source_binding b
        CROSS JOIN LATERAL (SELECT '*' AS name UNION ALL SELECT k FROM jsonb_object_keys(b.columns) k) c
    ), entry AS (
        SELECT e.*, i.figure, i.fee_classes, s.codes, s.diagnoses, s.plan_field, t.lead
        FROM medsup.provider_entry e
        LEFT JOIN medsup.indicator i ON i.rule_code = e.rule_code AND e.what = 'indicator_fence'
        LEFT JOIN medsup.indicator_set s ON s.rule_code = i.rule_code
        LEFT JOIN medsup.trace_check t ON t.check_code = e.entry_code AND e.what = 'trace_check'
    ), need AS (
        -- columns that are to be bound
        SELECT e.entry_code, n.kind, n.name
        FROM entry e
        CROSS JOIN LATERAL (
            SELECT 'fee_line' AS kind, '*' AS name UNION ALL SELECT 'settlement', '*'
            UNION ALL SELECT 'fee_line', 'med_chrgitm_type' WHERE e.fee_classes IS NOT NULL
            UNION ALL SELECT 'fee_line', CASE e.grain WHEN 'department' THEN 'bilg_dept_codg' ELSE 'bilg_dr_codg' END
                WHERE e.grain IN ('department', 'doctor') AND (e.figure = 'fee' OR e.what = 'provider_cap')
            UNION ALL SELECT 'encounter', '*' WHERE e.figure IN ('infection', 'readmission')
            UNION ALL SELECT 'encounter', CASE e.grain WHEN 'department' THEN 'dscg_dept_codg' ELSE 'atddr_codg' END
                WHERE e.grain IN ('department', 'doctor') AND e.figure IN ('infection', 'readmission')
            UNION ALL SELECT 'diagnosis', '*' WHERE e.figure = 'infection'
            UNION ALL SELECT 'settlement_list', '*' WHERE e.figure = 'readmission'
            UNION ALL SELECT 'stock_move', '*' WHERE e.what = 'stock_check'
            UNION ALL SELECT 'trace_code', x FROM unnest(ARRAY['*', 'trdn_flag']) x WHERE e.what = 'trace_check'
            UNION ALL SELECT 'trace_code', x FROM unnest(ARRAY['mdtrt_id', 'feedetl_sn']) x WHERE e.lead = 'boxes'
            UNION ALL SELECT 'trace_code', 'setl_id' WHERE e.lead <> 'boxes'
        ) n
    ), missing AS (
        SELECT n.entry_code, string_agg(n.kind || CASE n.name WHEN '*' THEN '' ELSE '.' || n.name END, ', '
                                        ORDER BY n.kind COLLATE "C", n.name COLLATE "C") AS list
        FROM need n
        WHERE NOT EXISTS (SELECT FROM has h WHERE h.kind = n.kind AND h.name = n.name)
        GROUP BY n.entry_code
    ), unset AS (
        SELECT e.entry_code,
            CASE WHEN e.figure = 'fee' AND e.fee_classes IS NULL AND e.codes IS NULL THEN 'codes: medsup.indicator_set'
                 WHEN e.figure = 'infection' AND e.diagnoses IS NULL THEN 'diagnoses: medsup.indicator_set'
                 WHEN e.figure = 'readmission' AND e.plan_field IS NULL THEN 'plan_field: medsup.indicator_set'
                 WHEN e.what = 'stock_check' AND NOT EXISTS (SELECT FROM medsup.inv_chg_type_map)
                 THEN 'kinds of movement: medsup.inv_chg_type_map' END AS list
        FROM entry e
    )
    SELECT r.rule_code, e.entry_code, e.what,
        CASE WHEN NOT coalesce(t.enabled, true) OR NOT e.enabled THEN 'off'
             WHEN e.entry_code IS NULL THEN 'unset'
             WHEN u.list IS NOT NULL THEN 'unset'
             WHEN m.list IS NOT NULL THEN 'not_runnable'
             ELSE 'ready' END,
        CASE WHEN NOT coalesce(t.enabled, true) OR NOT e.enabled THEN NULL
             WHEN e.entry_code IS NULL AND r.kind = 'K13' THEN 'fence: medsup.indicator_fence'
             WHEN e.entry_code IS NULL THEN 'tolerance: medsup.stock_check; repetitions: medsup.trace_check'
             WHEN u.list IS NOT NULL THEN u.list
             WHEN m.list IS NOT NULL THEN 'not bound: ' || m.list END
    FROM medsup.rule r
    LEFT JOIN medsup.rule_setting t ON t.rule_code = r.rule_code
    LEFT JOIN entry e ON e.rule_code = r.rule_code
    LEFT JOIN missing m ON m.entry_code = e.entry_code
    LEFT JOIN unset u ON u.entry_code = e.entry_code
    WHERE e.entry_code IS NOT NULL OR r.judged AND r.kind IN ('K13', 'K14')
    ORDER BY r.rule_code COLLATE "C", e.entry_code COLLATE "C";
END
$$;
COMMENT ON FUNCTION medsup.provider_rules() IS
    'rules over providers by fence, cap and check: ready, off, unset (what is to be set) or not_runnable (what is to be bound)';
