-- parameters: no hidden default, names and values are checked
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
BEGIN;
SELECT name, value_type, unit, min_value, max_value, choices, default_value FROM medsup.rule_parameter ORDER BY name COLLATE "C";
SELECT name FROM medsup.rule_parameter p, unnest(p.rule_codes) c WHERE NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = c);
SELECT name, value FROM medsup.publishable_param;
SELECT medsup.set_parameter('child_age', '14');
SELECT medsup.set_parameter('child_age', NULL);
SELECT medsup.set_parameter(NULL, '14');
SELECT medsup.set_parameter('child_age_below_years', v) FROM unnest('{14.5}'::text[]) v;
SELECT medsup.set_parameter('child_age_below_years', '0');
SELECT medsup.set_parameter('child_age_below_years', '-3');
SELECT medsup.set_parameter('child_age_below_years', '');
SELECT medsup.set_parameter('child_age_below_years', '999999999999');
SELECT medsup.set_parameter('stay_days', 'in');
SELECT medsup.set_parameter('timezone', 'Peking');
SELECT medsup.set_parameter('timezone', 'UTC');
SELECT medsup.set_parameter('eye_hospital_medins_type', ' ');
-- the table itself checks, too
INSERT INTO medsup.parameter_setting (name, value) VALUES ('course_gap_days', 'ten');
UPDATE medsup.parameter_setting SET value = 'Mars/Olympus';
SELECT medsup.set_parameter('child_age_below_years', ' 014 ', 'local notice');
SELECT medsup.set_parameter('stay_days', 'in_not_out', 'local notice');
SELECT name, value, note FROM medsup.parameter_setting ORDER BY name COLLATE "C";
SELECT medsup.parameter('child_age_below_years'), medsup.parameter('course_gap_days'), medsup.parameter('nothing');
SELECT medsup.set_parameter('child_age_below_years', '18', 'newer notice');
SELECT name, value, note FROM medsup.parameter_setting WHERE name = 'child_age_below_years';
SELECT medsup.set_parameter('child_age_below_years', NULL);
SELECT medsup.parameter('child_age_below_years');
-- who changed a setting last is never what the writer says
INSERT INTO medsup.rule_setting (rule_code, changed_by) VALUES ('N25-001', 'somebody');
UPDATE medsup.rule_setting SET note = 'x', changed_by = 'nobody' WHERE rule_code = 'N25-001';
SELECT changed_by = CURRENT_USER AS stamped, changed_at = now() AS now FROM medsup.rule_setting WHERE rule_code = 'N25-001';
ROLLBACK;
