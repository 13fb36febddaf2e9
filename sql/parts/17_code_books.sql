-- Code books: the published lists of codes, edition by edition, and how codes
-- of one edition became those of another.
--
-- A type says what may be a code, a book which codes there are.  An edition
-- closes the one before it; an entry that was wrong is retracted and a right one
-- put beside it.  Nothing is deleted or rewritten, so that every past question
-- keeps its answer.

-- What is known of a system by its name.  Branches, not a table: constraints
-- and generated columns below depend on it, also while a dump is restored.
CREATE FUNCTION medsup.code_system_type(system text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN system OPERATOR(pg_catalog.=) ANY ('{icd10,icd10_who,icd10_class}') THEN 'icd10'
        WHEN system OPERATOR(pg_catalog.=) ANY ('{icd9cm3}') THEN 'icd9cm3'
        WHEN system OPERATOR(pg_catalog.=) ANY ('{drug,service,consumable,local,drug_class,drug_rule,service_class,consumable_class}') THEN 'fee_item'
        WHEN system OPERATOR(pg_catalog.=) ANY ('{atc,tcm,tcm_class,morphology,morphology_class,icd10_block,service_pattern,admdvs,hospital,dictionary,order_frequency}') THEN 'text'
        WHEN system OPERATOR(pg_catalog.~) '^own_[a-z0-9_]{1,40}$' THEN 'text'
    END;
END;
COMMENT ON FUNCTION medsup.code_system_type(text) IS
    'type of the codes of a system: icd10, icd9cm3, fee_item or text; NULL for a system that is not known';

CREATE FUNCTION medsup.code_system_shape(system text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE system
        WHEN 'drug' THEN '^(X.{22}|Z.{19}|T.{9}|T.{19}|J.{15})$'
        WHEN 'service' THEN '^[0-9]{15}$'
        WHEN 'consumable' THEN '^C([0-9]{19}|[0-9]{26})$'
        WHEN 'local' THEN '^~'
        WHEN 'icd10' THEN '^[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?(\+[A-Z][0-9]{2}(\.[0-9])?\*)?$'
        WHEN 'icd10_who' THEN '^.{3}(\.[^.]{1,2})?$'
        WHEN 'icd9cm3' THEN '^..\.....'
        WHEN 'consumable_class' THEN '^C[0-9]{9}$'
        WHEN 'service_class' THEN '^[0-9]+$'
        WHEN 'drug_class' THEN '^[XZTJ]'
        WHEN 'drug_rule' THEN '^[XZTJ]'
        WHEN 'atc' THEN '^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$'
        WHEN 'tcm' THEN '^[AB][0-9]{2}(\.[0-9]{2}){0,4}\.?$'
        WHEN 'morphology' THEN '^M[89][0-9]{3}[0-9]?/[0-9]$'
        WHEN 'morphology_class' THEN '^M[89][0-9]{1,4}$'
        WHEN 'admdvs' THEN '^[0-9]{6}$'
    END;
END;
COMMENT ON FUNCTION medsup.code_system_shape(text) IS
    'regular expression of the complete codes of a system, beyond what their type demands; NULL where there is none';

CREATE FUNCTION medsup.code_systems(
    OUT system text, OUT code_type text, OUT on_claims boolean, OUT shape text, OUT name_zh text, OUT name_en text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 23
BEGIN ATOMIC
    SELECT v.system, medsup.code_system_type(v.system), v.on_claims, medsup.code_system_shape(v.system), v.name_zh, v.name_en
    FROM (VALUES
        ('icd10', true, '医保疾病诊断分类与代码', 'diagnoses of the national insurance'),
        ('icd9cm3', true, '医保手术操作分类与代码', 'operations of the national insurance'),
        ('drug', true, '医保药品分类与代码', 'drugs'),
        ('service', true, '医疗服务项目分类与代码', 'medical services, 15 digits'),
        ('consumable', true, '医保医用耗材分类与代码', 'consumables'),
        ('local', true, '地方价格项目', 'local price codes, written with a leading ~'),
        ('icd10_who', false, '世界卫生组织 ICD-10', 'ICD-10 of the WHO: categories and subcategories'),
        ('icd10_block', false, 'ICD-10 章、节', 'chapters and blocks of the WHO'),
        ('icd10_class', false, '疾病分类前缀', 'classes of diagnoses as rule authors write them'),
        ('morphology', false, '肿瘤形态学', 'morphology of neoplasms'),
        ('morphology_class', false, '肿瘤形态学前缀', 'classes of morphology'),
        ('tcm', false, '中医病证分类与代码', 'diseases and syndromes of Chinese medicine'),
        ('tcm_class', false, '中医病证前缀', 'classes of diseases and syndromes of Chinese medicine'),
        ('atc', false, 'ATC 分类', 'anatomical therapeutic chemical classification'),
        ('drug_class', false, '药品分类前缀', 'classes of drugs'),
        ('drug_rule', false, '规则用药品前缀', 'drugs as rule authors write them: any strength, pack and maker'),
        ('service_class', false, '服务项目分类前缀', 'classes of services'),
        ('service_pattern', false, '规则用服务项目写法', 'services as rule authors write them: alternations of prefixes'),
        ('consumable_class', false, '耗材分类', 'classes of consumables, C and nine digits'),
        ('admdvs', false, '医保区划', 'regions, GB/T 2260'),
        ('hospital', false, '医疗机构', 'institutions'),
        ('dictionary', false, '平台字典', 'dictionaries of the platform: field/value'),
        ('order_frequency', false, '医嘱频次', 'frequencies of orders')
    ) v (system, on_claims, name_zh, name_en);
END;
COMMENT ON FUNCTION medsup.code_systems() IS
    'the code systems that medsup knows; a system of your own is named own_something and holds text';

CREATE FUNCTION medsup.code_system_of(code medsup.fee_item) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN medsup.kind(code) OPERATOR(pg_catalog.~~) 'drug%' THEN 'drug' ELSE medsup.kind(code) END;
END;
COMMENT ON FUNCTION medsup.code_system_of(medsup.fee_item) IS 'the system a billed item belongs to: drug, service, consumable or local';
CREATE FUNCTION medsup.code_system_of(code medsup.icd10) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'icd10';
END;
COMMENT ON FUNCTION medsup.code_system_of(medsup.icd10) IS 'the system a diagnosis belongs to';
CREATE FUNCTION medsup.code_system_of(code medsup.icd9cm3) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'icd9cm3';
END;
COMMENT ON FUNCTION medsup.code_system_of(medsup.icd9cm3) IS 'the system an operation belongs to';

CREATE FUNCTION medsup.canonical_code(system text, spelt text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shape text := medsup.code_system_shape(system);
    code  text;
BEGIN
    CASE medsup.code_system_type(system)
    WHEN 'icd10' THEN code := medsup.try_icd10(spelt);
    WHEN 'icd9cm3' THEN code := medsup.try_icd9cm3(spelt);
    WHEN 'fee_item' THEN
        -- a local price list has no mark, its codes here do
        code := medsup.try_fee_item(CASE WHEN system = 'local' AND btrim(spelt) !~~ '~%' THEN '~' || btrim(spelt) ELSE spelt END);
    WHEN 'text' THEN code := nullif(btrim(spelt), '');
    ELSE NULL;
    END CASE;
    IF code !~ shape THEN
        RETURN NULL;
    END IF;
    RETURN code;
END
$$;
COMMENT ON FUNCTION medsup.canonical_code(text, text) IS
    'the text as a complete code of the system, in its canonical spelling; NULL if it is none';

-- 'infinity' as a day would look closed and could never be closed again.
CREATE FUNCTION medsup.is_validity(valid daterange) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT NOT pg_catalog.isempty(valid)
       AND COALESCE(pg_catalog.isfinite(pg_catalog.lower(valid)), true) AND COALESCE(pg_catalog.isfinite(pg_catalog.upper(valid)), true);
END;
COMMENT ON FUNCTION medsup.is_validity(daterange) IS 'days of validity: not empty; an end that is open has no bound, rather than the day infinity';

-- editions -------------------------------------------------------------------

CREATE TABLE medsup.code_book (
    system      text COLLATE pg_catalog."C" NOT NULL CONSTRAINT code_book_system CHECK (medsup.code_system_type(system) IS NOT NULL),
    edition     text COLLATE pg_catalog."C" NOT NULL CONSTRAINT code_book_edition CHECK (edition OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    valid       daterange NOT NULL CONSTRAINT code_book_valid CHECK (medsup.is_validity(valid)),
    name_zh     text,
    name_en     text,
    source      text,
    added_by    text NOT NULL DEFAULT CURRENT_USER,
    added_at    timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT code_book_pkey PRIMARY KEY (system, edition)
);
COMMENT ON TABLE medsup.code_book IS 'one row an edition of a code system; the editions of a system follow one another';
COMMENT ON COLUMN medsup.code_book.system IS 'which list: one of code_systems(), or own_something';
COMMENT ON COLUMN medsup.code_book.edition IS 'name of the edition, as published';
COMMENT ON COLUMN medsup.code_book.valid IS 'days on which it is in force; the next edition closes it';
COMMENT ON COLUMN medsup.code_book.name_zh IS 'Chinese title';
COMMENT ON COLUMN medsup.code_book.name_en IS 'English title';
COMMENT ON COLUMN medsup.code_book.source IS 'document that published it';
COMMENT ON COLUMN medsup.code_book.added_by IS 'who loaded it first';
COMMENT ON COLUMN medsup.code_book.added_at IS 'when it was loaded first';

CREATE TABLE medsup.code_book_load (
    load_no     bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT code_book_load_pkey PRIMARY KEY,
    list        text NOT NULL,
    system      text NOT NULL,
    edition     text NOT NULL,
    row_count   bigint NOT NULL DEFAULT 0,
    added       bigint NOT NULL DEFAULT 0,
    corrected   bigint NOT NULL DEFAULT 0,
    closed      bigint NOT NULL DEFAULT 0,
    retracted   bigint NOT NULL DEFAULT 0,
    unchanged   bigint NOT NULL DEFAULT 0,
    repeated    bigint NOT NULL DEFAULT 0,
    rejected    bigint NOT NULL DEFAULT 0,
    loaded_by   text NOT NULL DEFAULT CURRENT_USER,
    loaded_at   timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE medsup.code_book_load IS 'one row a load: row_count = added + corrected + unchanged + repeated + rejected';
COMMENT ON COLUMN medsup.code_book_load.load_no IS 'number of the load';
COMMENT ON COLUMN medsup.code_book_load.list IS 'name of the list as given';
COMMENT ON COLUMN medsup.code_book_load.system IS 'system that was loaded';
COMMENT ON COLUMN medsup.code_book_load.edition IS 'edition that was loaded; of a map from>to';
COMMENT ON COLUMN medsup.code_book_load.row_count IS 'rows of the list that belong to the system';
COMMENT ON COLUMN medsup.code_book_load.added IS 'codes that are new';
COMMENT ON COLUMN medsup.code_book_load.corrected IS 'codes whose names or details differ from what was loaded before';
COMMENT ON COLUMN medsup.code_book_load.closed IS 'codes that a complete list has no longer: valid up to the day before';
COMMENT ON COLUMN medsup.code_book_load.retracted IS 'codes that should never have been in: taken back';
COMMENT ON COLUMN medsup.code_book_load.unchanged IS 'codes that are as they were';
COMMENT ON COLUMN medsup.code_book_load.repeated IS 'rows whose code came before in the same list';
COMMENT ON COLUMN medsup.code_book_load.rejected IS 'rows that hold no code of the system; code_book_note has each with its reason';
COMMENT ON COLUMN medsup.code_book_load.loaded_by IS 'who loaded it';
COMMENT ON COLUMN medsup.code_book_load.loaded_at IS 'when it was loaded';
COMMENT ON SEQUENCE medsup.code_book_load_load_no_seq IS 'numbers loads';

CREATE TABLE medsup.code_book_note (
    load_no     bigint NOT NULL REFERENCES medsup.code_book_load (load_no),
    row_no      bigint NOT NULL,
    problem     text NOT NULL CONSTRAINT code_book_note_problem
                CHECK (problem OPERATOR(pg_catalog.=) ANY ('{rejected,respelt,repeated,"other name","not in book",ended}')),
    code        text,
    reason      text NOT NULL,
    line        text NOT NULL,
    CONSTRAINT code_book_note_pkey PRIMARY KEY (load_no, row_no, problem)
);
COMMENT ON TABLE medsup.code_book_note IS 'what was odd in a loaded list, row by row, with the row as it came: nothing is lost';
COMMENT ON COLUMN medsup.code_book_note.load_no IS 'the load';
COMMENT ON COLUMN medsup.code_book_note.row_no IS 'row of the list, counted from 1 after the header line';
COMMENT ON COLUMN medsup.code_book_note.problem IS 'rejected: not loaded; respelt: loaded in its canonical spelling; repeated: the code came before; other name: it came before under another name; not in book: a map leads to a code that its book does not have; ended: the code was closed in this edition, and no day was given from which it is valid again';
COMMENT ON COLUMN medsup.code_book_note.code IS 'the code as read, or as written where it could not be read';
COMMENT ON COLUMN medsup.code_book_note.reason IS 'what is odd, in words';
COMMENT ON COLUMN medsup.code_book_note.line IS 'the row as it came';

CREATE TABLE medsup.code_book_entry (
    entry_no    bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT code_book_entry_pkey PRIMARY KEY,
    system      text COLLATE pg_catalog."C" NOT NULL,
    edition     text COLLATE pg_catalog."C" NOT NULL,
    code        text COLLATE pg_catalog."C" NOT NULL,
    name_zh     text,
    name_en     text,
    valid       daterange NOT NULL CONSTRAINT code_book_entry_valid CHECK (medsup.is_validity(valid)),
    details     jsonb NOT NULL DEFAULT '{}',
    load_no     bigint REFERENCES medsup.code_book_load (load_no),
    recorded_by text NOT NULL DEFAULT CURRENT_USER,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    closed_by   text,
    closed_at   timestamptz,
    retracted_by text,
    retracted_at timestamptz,
    retracted_load bigint REFERENCES medsup.code_book_load (load_no),
    -- the code in its type, so that nodes, sets and joins work on it
    icd10       medsup.icd10 GENERATED ALWAYS AS
                (CASE medsup.code_system_type(system) WHEN 'icd10' THEN code::medsup.icd10 END) STORED,
    icd9cm3     medsup.icd9cm3 GENERATED ALWAYS AS
                (CASE medsup.code_system_type(system) WHEN 'icd9cm3' THEN code::medsup.icd9cm3 END) STORED,
    fee_item    medsup.fee_item GENERATED ALWAYS AS
                (CASE medsup.code_system_type(system) WHEN 'fee_item' THEN code::medsup.fee_item END) STORED,
    CONSTRAINT code_book_entry_book FOREIGN KEY (system, edition) REFERENCES medsup.code_book (system, edition),
    CONSTRAINT code_book_entry_spelling
        CHECK (code OPERATOR(pg_catalog.=) COALESCE(icd10::text, icd9cm3::text, fee_item::text, pg_catalog.btrim(code))
               AND code OPERATOR(pg_catalog.<>) ''),
    CONSTRAINT code_book_entry_shape CHECK (code OPERATOR(pg_catalog.~) medsup.code_system_shape(system)),
    CONSTRAINT code_book_entry_retracted CHECK ((retracted_at IS NULL) OPERATOR(pg_catalog.=) (retracted_by IS NULL))
);
COMMENT ON TABLE medsup.code_book_entry IS 'one row a code of an edition; rows are closed or retracted, never deleted or rewritten';
COMMENT ON COLUMN medsup.code_book_entry.entry_no IS 'number of the row';
COMMENT ON COLUMN medsup.code_book_entry.system IS 'the code system';
COMMENT ON COLUMN medsup.code_book_entry.edition IS 'its edition';
COMMENT ON COLUMN medsup.code_book_entry.code IS 'the code in its canonical spelling';
COMMENT ON COLUMN medsup.code_book_entry.name_zh IS 'Chinese name, as published';
COMMENT ON COLUMN medsup.code_book_entry.name_en IS 'English name, as published';
COMMENT ON COLUMN medsup.code_book_entry.valid IS 'days on which the code may be used';
COMMENT ON COLUMN medsup.code_book_entry.details IS 'what else the list says, by the names of its columns';
COMMENT ON COLUMN medsup.code_book_entry.load_no IS 'the load that brought it; NULL: entered by hand';
COMMENT ON COLUMN medsup.code_book_entry.recorded_by IS 'who recorded it';
COMMENT ON COLUMN medsup.code_book_entry.recorded_at IS 'since when the database says so';
COMMENT ON COLUMN medsup.code_book_entry.closed_by IS 'who closed its validity, which was open before';
COMMENT ON COLUMN medsup.code_book_entry.closed_at IS 'since when the database says that it ends; until then its validity was open';
COMMENT ON COLUMN medsup.code_book_entry.retracted_by IS 'who took it back';
COMMENT ON COLUMN medsup.code_book_entry.retracted_at IS 'since when the database no longer says so; NULL: it still does';
COMMENT ON COLUMN medsup.code_book_entry.retracted_load IS 'the load that took it back';
COMMENT ON COLUMN medsup.code_book_entry.icd10 IS 'the code as icd10, in systems of diagnoses';
COMMENT ON COLUMN medsup.code_book_entry.icd9cm3 IS 'the code as icd9cm3, in systems of operations';
COMMENT ON COLUMN medsup.code_book_entry.fee_item IS 'the code as fee_item, in systems of billed items';
COMMENT ON SEQUENCE medsup.code_book_entry_entry_no_seq IS 'numbers entries';
CREATE UNIQUE INDEX code_book_entry_current ON medsup.code_book_entry (system, code, edition, pg_catalog.lower(valid)) NULLS NOT DISTINCT
    WHERE retracted_at IS NULL;
COMMENT ON INDEX medsup.code_book_entry_current IS 'a code begins once in an edition; finds codes of systems whose codes are text';
-- With valid in the index a look-up by day touches no table page.
CREATE INDEX code_book_entry_icd10 ON medsup.code_book_entry (icd10, system) INCLUDE (valid)
    WHERE icd10 IS NOT NULL AND retracted_at IS NULL;
COMMENT ON INDEX medsup.code_book_entry_icd10 IS 'is a diagnosis known';
CREATE INDEX code_book_entry_icd9cm3 ON medsup.code_book_entry (icd9cm3, system) INCLUDE (valid)
    WHERE icd9cm3 IS NOT NULL AND retracted_at IS NULL;
COMMENT ON INDEX medsup.code_book_entry_icd9cm3 IS 'is an operation known';
CREATE INDEX code_book_entry_fee_item ON medsup.code_book_entry (fee_item, system) INCLUDE (valid)
    WHERE fee_item IS NOT NULL AND retracted_at IS NULL;
COMMENT ON INDEX medsup.code_book_entry_fee_item IS 'is a billed item known';

CREATE TABLE medsup.code_map (
    map_no      bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT code_map_pkey PRIMARY KEY,
    from_system text COLLATE pg_catalog."C" NOT NULL,
    from_edition text COLLATE pg_catalog."C" NOT NULL CONSTRAINT code_map_from_edition CHECK (from_edition OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    from_code   text COLLATE pg_catalog."C" NOT NULL,
    to_system   text COLLATE pg_catalog."C" NOT NULL,
    to_edition  text COLLATE pg_catalog."C" NOT NULL CONSTRAINT code_map_to_edition CHECK (to_edition OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    to_code     text COLLATE pg_catalog."C",
    load_no     bigint REFERENCES medsup.code_book_load (load_no),
    recorded_by text NOT NULL DEFAULT CURRENT_USER,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    retracted_by text,
    retracted_at timestamptz,
    retracted_load bigint REFERENCES medsup.code_book_load (load_no),
    CONSTRAINT code_map_other CHECK ((from_system, from_edition) OPERATOR(pg_catalog.<>) (to_system, to_edition)),
    CONSTRAINT code_map_spelling CHECK (COALESCE(from_code OPERATOR(pg_catalog.=) medsup.canonical_code(from_system, from_code), false)
        AND (to_code IS NULL OR COALESCE(to_code OPERATOR(pg_catalog.=) medsup.canonical_code(to_system, to_code), false))),
    CONSTRAINT code_map_retracted CHECK ((retracted_at IS NULL) OPERATOR(pg_catalog.=) (retracted_by IS NULL))
);
COMMENT ON TABLE medsup.code_map IS 'which code of one edition became which of another; several rows of one code are several candidates';
COMMENT ON COLUMN medsup.code_map.map_no IS 'number of the row';
COMMENT ON COLUMN medsup.code_map.from_system IS 'system of the older code; may differ from to_system, as from local prices to national services';
COMMENT ON COLUMN medsup.code_map.from_edition IS 'edition of the older code; it need not be loaded as a book';
COMMENT ON COLUMN medsup.code_map.from_code IS 'the older code';
COMMENT ON COLUMN medsup.code_map.to_system IS 'system of the newer code';
COMMENT ON COLUMN medsup.code_map.to_edition IS 'edition of the newer code';
COMMENT ON COLUMN medsup.code_map.to_code IS 'the newer code; NULL: the older one has no successor';
COMMENT ON COLUMN medsup.code_map.load_no IS 'the load that brought it; NULL: entered by hand';
COMMENT ON COLUMN medsup.code_map.recorded_by IS 'who recorded it';
COMMENT ON COLUMN medsup.code_map.recorded_at IS 'since when the database says so';
COMMENT ON COLUMN medsup.code_map.retracted_by IS 'who took it back';
COMMENT ON COLUMN medsup.code_map.retracted_at IS 'since when the database no longer says so; NULL: it still does';
COMMENT ON COLUMN medsup.code_map.retracted_load IS 'the load that took it back';
COMMENT ON SEQUENCE medsup.code_map_map_no_seq IS 'numbers rows of the maps';
CREATE UNIQUE INDEX code_map_forward ON medsup.code_map (from_system, from_code, to_edition, from_edition, to_system, to_code) NULLS NOT DISTINCT
    WHERE retracted_at IS NULL;
COMMENT ON INDEX medsup.code_map_forward IS 'what became of a code';
CREATE INDEX code_map_backward ON medsup.code_map (to_system, to_code, from_edition)
    WHERE retracted_at IS NULL;
COMMENT ON INDEX medsup.code_map_backward IS 'what a code was before';

-- history is kept --------------------------------------------------------------

CREATE FUNCTION medsup.code_book_keep() RETURNS trigger
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    beyond record;
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'rows of % are not deleted', TG_RELID::regclass
        USING ERRCODE = '55000',
              HINT = CASE TG_TABLE_NAME
                     WHEN 'code_book' THEN 'An edition ends when the next one begins; entries that should never have been in are retracted.'
                     WHEN 'code_book_load' THEN 'Loads are the history of the books.'
                     WHEN 'code_book_note' THEN 'Notes are the history of the books.'
                     ELSE 'Retract a wrong row: UPDATE ... SET retracted_at = now(), retracted_by = CURRENT_USER.' END;
    END IF;
    IF TG_TABLE_NAME = 'code_book_load' THEN
        -- a load writes its figures when it ends
        IF OLD.loaded_at <> now() OR (NEW.load_no, NEW.list, NEW.system, NEW.edition, NEW.loaded_by, NEW.loaded_at)
                                     IS DISTINCT FROM (OLD.load_no, OLD.list, OLD.system, OLD.edition, OLD.loaded_by, OLD.loaded_at) THEN
            RAISE EXCEPTION 'load % is not rewritten', OLD.load_no
            USING ERRCODE = '55000', HINT = 'Loads are the history of the books.';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'code_book' THEN
        IF (NEW.system, NEW.edition, NEW.added_by, NEW.added_at) IS DISTINCT FROM (OLD.system, OLD.edition, OLD.added_by, OLD.added_at) THEN
            RAISE EXCEPTION 'edition % of % is not renamed', OLD.edition, OLD.system
            USING ERRCODE = '55000', HINT = 'Titles and source may be changed, and an open validity may be closed.';
        END IF;
    ELSE
        -- Only the mark of a retraction may come, once, and a validity may end.
        -- Generated columns follow the code; before the row is stored they are empty.
        IF (to_jsonb(NEW) - '{valid,retracted_at,retracted_by,retracted_load,icd10,icd9cm3,fee_item}'::text[])
           IS DISTINCT FROM (to_jsonb(OLD) - '{valid,retracted_at,retracted_by,retracted_load,icd10,icd9cm3,fee_item}'::text[])
           OR OLD.retracted_at IS NOT NULL THEN
            RAISE EXCEPTION 'a row of % is not rewritten', TG_RELID::regclass
            USING ERRCODE = '55000',
                  HINT = 'Retract it (SET retracted_at = now(), retracted_by = CURRENT_USER) and insert the right one beside it, or load the corrected list again.';
        END IF;
        IF NEW.retracted_at IS NOT NULL AND (NEW.retracted_at <> now() OR NEW.retracted_by IS DISTINCT FROM CURRENT_USER) THEN
            RAISE EXCEPTION 'a row of % is retracted now, and by whoever does it', TG_RELID::regclass
            USING ERRCODE = '55000', HINT = 'SET retracted_at = now(), retracted_by = CURRENT_USER.';
        END IF;
    END IF;
    IF TG_TABLE_NAME <> 'code_map' THEN
        IF NEW.valid IS DISTINCT FROM OLD.valid
           AND (NOT upper_inf(OLD.valid) OR upper_inf(NEW.valid) OR isempty(NEW.valid)
                OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid)) THEN
            RAISE EXCEPTION 'validity % of % cannot become %', OLD.valid, TG_RELID::regclass, NEW.valid
            USING ERRCODE = '55000',
                  HINT = 'An open validity may be closed, keeping its first day. Anything else is a correction: retract the row and insert the right one.';
        END IF;
    END IF;
    IF TG_TABLE_NAME = 'code_book' THEN
        SELECT e.code, e.valid INTO beyond FROM medsup.code_book_entry e
        WHERE e.system = NEW.system AND e.edition = NEW.edition AND e.retracted_at IS NULL AND NOT e.valid <@ NEW.valid
        ORDER BY e.code LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'code % would be valid on days when its edition is not', beyond.code
            USING ERRCODE = 'MS105', DETAIL = format('The code: %s. The edition: %s.', beyond.valid, NEW.valid),
                  HINT = 'Close the entries of the edition first; loading the next edition does both.';
        END IF;
    ELSIF TG_TABLE_NAME = 'code_book_entry' THEN
        IF NEW.valid IS DISTINCT FROM OLD.valid THEN
            IF NEW.retracted_at IS NOT NULL THEN
                RAISE EXCEPTION 'a row of % is not closed and retracted at once', TG_RELID::regclass
                USING ERRCODE = '55000', HINT = 'A retracted row keeps the validity that it had.';
            END IF;
            NEW.closed_at := now();
            NEW.closed_by := CURRENT_USER;
        END IF;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.code_book_keep() IS 'lets rows of the books be closed and retracted, not deleted or rewritten';

CREATE FUNCTION medsup.code_book_apart() RETURNS trigger
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    clash record;
    posing boolean;
BEGIN
    -- What comes is new today.  Only who owns the books may say otherwise, which
    -- a restore does.
    IF NOT pg_has_role(CURRENT_USER, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'USAGE') THEN
        CASE TG_TABLE_NAME
        WHEN 'code_book' THEN
            posing := EXISTS (SELECT FROM added n WHERE (n.added_by, n.added_at) IS DISTINCT FROM (CURRENT_USER::text, now()));
        WHEN 'code_map' THEN
            posing := EXISTS (SELECT FROM added n WHERE (n.recorded_by, n.recorded_at, n.retracted_at)
                                                        IS DISTINCT FROM (CURRENT_USER::text, now(), NULL::timestamptz));
        ELSE
            posing := EXISTS (SELECT FROM added n WHERE (n.recorded_by, n.recorded_at, n.retracted_at, n.closed_at)
                                                        IS DISTINCT FROM (CURRENT_USER::text, now(), NULL::timestamptz, NULL::timestamptz));
        END CASE;
        IF posing THEN
            RAISE EXCEPTION 'a row of % is recorded now, and by whoever does it', TG_RELID::regclass
            USING ERRCODE = '55000', HINT = 'Leave out who recorded it, and when; a new row is neither closed nor retracted.';
        END IF;
    END IF;
    IF TG_TABLE_NAME = 'code_map' THEN
        RETURN NULL;
    END IF;
    -- two sessions that enter the same code see each other's row
    PERFORM pg_advisory_xact_lock(TG_RELID::int, hashtext(n.system)) FROM (SELECT DISTINCT a.system FROM added a ORDER BY 1) n;
    IF TG_TABLE_NAME = 'code_book' THEN
        SELECT n.system AS what, n.edition AS one, o.edition AS other INTO clash
        FROM added n JOIN medsup.code_book o ON o.system = n.system AND o.edition <> n.edition AND o.valid && n.valid
        ORDER BY n.system, n.edition LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'editions % and % of % are in force on the same day', clash.one, clash.other, clash.what
            USING ERRCODE = 'MS105', HINT = 'An edition ends on the day the next one begins: close its validity first.';
        END IF;
    ELSE
        SELECT n.code AS what, n.valid AS one, o.valid AS other INTO clash
        FROM added n JOIN medsup.code_book_entry o
          ON o.system = n.system AND o.edition = n.edition AND o.code = n.code AND o.entry_no <> n.entry_no
         AND o.retracted_at IS NULL AND o.valid && n.valid
        WHERE n.retracted_at IS NULL
        ORDER BY n.entry_no LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'code % is entered twice for the same days', clash.what
            USING ERRCODE = 'MS105', DETAIL = format('Valid are %s and %s.', clash.one, clash.other),
                  HINT = 'Retract or close the entry that is there first.';
        END IF;
        SELECT n.code AS what, n.valid AS one, b.valid AS other INTO clash
        FROM added n JOIN medsup.code_book b ON b.system = n.system AND b.edition = n.edition
        WHERE n.retracted_at IS NULL AND NOT n.valid <@ b.valid
        ORDER BY n.entry_no LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'code % would be valid on days when its edition is not', clash.what
            USING ERRCODE = 'MS105', DETAIL = format('The code: %s. The edition: %s.', clash.one, clash.other),
                  HINT = 'Give days within those of the edition.';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsup.code_book_apart() IS 'keeps editions of a system, and validities of a code, apart, and new rows from claiming to be old; runs once a statement';

CREATE TRIGGER code_book_keep BEFORE UPDATE OR DELETE ON medsup.code_book FOR EACH ROW EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_keep ON medsup.code_book IS 'editions are closed, not deleted';
CREATE TRIGGER code_book_keep_all BEFORE TRUNCATE ON medsup.code_book FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_keep_all ON medsup.code_book IS 'editions are not emptied';
CREATE TRIGGER code_book_apart AFTER INSERT ON medsup.code_book REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_apart();
COMMENT ON TRIGGER code_book_apart ON medsup.code_book IS 'one edition of a system is in force at a time';
CREATE TRIGGER code_book_entry_keep BEFORE UPDATE OR DELETE ON medsup.code_book_entry FOR EACH ROW EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_entry_keep ON medsup.code_book_entry IS 'entries are closed or retracted, not deleted or rewritten';
CREATE TRIGGER code_book_entry_keep_all BEFORE TRUNCATE ON medsup.code_book_entry FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_entry_keep_all ON medsup.code_book_entry IS 'entries are not emptied';
CREATE TRIGGER code_book_entry_apart AFTER INSERT ON medsup.code_book_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_apart();
COMMENT ON TRIGGER code_book_entry_apart ON medsup.code_book_entry IS 'a code of an edition is entered once for a day';
CREATE TRIGGER code_map_apart AFTER INSERT ON medsup.code_map REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_apart();
COMMENT ON TRIGGER code_map_apart ON medsup.code_map IS 'new rows do not claim to be old';
CREATE TRIGGER code_map_keep BEFORE UPDATE OR DELETE ON medsup.code_map FOR EACH ROW EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_map_keep ON medsup.code_map IS 'rows of the maps are retracted, not deleted or rewritten';
CREATE TRIGGER code_map_keep_all BEFORE TRUNCATE ON medsup.code_map FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_map_keep_all ON medsup.code_map IS 'maps are not emptied';
CREATE TRIGGER code_book_load_keep BEFORE DELETE OR TRUNCATE ON medsup.code_book_load FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_load_keep ON medsup.code_book_load IS 'loads are kept';
CREATE TRIGGER code_book_load_figures BEFORE UPDATE ON medsup.code_book_load FOR EACH ROW EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_load_figures ON medsup.code_book_load IS 'figures are written by the load itself';
CREATE TRIGGER code_book_note_keep BEFORE DELETE OR TRUNCATE ON medsup.code_book_note FOR EACH STATEMENT EXECUTE FUNCTION medsup.code_book_keep();
COMMENT ON TRIGGER code_book_note_keep ON medsup.code_book_note IS 'notes are kept';

-- looking up -------------------------------------------------------------------

CREATE FUNCTION medsup.civil_today() RETURNS date
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (now() AT TIME ZONE medsup.civil_zone())::date;
END
$$;
COMMENT ON FUNCTION medsup.civil_today() IS 'today in the bureau''s civil time zone';

-- The set form is inlined: in FROM it becomes an ordinary join with the book,
-- which the planner hashes or nests as it sees fit.  The boolean form is a look-up a call.
CREATE FUNCTION medsup.code_entry(code medsup.icd10, as_of date) RETURNS SETOF medsup.code_book_entry
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT e.* FROM medsup.code_book_entry e
    WHERE e.icd10 OPERATOR(medsup.=) code_entry.code AND e.system OPERATOR(pg_catalog.=) 'icd10'
      AND e.valid OPERATOR(pg_catalog.@>) as_of AND e.retracted_at IS NULL;
END;
COMMENT ON FUNCTION medsup.code_entry(medsup.icd10, date) IS 'the entry of a diagnosis in the edition in force on a day; in FROM it is joined, not called';

CREATE FUNCTION medsup.code_entry(code medsup.icd9cm3, as_of date) RETURNS SETOF medsup.code_book_entry
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT e.* FROM medsup.code_book_entry e
    WHERE e.icd9cm3 OPERATOR(medsup.=) code_entry.code AND e.system OPERATOR(pg_catalog.=) 'icd9cm3'
      AND e.valid OPERATOR(pg_catalog.@>) as_of AND e.retracted_at IS NULL;
END;
COMMENT ON FUNCTION medsup.code_entry(medsup.icd9cm3, date) IS 'the entry of an operation in the edition in force on a day; in FROM it is joined, not called';

CREATE FUNCTION medsup.code_entry(code medsup.fee_item, as_of date) RETURNS SETOF medsup.code_book_entry
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT e.* FROM medsup.code_book_entry e
    WHERE e.fee_item OPERATOR(medsup.=) code_entry.code AND e.system OPERATOR(pg_catalog.=) ANY ('{drug,service,consumable,local}')
      AND e.valid OPERATOR(pg_catalog.@>) as_of AND e.retracted_at IS NULL;
END;
COMMENT ON FUNCTION medsup.code_entry(medsup.fee_item, date) IS 'the entry of a billed item in the edition in force on a day; in FROM it is joined, not called';

CREATE FUNCTION medsup.code_entry(system text, code text, as_of date) RETURNS SETOF medsup.code_book_entry
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT e.* FROM medsup.code_book_entry e
    WHERE e.system OPERATOR(pg_catalog.=) code_entry.system
      AND e.code OPERATOR(pg_catalog.=) code_entry.code
      AND e.valid OPERATOR(pg_catalog.@>) as_of AND e.retracted_at IS NULL;
END;
COMMENT ON FUNCTION medsup.code_entry(text, text, date) IS 'the entry of a code, spelt as the book spells it, in the edition of any system in force on a day';

CREATE FUNCTION medsup.is_known(code medsup.icd10, as_of date) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(medsup.icd10, date) IS 'is the diagnosis in the edition in force on that day; NULL where none is';

CREATE FUNCTION medsup.is_known(code medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(medsup.icd10) IS 'is the diagnosis in the books today; for acts give their day';

CREATE FUNCTION medsup.is_known(code medsup.icd9cm3, as_of date) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(medsup.icd9cm3, date) IS 'is the operation in the edition in force on that day; NULL where none is';

CREATE FUNCTION medsup.is_known(code medsup.icd9cm3) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(medsup.icd9cm3) IS 'is the operation in the books today; for acts give their day';

CREATE FUNCTION medsup.is_known(code medsup.fee_item, as_of date) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(medsup.fee_item, date) IS 'is the billed item in the edition in force on that day; NULL where none is';

CREATE FUNCTION medsup.is_known(code medsup.fee_item) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(medsup.fee_item) IS 'is the billed item in the books today; for acts give their day';

CREATE FUNCTION medsup.is_known(system text, code text, as_of date) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_is_known'
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION medsup.is_known(text, text, date) IS 'is a code, spelt as the book spells it, in the edition of its system in force on that day; NULL where none is';

-- translating ------------------------------------------------------------------

-- A map is read forwards and backwards.  What it says goes before what the book
-- says: 246 codes of the national edition were also codes of older editions and
-- meant something else there.
CREATE FUNCTION medsup.translations(
    system text, given text, to_edition text, from_edition text DEFAULT NULL,
    OUT code text, OUT how text, OUT in_system text) RETURNS SETOF record
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    WITH mapped AS (
        SELECT m.to_code AS code, m.to_system AS in_system
        FROM medsup.code_map m
        WHERE m.from_system OPERATOR(pg_catalog.=) translations.system AND m.from_code OPERATOR(pg_catalog.=) given
          AND m.to_edition OPERATOR(pg_catalog.=) translations.to_edition AND m.retracted_at IS NULL
          AND (translations.from_edition IS NULL OR m.from_edition OPERATOR(pg_catalog.=) translations.from_edition)
        UNION
        SELECT m.from_code, m.from_system
        FROM medsup.code_map m
        WHERE m.to_system OPERATOR(pg_catalog.=) translations.system AND m.to_code OPERATOR(pg_catalog.=) given
          AND m.from_edition OPERATOR(pg_catalog.=) translations.to_edition AND m.retracted_at IS NULL
          AND (translations.from_edition IS NULL OR m.to_edition OPERATOR(pg_catalog.=) translations.from_edition)
    )
    SELECT m.code,
           CASE WHEN m.code IS NULL THEN 'vanished'
                WHEN m.code OPERATOR(pg_catalog.=) given AND m.in_system OPERATOR(pg_catalog.=) translations.system THEN 'same'
                ELSE 'mapped' END,
           m.in_system
    FROM mapped m
    UNION ALL
    SELECT DISTINCT given, 'listed', e.system
    FROM medsup.code_book_entry e
    WHERE e.system OPERATOR(pg_catalog.=) translations.system AND e.edition OPERATOR(pg_catalog.=) translations.to_edition
      AND e.code OPERATOR(pg_catalog.=) given AND e.retracted_at IS NULL
      AND NOT EXISTS (SELECT FROM mapped);
END;
COMMENT ON FUNCTION medsup.translations(text, text, text, text) IS
    'all codes of an edition that a code stands for: same, mapped, vanished (code is NULL), or listed: no map says anything, but that edition has the code; no row: nothing is known';

CREATE FUNCTION medsup.translations(
    given medsup.icd10, to_edition text, from_edition text DEFAULT NULL,
    OUT code medsup.icd10, OUT how text, OUT in_system text) RETURNS SETOF record
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT t.code::medsup.icd10, t.how, t.in_system
    FROM medsup.translations('icd10', given::text, to_edition, from_edition) t
    WHERE medsup.code_system_type(t.in_system) OPERATOR(pg_catalog.=) 'icd10';
END;
COMMENT ON FUNCTION medsup.translations(medsup.icd10, text, text) IS 'all codes of an edition that a code stands for, and how it came to them; those of systems with other types are given by the form with texts';

CREATE FUNCTION medsup.translate(given medsup.icd10, to_edition text, from_edition text DEFAULT NULL) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_translate'
    LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION medsup.translate(medsup.icd10, text, text) IS
    'the one code of an edition that a code stands for; NULL where there is none, more than one, or nothing is known: translations tells which';

CREATE FUNCTION medsup.translations(
    given medsup.icd9cm3, to_edition text, from_edition text DEFAULT NULL,
    OUT code medsup.icd9cm3, OUT how text, OUT in_system text) RETURNS SETOF record
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT t.code::medsup.icd9cm3, t.how, t.in_system
    FROM medsup.translations('icd9cm3', given::text, to_edition, from_edition) t
    WHERE medsup.code_system_type(t.in_system) OPERATOR(pg_catalog.=) 'icd9cm3';
END;
COMMENT ON FUNCTION medsup.translations(medsup.icd9cm3, text, text) IS 'all codes of an edition that a code stands for, and how it came to them; those of systems with other types are given by the form with texts';

CREATE FUNCTION medsup.translate(given medsup.icd9cm3, to_edition text, from_edition text DEFAULT NULL) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_translate'
    LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION medsup.translate(medsup.icd9cm3, text, text) IS
    'the one code of an edition that a code stands for; NULL where there is none, more than one, or nothing is known: translations tells which';

CREATE FUNCTION medsup.translations(
    given medsup.fee_item, to_edition text, from_edition text DEFAULT NULL,
    OUT code medsup.fee_item, OUT how text, OUT in_system text) RETURNS SETOF record
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 2
BEGIN ATOMIC
    SELECT t.code::medsup.fee_item, t.how, t.in_system
    FROM medsup.translations(medsup.code_system_of(given), given::text, to_edition, from_edition) t
    WHERE medsup.code_system_type(t.in_system) OPERATOR(pg_catalog.=) 'fee_item';
END;
COMMENT ON FUNCTION medsup.translations(medsup.fee_item, text, text) IS 'all codes of an edition that a code stands for, and how it came to them; those of systems with other types are given by the form with texts';

CREATE FUNCTION medsup.translate(given medsup.fee_item, to_edition text, from_edition text DEFAULT NULL) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_translate'
    LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION medsup.translate(medsup.fee_item, text, text) IS
    'the one code of an edition that a code stands for; NULL where there is none, more than one, or nothing is known: translations tells which';
