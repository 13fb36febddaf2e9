-- What entries say beyond book.sql: of records, and where they speak at all.

-- every other book has a value for internet visits
DELETE FROM medsup.setting_map WHERE setting = 'internet';
INSERT INTO medsup.setting_map (med_type, setting) SELECT '1101', 'internet' WHERE :round % 2 = 1;

ALTER TABLE batch.entry ADD alt_level_min int, ADD alt_medins_type text, ADD programmes text[], ADD dx_required text, ADD dx_forbidden text,
    ADD oprn_required text, ADD dx_main_only boolean, ADD before_days int, ADD sub_first boolean,
    ADD access_n int, ADD access text, ADD condition_n int, ADD condition text, ADD dx_relation text;
-- sequences, some without codes
UPDATE batch.entry e SET
    limit_value = CASE measure WHEN 'visits' THEN (ARRAY[0, 1, 1, 2])[1 + oracle.r(4, s || 'limit')]
                               WHEN 'readmission' THEN (ARRAY[0, 1, 3, 30])[1 + oracle.r(4, s || 'limit')] ELSE (ARRAY[0, 0, 1, 3])[1 + oracle.r(4, s || 'limit')] END,
    settings = CASE WHEN measure IN ('visits', 'visit_days', 'during_stay') AND oracle.r(2, s || 'meant') = 0 THEN '{outpatient,emergency,pharmacy,chronic}'::text[] END,
    dx_relation = CASE WHEN measure = 'readmission' THEN coalesce((SELECT a.variant FROM oracle.ask a WHERE a.id = e.ask), 'any') END
WHERE kind = 'K12';
DELETE FROM batch.entry_code k USING batch.entry e WHERE e.entry_code = k.entry_code AND e.kind = 'K12' AND oracle.r(2, e.s || 'codes') = 0;

UPDATE batch.entry e SET
    settings = CASE WHEN measure = 'setting' AND oracle.r(2, s || 'online') = 0 THEN '{inpatient,emergency,outpatient,chronic,pharmacy}' ELSE e.settings END,
    window_days = CASE WHEN measure <> 'prerequisite' THEN e.window_days END,
    alt_level_min = CASE WHEN measure = 'level' AND level_min > 1 AND oracle.r(2, s || 'alt') = 0 THEN level_min - 1 END,
    alt_medins_type = CASE WHEN measure = 'level' AND level_min > 1 AND oracle.r(2, s || 'alt') = 0 THEN 'A1' END,
    programmes = CASE WHEN measure = 'programme' THEN ARRAY[oracle.pick('{M,M001,M00102}', s || 'programme'), 'M009'] END,
    dx_required = CASE WHEN measure = 'diagnosis' AND oracle.r(3, s || 'required') <> 0 OR measure = 'prerequisite' AND oracle.r(4, s || 'required') = 0
                       THEN oracle.pick('{"I20-I25, !I25",I21,N08,"E11, C50"}', s || 'dx') END,
    dx_forbidden = CASE WHEN measure = 'diagnosis' AND oracle.r(3, s || 'required') <> 1 THEN oracle.pick('{I20,C50,"N08, Z51",I25}', s || 'no dx') END,
    oprn_required = CASE WHEN measure = 'diagnosis' AND oracle.r(4, s || 'oprn') = 0 OR measure = 'prerequisite' AND oracle.r(5, s || 'oprn') = 0
                         THEN oracle.pick('{36,36.06,"80, 36.07"}', s || 'operation') END,
    dx_main_only = measure = 'diagnosis' AND oracle.r(3, s || 'main only') = 0,
    at_least = CASE WHEN measure = 'prerequisite' THEN (ARRAY[NULL, 1, 2, 4])[1 + oracle.r(4, s || 'least')] ELSE e.at_least END,
    before_days = CASE WHEN measure = 'prerequisite' AND scope = 'rolling' THEN (ARRAY[0, 1, 2, 40])[1 + oracle.r(4, s || 'before')] END,
    sub_first = measure = 'prerequisite' AND oracle.r(3, s || 'sub first') = 0
WHERE true;

-- lists of herbs, and what a programme pays
UPDATE batch.entry_code k SET code = (SELECT l.code FROM oracle.listed l WHERE l.n = 100 + oracle.r(4, k.entry_code || k.code || :'seed'))
FROM batch.entry e WHERE e.entry_code = k.entry_code AND e.measure = 'closure';
DELETE FROM batch.entry_code k WHERE k.ctid <> (SELECT min(o.ctid) FROM batch.entry_code o WHERE o.entry_code = k.entry_code AND o.role = k.role AND o.code = k.code);
INSERT INTO batch.entry_code SELECT entry_code, 'list', l.code
FROM batch.entry e, oracle.listed l WHERE e.measure = 'programme' AND l.n = oracle.r(8, e.s || 'pays');

-- conditions, and where some entries speak at all; without codes of lines or of visits
UPDATE batch.entry e SET
    condition_n = CASE WHEN measure = 'condition' THEN (SELECT x.n FROM oracle.expression x WHERE e.what = 'condition codes' OR e.what = 'condition ' || x.per
                                                        ORDER BY oracle.r(1000, e.s || 'condition' || x.n), x.n LIMIT 1) END,
    access_n = CASE WHEN oracle.r(6, s || 'access') = 0 THEN (SELECT x.n FROM oracle.expression x WHERE e.what <> 'condition visit' OR x.per = 'visit'
                                                              ORDER BY oracle.r(1000, e.s || 'access' || x.n), x.n LIMIT 1) END,
    item_name = CASE WHEN measure = 'condition' THEN oracle.pick('{this,that}', s || 'item') ELSE item_name END;
UPDATE batch.entry e SET condition = (SELECT x.text FROM oracle.expression x WHERE x.n = e.condition_n),
    access = (SELECT x.text FROM oracle.expression x WHERE x.n = e.access_n);
DELETE FROM batch.entry_code k USING batch.entry e WHERE e.entry_code = k.entry_code AND e.what IN ('condition line', 'condition visit');

-- two exceptions, each for some rules
CREATE TABLE batch.exception AS
SELECT 'OX-' || i AS exception_code, x.n, x.text,
       (SELECT array_agg(DISTINCT rule_code) FROM batch.entry e WHERE oracle.r(12, e.rule_code || :'seed' || 'exempt') = i) AS rule_codes
FROM generate_series(1, 2) AS i,
     LATERAL (SELECT * FROM oracle.expression x ORDER BY oracle.r(1000, :'seed' || :from || 'exception' || i || '/' || x.n), x.n LIMIT 1) AS x;
DELETE FROM medsup.exception WHERE origin = 'local';
INSERT INTO medsup.exception (exception_code, origin, name_zh, name_en, condition, rule_codes)
SELECT exception_code, 'local', exception_code, exception_code, text, rule_codes FROM batch.exception;
