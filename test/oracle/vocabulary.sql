-- The reference evaluator: what may be drawn, and how.
--
-- Once a database.  Everything random is a hash of (seed, case, place), so a
-- case is the same however many others are drawn with it.

CREATE SCHEMA oracle;

DO $$ BEGIN
    PERFORM medsup.set_parameter('insurance_year_start', '07-01', 'the reference');
    PERFORM medsup.set_parameter('course_gap_days', '3', 'the reference');
END $$;
-- kinds are tried here before the catalogue lists them as judged
ALTER TABLE medsup.rule DROP CONSTRAINT IF EXISTS rule_judged_kind;
INSERT INTO medsup.duty_map (pro_tech_duty, grade) VALUES ('1', 1), ('2', 2), ('3', 3);

-- a number from 0 to n - 1
CREATE FUNCTION oracle.r(n int, place text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (('x' || substr(md5(place), 1, 7))::bit(28)::int) % n;

CREATE FUNCTION oracle.pick(choices text[], place text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN choices[1 + oracle.r(cardinality(choices), place)];

CREATE TABLE oracle.code (n int, code text);
INSERT INTO oracle.code VALUES
    (0, 'XL02BBA326A001010102180'), (1, 'XL02BBA326A001010102180'), (2, 'XG01AAA001A001010100001'),
    (3, 'XB01AXA223B002010100156'), (4, '001102000030000'), (5, '001103000010000'), (6, '003314000020000'),
    (7, 'XL02BBA326A001020102180');

-- drugs and consumables down to the name, other items as they are
CREATE VIEW oracle.medicine AS
SELECT DISTINCT code, CASE WHEN code ~ '^X' THEN left(code, 10) ELSE code END AS medicine FROM oracle.code;

CREATE TABLE oracle.uses (words text, n numeric);
INSERT INTO oracle.uses VALUES ('tid', 3), ('BID', 2), ('qod', 0.5), ('q8h', 3), ('每日三次', 3);

-- what an entry may list: the codes, and nodes above some of them
CREATE TABLE oracle.listed (n int, code text);
INSERT INTO oracle.listed VALUES
    (0, 'XL02BBA326A001010102180'), (1, 'XG01AAA001A001010100001'), (2, 'XB01AXA223B002010100156'), (3, 'XL02BBA326A'), (4, 'X'),
    (5, '001102000030000'), (6, '001103000010000'), (7, '003314000020000');

-- (check, scope, counter) that the page allows; an entry of each is drawn.
-- Coverage is told by "what", the check and what sets it apart from its likes.
CREATE TABLE oracle.ask (id serial, kind text, measure text, scope text, count_key text, limit_basis text, variant text,
    what text GENERATED ALWAYS AS (measure || coalesce(' ' || variant, '')) STORED);

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT kind, measure, 'line', NULL
FROM (VALUES ('K1', 'sex'), ('K1', 'age'), ('K1', 'insurance'), ('K2', 'setting'), ('K2', 'level'), ('K2', 'institution_type'),
             ('K2', 'department'), ('K2', 'prescriber'), ('K9', 'never'), ('K8', 'price')) AS v (kind, measure), generate_series(1, 4);

-- What counts or compares: every counter.
INSERT INTO oracle.ask (kind, measure, scope, count_key, limit_basis, variant)
SELECT v.kind, m, s, k, basis, nullif(basis, 'constant')
FROM (VALUES
    ('K6', '{quantity,count,money,fund_money}', '{line,prescription,hour,6h,day,rolling,week,month,quarter,year,insurance_year,visit,operation,stay,course,lifetime}', 'constant'),
    ('K6', '{hours}', '{line,prescription,hour,day,rolling,week,month,quarter,year,insurance_year,visit,operation,stay,course,lifetime}', 'constant'),
    ('K6', '{supply_days}', '{line,prescription,day,rolling,week,month,quarter,year,insurance_year,visit,stay,course,lifetime}', 'constant'),
    ('K6', '{dose}', '{line,prescription,day}', 'constant'),
    ('K6', '{kinds}', '{prescription,hour,day,week,month,quarter,year,insurance_year,visit,operation,stay,lifetime}', 'constant'),
    ('K6', '{days}', '{rolling,week,month,quarter,year,insurance_year,visit,stay,course,lifetime}', 'constant'),
    ('K6', '{span_days,gap_days}', '{visit,stay,course,lifetime}', 'constant'),
    ('K6', '{quantity,days}', '{visit,stay}', 'stay_days'),
    ('K6', '{quantity,hours,money,supply_days}', '{line,prescription,day,week,insurance_year,visit,stay,lifetime}', 'item'),
    ('K6', '{kinds}', '{prescription,day,visit,stay,lifetime}', 'item'),
    ('K6', '{quantity,count,money,hours,dose}', '{line,prescription,day}', 'case'),
    ('K6', '{kinds}', '{prescription,hour,day,visit,operation,stay}', 'case'),
    ('K6', '{days}', '{week,visit,stay,lifetime}', 'case'),
    ('K9', '{quantity,kinds}', '{prescription}', 'constant'),
    ('K9', '{dose}', '{prescription,day}', 'constant'),
    ('K10', '{kinds}', '{prescription,day}', 'constant')) AS v (kind, measures, scopes, basis),
    unnest(v.measures::text[]) AS m, unnest(v.scopes::text[]) AS s,
    unnest('{person_institution,person,encounter,prescription,doctor,department}'::text[]) AS k;

INSERT INTO oracle.ask (kind, measure, scope, count_key, variant)
SELECT v.kind, m, s, k, variant
FROM (VALUES
    ('K5', 'pair', '{prescription,hour,6h,day,week,month,visit,operation,stay}', NULL),
    ('K5', 'parts', '{prescription,hour,day,week,month,quarter,year,insurance_year,visit,operation,stay,lifetime}', NULL),
    ('K7', 'discount', '{day,visit,operation,stay}', NULL),
    ('K10', 'pair', '{prescription,day}', NULL),
    ('K10', 'overlap', '{prescription,day,visit,stay,lifetime}', 'sub'),
    ('K10', 'overlap', '{prescription,day,visit,stay,lifetime}', 'class')) AS v (kind, m, scopes, variant),
    unnest(v.scopes::text[]) AS s,
    unnest('{person_institution,person,encounter,prescription,doctor,department}'::text[]) AS k;

\ir vocabulary_record.sql

-- What the batches have met, added up.
CREATE TABLE oracle.coverage (kind text, what text, scope text, count_key text, findings bigint, hits bigint, passes bigint);
CREATE VIEW oracle.coverage_total AS
SELECT a.kind, a.what, a.scope, coalesce(a.count_key, '') AS count_key,
       coalesce(sum(c.findings), 0) AS findings, coalesce(sum(c.hits), 0) AS hits, coalesce(sum(c.passes), 0) AS passes
FROM (SELECT DISTINCT kind, what, scope, count_key FROM oracle.ask) AS a
LEFT JOIN oracle.coverage c ON c.kind = a.kind AND c.what = a.what AND c.scope = a.scope AND c.count_key IS NOT DISTINCT FROM a.count_key
GROUP BY a.kind, a.what, a.scope, a.count_key;
CREATE VIEW oracle.coverage_text AS
SELECT format('%-3s %-24s %-14s %s', kind, what, scope,
              string_agg(concat_ws(' ', nullif(count_key, ''), format('%s in %s/%s', findings, hits, passes)), ', ' ORDER BY count_key)) AS line
FROM oracle.coverage_total GROUP BY kind, what, scope ORDER BY ltrim(kind, 'K')::int, what, scope;
