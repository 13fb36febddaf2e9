-- K9, herbs that are not paid: from points that an author adds through a
-- published book to findings.  Figures are worked out by hand from
-- docs/rulebook.md: closed prescriptions give one finding of all paid lines.
\getenv srcdir PG_ABS_SRCDIR
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.add_knowledge(e, r, n, c, j)
FROM (VALUES ('T-never', 'N25-003', '阿胶', '{T001700233}'::text[], '{"measure": "never"}'::jsonb),
             ('T-alone-1', 'N25-004', '丁香', '{T000700200}', '{"measure": "closure"}'),
             ('T-alone-2', 'N25-004', '人参片', '{T001700643}', '{"measure": "closure"}')) p (e, r, n, c, j);
SELECT medsup.publish_rulebook();
\set fixture :srcdir '/data/kind_fixture.sql'
\i :fixture
CREATE TEMP TABLE tried (n int GENERATED ALWAYS AS IDENTITY, rule text, name text, claim jsonb);
INSERT INTO tried (rule, name, claim) VALUES
    ('N25-003', 'never: alone', pg_temp.claim('[{"med_list_codg": "T001700233", "rx_drord_no": "R1"}]')),
    ('N25-003', 'never: in a compound', pg_temp.claim('[{"med_list_codg": "T001700233", "rx_drord_no": "R1", "cnt": 1}, {"med_list_codg": "T000800179", "rx_drord_no": "R1"}, {"med_list_codg": "T000700200", "rx_drord_no": "R1"}]')),
    ('N25-003', 'never: what a refund leaves', pg_temp.claim('[{"med_list_codg": "T001700233", "rx_drord_no": "R1", "cnt": 3}, {"med_list_codg": "T001700233", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]')),
    ('N25-003', 'never: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "T001700233", "rx_drord_no": "R1", "inscp_amt": 0}]')),
    ('N25-003', 'never: given back', pg_temp.claim('[{"med_list_codg": "T001700233", "rx_drord_no": "R1", "cnt": 1}, {"med_list_codg": "T001700233", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}]')),
    ('N25-003', 'never: another herb', pg_temp.claim('[{"med_list_codg": "T000800179", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: one herb', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: two of the list', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "T001700643", "rx_drord_no": "R1", "cnt": 4}]')),
    ('N25-004', 'alone: the fund paid one of two', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1", "inscp_amt": 0}, {"med_list_codg": "T001700643", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: two prescriptions, one closed', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "T001700643", "rx_drord_no": "R2"}, {"med_list_codg": "T000800179", "rx_drord_no": "R2"}]')),
    ('N25-004', 'alone: the other herb was given back', pg_temp.claim('[{"med_list_codg": "T000800179", "rx_drord_no": "R1", "cnt": 1}, {"med_list_codg": "T000800179", "cnt": -1, "init_feedetl_sn": "1", "fee_ocur_time": "2026-03-02 10:00:00"}, {"med_list_codg": "T000700200", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: no number, nothing else in the visit', pg_temp.claim('[{"med_list_codg": "T000700200"}, {"med_list_codg": "T001700643"}]')),
    ('N25-004', 'alone: beside a drug that is no herb', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "XA10BJD332B002010178403", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: beside another herb', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "T000800179", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: beside another herb that the patient paid', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "T000800179", "rx_drord_no": "R1", "inscp_amt": 0}]')),
    ('N25-004', 'alone: the fund paid nothing', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1", "inscp_amt": 0}]')),
    ('N25-004', 'alone: beside the herb never paid', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "T001700233", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: no number, another herb in the visit', pg_temp.claim('[{"med_list_codg": "T000700200"}, {"med_list_codg": "T000800179", "rx_drord_no": "R1"}]')),
    ('N25-004', 'alone: beside a code that cannot be read', pg_temp.claim('[{"med_list_codg": "T000700200", "rx_drord_no": "R1"}, {"med_list_codg": "??", "rx_drord_no": "R1"}]'));
SELECT rule, name, pg_temp.says(claim, rule) FROM tried ORDER BY n;
\set closing :srcdir '/data/kind_closing.sql'
\i :closing
ROLLBACK;
