# What a bureau wrote survives dump and restore, what the extension ships comes
# only once, and whoever had an access still has it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('dump');
$node->safe_psql(
	'postgres', q{
CREATE ROLE tap_reader;
CREATE SCHEMA wh;
CREATE TABLE wh.fixmedins_b (fixmedins_code varchar, fixmedins_name varchar, hosp_lv varchar);
INSERT INTO wh.fixmedins_b VALUES ('H99999900001', 'Hospital', '02');
SELECT medsup.bind_source('provider', 'wh.fixmedins_b');
INSERT INTO medsup.rule (rule_code, name_zh, name_en, kind, subject) VALUES ('X-1', 'x', 'x', 'K6', 'item');
INSERT INTO medsup.rule_setting (rule_code, local_name) VALUES ('X-1', 'y');
SELECT medsup.set_parameter('stay_days', 'both', 'test');
INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('99', 2);
INSERT INTO medsup.setting_map (med_type, setting) VALUES ('71', 'inpatient');
INSERT INTO medsup.insurance_map (insutype, class) VALUES ('410', 'basic');
INSERT INTO medsup.clr_way_map (clr_way, method) VALUES ('9', 'group');
INSERT INTO medsup.duty_map (pro_tech_duty, grade) VALUES ('231', 3);
INSERT INTO medsup.exception_setting (exception_code, enabled) SELECT exception_code, false FROM medsup.exception ORDER BY 1 LIMIT 1;
INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
VALUES ('F', 'N25-056', 'institution', 'month', 'fixed', 0.35, 'high', 100, 'x');
INSERT INTO medsup.indicator_set (rule_code, codes, note) VALUES ('N25-060', '002103*', 'x');
INSERT INTO medsup.holiday VALUES ('2026-10-01', false, 'x');
INSERT INTO medsup.indicator_measure (measure_code, pass, expression, note) VALUES ('local_lines', 'fee', 'sum(lines)', 'x');
INSERT INTO medsup.indicator (indicator_code, name_zh, name_en, unit, numerator, denominator, direction) VALUES ('local_share', 'x', 'x', 'share', 'local_lines', 'lines', 1);
INSERT INTO medsup.indicator_node (tree, node, level, name_zh) VALUES ('x', 'A', 1, 'x');
INSERT INTO medsup.inv_chg_type_map (inv_chg_type, movement) VALUES ('101', 'in');
INSERT INTO medsup.provider_cap (cap_code, rule_code, grain, codes, measure, every, limit_value, note)
VALUES ('C', 'X-1', 'doctor', '0034*', 'hours', 'day', 24, 'x');
INSERT INTO medsup.provider_tally (run, rule_code, entry_code, outcome, subjects) VALUES (1, 'X-1', 'C', 'passed', 1);
INSERT INTO medsup.stock_check (check_code, rule_code, codes, every, opening, tolerance_share, tolerance_cnt, note)
VALUES ('S', 'N25-043', 'X*', 'month', 'ledger', 0, 0, 'x');
INSERT INTO medsup.trace_check (check_code, rule_code, lead, at_least, note) VALUES ('T', 'N25-043', 'same_institution', 2, 'x');
INSERT INTO medsup.warning_feedback (warn_rslt_id, warn_type, warn_dspo_way) VALUES ('1', '1', '2');
INSERT INTO medsup.knowledge (entry_code, rule_code, item_name) VALUES ('X-1-1', 'X-1', 'z'), ('X-1-2', 'X-1', 'z');
INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('X-1-1', '001102000050000');
INSERT INTO medsup.knowledge_supersedes (entry_code, supersedes) VALUES ('X-1-2', 'X-1-1');
INSERT INTO medsup.rulebook (version, digest, compiled, rules, entries, codes, unset)
VALUES (1, sha256('x'), 'x', 1, 1, 1, 0);
INSERT INTO medsup.rulebook_proposal (base, digest, compiled, rules, entries, codes, unset, authors, proposed_by)
VALUES (NULL, sha256('x'), 'x', 1, 1, 1, 0, '{somebody}', 'somebody');
INSERT INTO medsup.rulebook_decision (proposal, approved, version, decided_by) VALUES (1, true, 1, 'another');
SELECT medsup.set_four_eyes(true);
INSERT INTO medsup.run (kind, status, lines, finished_at) VALUES ('nightly', 'done', 0, now());
INSERT INTO medsup.run_tally (run, outcome, lines) VALUES (1, 'checked', 0);
INSERT INTO medsup.skipped_line (run, reason) VALUES (1, 'void');
INSERT INTO medsup.run_change (run, reason, persons) VALUES (1, 'rows', 7);
INSERT INTO medsup.source_watch (kind, method, changed_at, overlap) VALUES ('fee_line', 'column', 't.upld_time', '1 hour');
INSERT INTO medsup.finding (finding_id, content_digest, rule_code, entry_code, kind, result_type, rulebook, rulebook_digest,
  scope, measure, vola_amt, vola_amt_max, fund_method, psn_no, mdtrt_id, feedetl_sn, evidence, first_run, changed_run)
VALUES (sha256('1'), sha256('d'), 'X-1', 'X-1-1', 'K6', '可疑', 1, sha256('x'), 'day', 'quantity', 1, 1, 'none', 'p', 'm', 'f', '[]', 1, 1);
SELECT medsup.judge(finding_id, 'confirmed', 'seen') FROM medsup.finding;
SELECT medsup.add_exemption('agreed', 'somebody', rule => 'X-1', person => 'p');
INSERT INTO medsup.gathering_exclusion (psn_no, valid_from, valid_to, reason) VALUES ('p', '2026-01-01', '2026-12-31', 'dialysis');
INSERT INTO medsup.problem_point (domain, edition, no, violation_type, text) VALUES ('x', '1', 1, 'x', 'x');
INSERT INTO medsup.self_check (fixmedins_code, rulebook, rulebook_digest, lines_checked, lines_skipped, findings, vola_amt, started_at)
VALUES ('H99999900001', 1, sha256('x'), 1, 0, 1, 1, now());
INSERT INTO medsup.self_check_finding SELECT 1, f.* FROM medsup.finding f;
UPDATE medsup.finding SET status = 'closed', closed_reason = 'not_reproduced';
SELECT medsup.grant_access('tap_reader', 'reader');
INSERT INTO medsup.import_line (line) VALUES ('code,name'), ('I10.x00,x'), ('nonsense,y');
SELECT medsup.load_code_book('icd10', '2.0');
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('I10.x01,I10.x00');
SELECT medsup.load_code_map('icd10', '1.0', 'icd10', '2.0');
});

