-- Indicators of providers: what is divided by what, and the tree they stand in.
-- What is counted is SQL and belongs to the extension's owner; authors combine it
-- by parameters and never write SQL.

-- Days that are not what the week says.
CREATE TABLE medsup.holiday (
    day         date PRIMARY KEY,
    working     boolean NOT NULL,
    note        text
);
COMMENT ON TABLE medsup.holiday IS 'public holidays and the weekend days worked instead (调休), filled by the bureau; starts empty';
COMMENT ON COLUMN medsup.holiday.day IS 'the day';
COMMENT ON COLUMN medsup.holiday.working IS 'false: a holiday; true: a Saturday or Sunday that is worked';
COMMENT ON COLUMN medsup.holiday.note IS 'which holiday';

CREATE TABLE medsup.indicator_measure (
    measure_code text PRIMARY KEY CHECK (measure_code OPERATOR(pg_catalog.~) '^[a-z][a-z0-9_]*$'),
    origin      text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    pass        text NOT NULL CHECK (pass OPERATOR(pg_catalog.=) ANY ('{fee,visit,package,diagnosis,stay,bill,finding,case_group,bed}')),
    expression  text NOT NULL CHECK (expression OPERATOR(pg_catalog.<>) ''),
    condition   text,
    takes       text[] NOT NULL DEFAULT '{}' CHECK (takes OPERATOR(pg_catalog.<@) '{settings,fee_classes,codes,days}'),
    needs       text[] NOT NULL DEFAULT '{}',
    grains      text[] NOT NULL DEFAULT '{institution,department,doctor,pharmacy}'
                CHECK (grains OPERATOR(pg_catalog.<@) '{institution,department,doctor,pharmacy}'),
    note        text NOT NULL CHECK (note OPERATOR(pg_catalog.<>) ''),
    CONSTRAINT indicator_measure_takes CHECK (NOT takes OPERATOR(pg_catalog.&&) '{codes,days}' OR expression OPERATOR(pg_catalog.~~) '%\%s%' OR condition OPERATOR(pg_catalog.~~) '%\%s%')
);
COMMENT ON TABLE medsup.indicator_measure IS 'what indicators count: an aggregate over the rows of a pass; shipped, or added by the owner of the extension, since it is SQL';
COMMENT ON COLUMN medsup.indicator_measure.measure_code IS 'its name';
COMMENT ON COLUMN medsup.indicator_measure.origin IS 'national: shipped, read-only; local: added by the owner of the extension';
COMMENT ON COLUMN medsup.indicator_measure.pass IS
    'whose rows it looks at: fee (settled lines added up by kind of care and class), visit, package (set of items of visits), diagnosis (main ones), stay, bill (by minute), finding, case_group, bed';
COMMENT ON COLUMN medsup.indicator_measure.expression IS 'an aggregate over these rows; %s stands for the set of codes or the days of the indicator';
COMMENT ON COLUMN medsup.indicator_measure.condition IS 'rows that count; NULL: all';
COMMENT ON COLUMN medsup.indicator_measure.takes IS 'parameters of an indicator that it understands';
COMMENT ON COLUMN medsup.indicator_measure.needs IS 'optional sources and columns that are to be bound, as kind or kind.column';
COMMENT ON COLUMN medsup.indicator_measure.grains IS 'grains it can be counted for';
COMMENT ON COLUMN medsup.indicator_measure.note IS 'what it is, in words';

