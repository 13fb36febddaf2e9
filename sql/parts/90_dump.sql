-- What pg_dump saves of our tables: everything a bureau wrote, nothing the
-- extension brings along itself, since CREATE EXTENSION brings that again before
-- the rows are restored.  Tables not named here hold shipped rows only.

-- what of the warehouse is bound; the views medsup.src_* are dumped as views
SELECT pg_catalog.pg_extension_config_dump('medsup.source_binding', '');
-- code books: all of them, since the extension brings none
SELECT pg_catalog.pg_extension_config_dump('medsup.code_book', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_book_load', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_book_load_load_no_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_book_note', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_book_entry', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_book_entry_entry_no_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_map', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.code_map_map_no_seq', '');
-- rules: local rows; shipped rules are described by the extension
SELECT pg_catalog.pg_extension_config_dump('medsup.rule', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.rule_setting', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.parameter_setting', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.level_map', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.setting_map', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.insurance_map', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.clr_way_map', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.duty_map', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.exception', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.exception_setting', '');
-- rules over providers
SELECT pg_catalog.pg_extension_config_dump('medsup.fee_class_map', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.inv_chg_type_map', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.holiday', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.indicator_measure', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.indicator', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.indicator_node', 'WHERE origin = ''local''');
SELECT pg_catalog.pg_extension_config_dump('medsup.indicator_set', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.indicator_fence', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.provider_cap', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.stock_check', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.trace_check', '');
-- knowledge: the bundled points, too, since a function loads them, not the install
SELECT pg_catalog.pg_extension_config_dump('medsup.knowledge', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.knowledge_code', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.knowledge_supersedes', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.rulebook', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.publish_policy', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.rulebook_proposal', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.rulebook_proposal_proposal_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.rulebook_decision', '');
-- the ledger
SELECT pg_catalog.pg_extension_config_dump('medsup.run_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.run', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.run_step', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.run_tally', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.run_rule', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.provider_tally', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.skipped_line', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.nightly_setting', '');
-- how changes are noticed, but nothing of what was seen: restored rows are another
-- database's, and its first night audits everybody
SELECT pg_catalog.pg_extension_config_dump('medsup.source_watch', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.run_change', '');
-- findings and who may see them
SELECT pg_catalog.pg_extension_config_dump('medsup.finding', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.finding_history', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.judgement', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.judgement_judgement_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.exemption', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.exemption_exemption_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.gathering_exclusion', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.gathering_exclusion_no_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.self_check', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.self_check_self_check_seq', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.self_check_finding', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.problem_point', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.warning_feedback', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.mask_key', '');
SELECT pg_catalog.pg_extension_config_dump('medsup.access_grant', '');
