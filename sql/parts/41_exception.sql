-- Exceptions (不予认定): conditions under which a line is not held against
-- anybody, for some rules.  Shipped rows are read-only; what a bureau switches
-- sits beside them, its own exceptions are rows of origin 'local'.

CREATE TABLE medsup.exception (
    exception_code  text PRIMARY KEY CHECK (exception_code OPERATOR(pg_catalog.~) '^[^[:space:],]{1,64}$'),
    origin          text NOT NULL DEFAULT 'local'
                    CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    name_zh         text NOT NULL CHECK (name_zh OPERATOR(pg_catalog.<>) ''),
    name_en         text NOT NULL CHECK (name_en OPERATOR(pg_catalog.<>) ''),
    condition       text NOT NULL,
    rule_codes      text[] CHECK (pg_catalog.cardinality(rule_codes) OPERATOR(pg_catalog.>) 0),
    enabled         boolean NOT NULL DEFAULT true,
    note            text,
    CONSTRAINT exception_condition CHECK (medsup.check_expression(condition, 'boolean') IS NULL),
    CONSTRAINT exception_local_code CHECK (origin OPERATOR(pg_catalog.<>) 'local' OR exception_code OPERATOR(pg_catalog.!~~) 'N-%')
);
COMMENT ON TABLE medsup.exception IS 'when a line is exempt from some rules; the usual ones shipped read-only, the bureau''s own beside them';
COMMENT ON COLUMN medsup.exception.exception_code IS 'identity; shipped codes begin with N-';
COMMENT ON COLUMN medsup.exception.origin IS 'national: shipped, read-only; local: the bureau''s own';
COMMENT ON COLUMN medsup.exception.name_zh IS 'name, as findings show it';
COMMENT ON COLUMN medsup.exception.name_en IS 'name in English';
COMMENT ON COLUMN medsup.exception.condition IS 'boolean expression: lines where it is true are exempt (docs/expressions.md)';
COMMENT ON COLUMN medsup.exception.rule_codes IS 'rules it is for; NULL: all';
COMMENT ON COLUMN medsup.exception.enabled IS 'whether it goes into the next rulebook; exception_setting outranks it';
COMMENT ON COLUMN medsup.exception.note IS 'where it comes from, or why it is shipped switched off';

INSERT INTO medsup.exception (exception_code, origin, name_zh, name_en, condition, rule_codes, enabled, note) VALUES
    ('N-EMERGENCY', 'national', '急诊与抢救', 'emergency and rescue', 'setting() = ''emergency''',
     '{N25-012,N25-021,N25-024,N25-085}', false, 'which limits an emergency lifts is a local decision'),
    ('N-OBSERVATION', 'national', '急诊留观', 'emergency observation', 'visit.med_type = parameter(''observation_med_type'')',
     '{N25-013,N25-022,N25-050}', false, 'needs the parameter observation_med_type'),
    ('N-DAY-SURGERY', 'national', '日间手术', 'day surgery', 'visit.med_type = ''28''',
     '{N25-049,N25-053}', true, NULL),
    ('N-TRANSFER', 'national', '同日转院', 'transfer to another institution', 'visit.dscg_way in (''2'', ''3'')',
     '{N25-049}', true, 'discharge by order to another hospital or a community institution'),
    ('N-OUTSIDE-TEST', 'national', '外院检查', 'examination in another institution', 'line.etip_flag = ''1''',
     '{N25-021,N25-042,N25-085}', true, NULL),
    ('N-TAKE-HOME', 'national', '出院带药', 'drugs taken home at discharge', 'line.dscg_tkdrug_flag = ''1''',
     '{N25-042,N25-046}', true, NULL),
    ('N-ONCOLOGY', 'national', '肿瘤周期治疗', 'oncology cycles', 'has_diagnosis(''Z51.0, Z51.1, Z51.2'')',
     '{N25-049,N25-052}', true, 'radiotherapy and chemotherapy by diagnosis'),
    ('N-DIALYSIS', 'national', '透析', 'dialysis', 'has_diagnosis(''Z49'')',
     '{N25-049,N25-050,N25-052}', true, 'by diagnosis'),
    ('N-LONG-PRESCRIPTION', 'national', '长处方', 'long prescription', 'setting() = ''chronic''',
     '{N25-009}', false, 'which programmes may have long prescriptions is a local decision'),
    ('N-NEWBORN-ON-MOTHER', 'national', '新生儿费用记母亲生育住院', 'newborn charged on the mother''s maternity stay', 'visit.med_type = ''52''',
     '{N25-006,N25-007,N25-017,N25-018,N25-032,N25-033,N25-065,N25-067,N25-080,N25-081}', true, NULL);

CREATE TRIGGER exception_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.exception
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_shipped_row();
COMMENT ON TRIGGER exception_guard ON medsup.exception IS 'shipped rows are read-only';

CREATE TABLE medsup.exception_setting (
    exception_code  text PRIMARY KEY REFERENCES medsup.exception (exception_code),
    enabled         boolean NOT NULL,
    note            text,
    changed_by      text NOT NULL DEFAULT CURRENT_USER,
    changed_at      timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE medsup.exception_setting IS 'which shipped exceptions a bureau switches on or off';
COMMENT ON COLUMN medsup.exception_setting.exception_code IS 'the exception';
COMMENT ON COLUMN medsup.exception_setting.enabled IS 'whether it goes into the next rulebook';
COMMENT ON COLUMN medsup.exception_setting.note IS 'why';
COMMENT ON COLUMN medsup.exception_setting.changed_by IS 'who set it';
COMMENT ON COLUMN medsup.exception_setting.changed_at IS 'when';
CREATE TRIGGER exception_setting_stamp BEFORE UPDATE ON medsup.exception_setting
    FOR EACH ROW EXECUTE FUNCTION medsup.stamp_change();
COMMENT ON TRIGGER exception_setting_stamp ON medsup.exception_setting IS 'keeps changed_by and changed_at true';