CREATE TABLE medsup.indicator (
    indicator_code text PRIMARY KEY CHECK (indicator_code OPERATOR(pg_catalog.~) '^[A-Za-z][A-Za-z0-9_.-]{0,63}$'),
    rule_code   text UNIQUE REFERENCES medsup.rule (rule_code),
    origin      text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    ordinal     int,
    name_zh     text NOT NULL CHECK (name_zh OPERATOR(pg_catalog.<>) ''),
    name_en     text NOT NULL CHECK (name_en OPERATOR(pg_catalog.<>) ''),
    unit        text NOT NULL CHECK (unit OPERATOR(pg_catalog.=) ANY ('{share,yuan,number,days,permille,index}')),
    numerator   text NOT NULL REFERENCES medsup.indicator_measure (measure_code),
    denominator text NOT NULL REFERENCES medsup.indicator_measure (measure_code),
    scale       numeric NOT NULL DEFAULT 1 CHECK (scale OPERATOR(pg_catalog.>) 0 AND scale OPERATOR(pg_catalog.<) 'NaN'),
    settings    text[] CHECK (settings OPERATOR(pg_catalog.<@) '{inpatient,emergency,outpatient,chronic,pharmacy,internet}'),
    fee_classes text[],
    codes       text CHECK (codes IS NULL OR medsup.try_fee_item_set(codes) IS NOT NULL),
    days        int CHECK (days OPERATOR(pg_catalog.>) 0),
    direction   int NOT NULL CHECK (direction OPERATOR(pg_catalog.=) ANY ('{-1,0,1}')),
    min_denominator numeric NOT NULL DEFAULT 30 CHECK (min_denominator OPERATOR(pg_catalog.>) 0 AND min_denominator OPERATOR(pg_catalog.<) 'NaN'),
    figure      text CHECK (figure OPERATOR(pg_catalog.=) ANY ('{fee,infection,readmission}')),
    note        text,
    CONSTRAINT indicator_rule CHECK ((rule_code IS NULL) OPERATOR(pg_catalog.=) (figure IS NULL)),
    CONSTRAINT indicator_readmission CHECK (figure OPERATOR(pg_catalog.<>) 'readmission' OR days IS NOT NULL)
);
COMMENT ON TABLE medsup.indicator IS 'indicators of providers: which measure is divided by which, with which parameters; docs/indicators.md';
COMMENT ON COLUMN medsup.indicator.indicator_code IS 'its code';
COMMENT ON COLUMN medsup.indicator.rule_code IS 'the rule of kind K13 that judges it by fences; NULL: none does, it feeds scores';
COMMENT ON COLUMN medsup.indicator.origin IS 'national: shipped, read-only; local: the bureau''s own';
COMMENT ON COLUMN medsup.indicator.ordinal IS 'place among the features; NULL: behind all others, by code';
COMMENT ON COLUMN medsup.indicator.name_zh IS 'name, Chinese';
COMMENT ON COLUMN medsup.indicator.name_en IS 'name, English';
COMMENT ON COLUMN medsup.indicator.unit IS 'share (0 to 1), yuan, number, days, permille or index (1 is what the peers have)';
COMMENT ON COLUMN medsup.indicator.numerator IS 'what is divided';
COMMENT ON COLUMN medsup.indicator.denominator IS 'by what';
COMMENT ON COLUMN medsup.indicator.scale IS 'factor of the value, such as 1000 for permille';
COMMENT ON COLUMN medsup.indicator.settings IS 'settings (就医方式) that count; NULL: all';
COMMENT ON COLUMN medsup.indicator.fee_classes IS 'classes of fee_class_map in the numerator; NULL: all';
COMMENT ON COLUMN medsup.indicator.codes IS 'fee items in the numerator, as fee_item_set reads them; of an indicator with a rule they stand in medsup.indicator_set';
COMMENT ON COLUMN medsup.indicator.days IS 'days within which something counts, the last one included';
COMMENT ON COLUMN medsup.indicator.direction IS 'what is suspicious: 1 high, -1 low, 0 both';
COMMENT ON COLUMN medsup.indicator.min_denominator IS 'smaller denominators give no value';
COMMENT ON COLUMN medsup.indicator.figure IS
    'how fences compute it: fee: amount of the fees in question / amount of all; infection: discharges with a diagnosis of the set / discharges; readmission: discharges followed by an unplanned readmission / discharges; NULL: no rule';
COMMENT ON COLUMN medsup.indicator.note IS 'where it comes from, or how to read it';

