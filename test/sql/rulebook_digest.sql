-- The digest of a book is of its content alone.  The two below were written down
-- on one day and version of the server, and are compiled here on another.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
BEGIN;
-- nobody's rows but those that are shipped
DELETE FROM medsup.knowledge;
DELETE FROM medsup.rule_setting;
DELETE FROM medsup.parameter_setting;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.load_limit_checks() IS NOT NULL AS loaded;
SELECT medsup.load_record_checks() IS NOT NULL AS loaded;
CREATE TEMP TABLE bundled AS SELECT sha256(medsup.compile_rulebook()) AS digest;
SELECT encode(digest, 'hex') AS bundled FROM bundled;

-- a book of given rows that has something in every section
CREATE TEMP TABLE given AS SELECT $${
    "rule": [{"rule_code": "T-2", "kind": "K3", "fund_scope": "pool", "result_type": "可疑", "stage": "事后", "name_zh": "限适应症", "name_en": "indication", "clause": "第三十八条", "disposal": "退回"},
             {"rule_code": "T-1", "kind": "K6", "fund_scope": "any", "result_type": "可疑", "name_zh": "限频次"},
             {"rule_code": "T-3", "kind": "K7", "fund_scope": "any", "result_type": "可疑", "name_zh": "折价"},
             {"rule_code": "T-4", "kind": "K11", "fund_scope": "any", "result_type": "可疑", "name_zh": "记录"}],
    "entry": [{"entry_code": "E-2", "rule_code": "T-2", "item_name": "乙", "dx_required": "E10-E14, !E13", "dx_forbidden": "O00-O99", "oprn_required": "36.0-36.1", "dx_main_only": true, "access": "visit.med_type = '11'", "valid_from": "2025-01-01", "valid_to": "infinity", "region": "510100", "region_by": "care", "basis": "文件", "basis_no": "1号"},
              {"entry_code": "E-1", "rule_code": "T-1", "item_name": "甲", "measure": "quantity", "scope": "month", "limit_value": 2.5, "limit_basis": "case", "limit_case": "visit.lines", "count_key": "doctor", "levels": [1, 3]},
              {"entry_code": "E-5", "rule_code": "T-1", "item_name": "甲", "measure": "quantity", "scope": "rolling", "window_days": 30, "limit_value": 7},
              {"entry_code": "E-3", "rule_code": "T-3", "item_name": "丙", "scope": "day", "rates": [1, 0.5]},
              {"entry_code": "E-4", "rule_code": "T-4", "item_name": "丁", "condition": "line.cnt > 3"}],
    "code": [{"entry_code": "E-2", "role": "main", "code": "XL02BB"}, {"entry_code": "E-1", "role": "main", "code": "003107010220000"},
             {"entry_code": "E-3", "role": "main", "code": "003307"}, {"entry_code": "E-5", "role": "main", "code": "003107010220000"}, {"entry_code": "E-2", "role": "main", "code": "XA10BJL366B002010181708"}],
    "map": [{"map": "setting", "key": "21", "value": "inpatient"}, {"map": "level", "key": "03", "value": "3"}, {"map": "insurance", "key": "310", "value": "basic"}],
    "param": [{"name": "timezone", "value": "Asia/Shanghai"}, {"name": "course_gap_days", "value": "30"}],
    "exception": [{"exception_code": "N-1", "name_zh": "急诊", "name_en": "emergency", "rule_codes": ["T-1", "T-2"], "condition": "visit.med_type = '13'"}]
}$$::jsonb AS content;
SELECT encode(sha256(medsup.compile_book(content)), 'hex') AS given, i.rules, i.entries, i.codes, i.postings FROM given, medsup.rulebook_info(medsup.compile_book(content)) i;
-- the lists the other way round
SELECT sha256(medsup.compile_book(content)) = sha256(medsup.compile_book((
    SELECT jsonb_object_agg(l.key, (SELECT jsonb_agg(e.value ORDER BY e.ordinality DESC) FROM jsonb_array_elements(l.value) WITH ORDINALITY e))
    FROM jsonb_each(content) l))) AS same FROM given;

-- settings of the session
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL IntervalStyle = 'sql_standard';
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL extra_float_digits = -15;
SET LOCAL bytea_output = 'escape';
SET LOCAL search_path = medsup, public;
SET LOCAL work_mem = '64kB';
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_hashagg = off;
SELECT sha256(medsup.compile_rulebook()) = digest AS same FROM bundled;
RESET ALL;
SET client_min_messages = warning;
SET enable_seqscan = off;
SET enable_indexonlyscan = off;
SELECT sha256(medsup.compile_rulebook()) = digest AS same FROM bundled;
RESET enable_seqscan;
RESET enable_indexonlyscan;

-- rows in another order, loaded by somebody else on another day
CREATE TEMP TABLE k AS SELECT * FROM medsup.knowledge;
CREATE TEMP TABLE c AS SELECT * FROM medsup.knowledge_code;
CREATE TEMP TABLE s AS SELECT * FROM medsup.knowledge_supersedes;
UPDATE k SET loaded_by = 'somebody', loaded_at = '2020-02-29 12:00+00';
DELETE FROM medsup.knowledge;
INSERT INTO medsup.knowledge SELECT * FROM k ORDER BY md5(entry_code);
INSERT INTO medsup.knowledge_code SELECT * FROM c ORDER BY md5(entry_code || role || code::text);
INSERT INTO medsup.knowledge_supersedes SELECT * FROM s ORDER BY md5(entry_code || supersedes);
SELECT sha256(medsup.compile_rulebook()) = digest AS same FROM bundled;

-- and everything that is in the book changes it
SAVEPOINT change;
UPDATE medsup.knowledge SET valid_to = '2031-01-01' WHERE entry_code = 'KP-c3d06466c8bbded8';
SELECT medsup.set_parameter('course_gap_days', '30', 'test');
SELECT sha256(medsup.compile_rulebook()) = digest AS same FROM bundled;
ROLLBACK TO change;
INSERT INTO medsup.exception_setting (exception_code, enabled) SELECT exception_code, NOT enabled FROM medsup.exception ORDER BY exception_code COLLATE "C" LIMIT 1;
SELECT sha256(medsup.compile_rulebook()) = digest AS same FROM bundled;
ROLLBACK TO change;
INSERT INTO medsup.level_map (hosp_lv, level, note) VALUES ('zz', 1, 'test');
SELECT sha256(medsup.compile_rulebook()) = digest AS same FROM bundled;
ROLLBACK;