# rows and a digest of each table that is dumped
my $rows = q{
SELECT string_agg(c || ' ' || (xpath('/row/n/text()', query_to_xml(format(
         'SELECT count(*) || '':'' || md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C"), '''')) AS n FROM %s t', c),
         false, true, '')))[1]::text, E'\n' ORDER BY c::text COLLATE "C")
FROM (SELECT k.oid::regclass AS c
      FROM pg_catalog.pg_extension e, unnest(e.extconfig) u
      JOIN pg_catalog.pg_class k ON k.oid = u AND k.relkind = 'r'
      WHERE e.extname = 'medsup') t};
my $shipped = q{SELECT (SELECT count(*) FROM medsup.rule WHERE origin = 'national') || ' '
  || (SELECT count(*) FROM medsup.level_map WHERE origin = 'national') || ' ' || (SELECT count(*) FROM medsup.rule_parameter)};
my $masked = q{SELECT psn_ref FROM medsup.finding_masked};

my $before = $node->safe_psql('postgres', $rows);
cmp_ok(scalar(split /\n/, $before), '>', 20, 'tables that are dumped');
my @empty = grep { / 0:/ } split /\n/, $before;
# every table that is dumped had a row to lose, but for what other tests fill
is_deeply([ grep { !/run_step|run_rule|nightly_setting/ } @empty ], [], 'a row in every table of the bureau') or diag(join(' ', @empty));
my $was_shipped = $node->safe_psql('postgres', $shipped);
my $was_masked = $node->safe_psql('postgres', $masked);
like($was_masked, qr/^[0-9a-f]{20}$/, 'masked');

my $file = PostgreSQL::Test::Utils::tempdir() . '/dump';
$node->command_ok([ 'pg_dump', '--format=custom', '--file', $file, 'postgres' ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $file ], 'restore');
is($node->safe_psql('restored', $rows), $before, 'the same rows in every table');
is($node->safe_psql('restored', $shipped), $was_shipped, 'shipped rows once');
is($node->safe_psql('restored', $masked), $was_masked, 'the same masked references');
is($node->safe_psql('restored', 'SELECT fixmedins_name FROM medsup.src_provider'), 'Hospital', 'the source is bound');
is($node->safe_psql('restored', 'SELECT count(*) FROM medsup.source_drift()'), '0', 'and has not drifted');
is($node->safe_psql('restored', "SET ROLE tap_reader; SELECT count(*) FROM medsup.finding_masked"), '1', 'a reader still reads');
isnt($node->psql('restored', "SET ROLE tap_reader; SELECT count(*) FROM medsup.finding"), 0, 'and no more than before');
is($node->safe_psql('restored', "SELECT nextval('medsup.run_seq')"), '2', 'runs go on counting');

$node->stop;
done_testing();