-- Bureaus order their indicators in trees of their own, as 17 / 23 / 518.
CREATE TABLE medsup.indicator_node (
    tree        text NOT NULL CHECK (tree OPERATOR(pg_catalog.<>) ''),
    node        text NOT NULL CHECK (node OPERATOR(pg_catalog.~) '^[^[:space:]]{1,64}$'),
    origin      text NOT NULL DEFAULT 'local' CHECK (origin OPERATOR(pg_catalog.=) ANY ('{national,local}')),
    level       int NOT NULL CHECK (level OPERATOR(pg_catalog.=) ANY ('{1,2,3}')),
    parent      text,
    name_zh     text NOT NULL CHECK (name_zh OPERATOR(pg_catalog.<>) ''),
    name_en     text,
    indicator_code text REFERENCES medsup.indicator (indicator_code),
    PRIMARY KEY (tree, node),
    CONSTRAINT indicator_node_parent FOREIGN KEY (tree, parent) REFERENCES medsup.indicator_node (tree, node),
    CONSTRAINT indicator_node_root CHECK ((parent IS NULL) OPERATOR(pg_catalog.=) (level OPERATOR(pg_catalog.=) 1)),
    CONSTRAINT indicator_node_leaf CHECK (indicator_code IS NULL OR level OPERATOR(pg_catalog.=) 3)
);
COMMENT ON TABLE medsup.indicator_node IS 'trees of indicators of three levels: the shipped one, medsup, and those that a bureau loads';
COMMENT ON COLUMN medsup.indicator_node.tree IS 'the tree; medsup is the shipped one';
COMMENT ON COLUMN medsup.indicator_node.node IS 'code of the node in its tree';
COMMENT ON COLUMN medsup.indicator_node.origin IS 'national: shipped, read-only; local: the bureau''s own';
COMMENT ON COLUMN medsup.indicator_node.level IS '1, 2 or 3; indicators are at level 3';
COMMENT ON COLUMN medsup.indicator_node.parent IS 'the node above, one level up; NULL at level 1';
COMMENT ON COLUMN medsup.indicator_node.name_zh IS 'name, Chinese';
COMMENT ON COLUMN medsup.indicator_node.name_en IS 'name, English';
COMMENT ON COLUMN medsup.indicator_node.indicator_code IS 'the indicator that computes it; NULL: none does, the bureau fills it from elsewhere';

CREATE FUNCTION medsup.check_indicator() RETURNS trigger
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n medsup.indicator_measure;
    d medsup.indicator_measure;
    wrong text;
    known text[];
BEGIN
    SELECT m.* INTO n FROM medsup.indicator_measure m WHERE m.measure_code = NEW.numerator;
    SELECT m.* INTO d FROM medsup.indicator_measure m WHERE m.measure_code = NEW.denominator;
    IF n.measure_code IS NULL OR d.measure_code IS NULL THEN
        RETURN NEW;                     -- the foreign key says so
    END IF;
    -- classes, codes and days are the numerator's; settings must mean something on both sides
    SELECT string_agg(p.name, ', ' ORDER BY p.name) INTO wrong
    FROM (VALUES ('settings', NEW.settings IS NOT NULL, n.takes || d.takes), ('fee_classes', NEW.fee_classes IS NOT NULL, n.takes),
                 ('codes', NEW.codes IS NOT NULL, n.takes), ('days', NEW.days IS NOT NULL, n.takes)) p (name, given, takes)
    WHERE p.given AND p.name <> ALL (p.takes);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'indicator "%" has parameters that its measures do not take: %', NEW.indicator_code, wrong
        USING ERRCODE = 'MS101', DETAIL = format('%s takes %s; %s takes %s.', n.measure_code, coalesce(nullif(array_to_string(n.takes, ', '), ''), 'none'),
                                                 d.measure_code, coalesce(nullif(array_to_string(d.takes, ', '), ''), 'none')),
              HINT = 'SELECT measure_code, takes, note FROM medsup.indicator_measure;';
    END IF;
    SELECT string_agg(p.name, ', ' ORDER BY p.name) INTO wrong
    FROM (VALUES ('codes', NEW.codes IS NULL AND NEW.rule_code IS NULL), ('days', NEW.days IS NULL)) p (name, lacks)
    WHERE p.lacks AND p.name = ANY (n.takes);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'indicator "%" lacks a parameter that % needs: %', NEW.indicator_code, NEW.numerator, wrong
        USING ERRCODE = 'MS101', HINT = 'Give it in the column of that name.';
    END IF;
    IF d.takes && '{codes,days}' THEN
        RAISE EXCEPTION 'indicator "%" divides by %, which needs a parameter', NEW.indicator_code, NEW.denominator
        USING ERRCODE = 'MS101', HINT = 'Codes and days belong to the numerator.';
    END IF;
    IF NEW.fee_classes IS NOT NULL THEN
        SELECT array_agg(DISTINCT f.fee_class) INTO known FROM medsup.fee_class_map f WHERE f.fee_class IS NOT NULL;
        SELECT string_agg(c, ', ') INTO wrong FROM unnest(NEW.fee_classes) c WHERE c <> ALL (known);
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'unknown class of fee: %', wrong
            USING ERRCODE = 'MS101', HINT = 'Known are ' || array_to_string(known, ', ') || '.';
        END IF;
    END IF;
    IF NOT n.grains && d.grains THEN
        RAISE EXCEPTION '% and % have no grain in common', NEW.numerator, NEW.denominator
        USING ERRCODE = 'MS101', HINT = 'SELECT measure_code, grains FROM medsup.indicator_measure;';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.check_indicator() IS 'trigger: an indicator has the parameters that its measures take, and no others';
