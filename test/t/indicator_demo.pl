# The shipped indicators over the demo warehouse: each is computed once more by a
# plain SQL statement of its own (test/oracle/indicator.sql), and all are equal,
# with workers and without.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('indicators', conf => "fsync = off\njit = off\nwork_mem = 64MB\n");
my $gen = PostgreSQL::Test::Utils::tempdir() . '/gen_warehouse';
system_or_bail('make', '-s', '-f', "$FindBin::RealBin/../demo/gen.mk", "GEN=$gen");
$node->safe_psql('postgres', 'CREATE SCHEMA wh; SET search_path = wh;' . qx("$gen" --schema --typed));
foreach my $table (qw(fee_list_d mdtrt_d setl_d outmed_setl_d setl_list_diag_d fixmedins_b))
{
	my $file = PostgreSQL::Test::Utils::tempdir() . "/$table.copy";
	system(qq("$gen" --table $table --sf 0.02 --typed >"$file")) == 0 or BAIL_OUT("no $table");
	$node->safe_psql('postgres', "\\copy wh.$table FROM '$file'");
}

sub run_file
{
	my ($file, @vars) = @_;
	my @call = ('psql', '-XqAt', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_STOP=1', (map { ('-v', $_) } @vars), '-f', "$FindBin::RealBin/../oracle/$file");
	my ($out, $err);
	IPC::Run::run(\@call, '>', \$out, '2>', \$err) or BAIL_OUT("$file: $err");
	return $out;
}

$node->safe_psql('postgres', 'SELECT medsup.load_bundled_knowledge()');
run_file('indicator_demo.sql');
is($node->safe_psql('postgres', q{SELECT indicator_code, reason FROM medsup.indicator_state() WHERE state <> 'ready'}),
	'', 'every shipped indicator can be computed');
run_file('indicator.sql', 'from=2026-03-01', 'to=2026-11-01');

is($node->safe_psql('postgres', 'SELECT * FROM again.difference ORDER BY indicator_code, fixmedins_code LIMIT 20'),
	'', 'the same numerators, denominators and values');
cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT indicator_code) FROM again.answer'), '>=', 60, 'at least sixty were computed twice');
is($node->safe_psql('postgres', 'SELECT count(*) FROM medsup.indicator'),
	$node->safe_psql('postgres', 'SELECT count(DISTINCT indicator_code) FROM again.answer'), 'all of the shipped ones');
# the comparison is worth something: figures are there, and not all alike
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM (SELECT indicator_code FROM again.answer WHERE numerator > 0 GROUP BY 1) x'),
	'>=', 60, 'with something in at least sixty numerators');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM (SELECT indicator_code FROM again.answer WHERE denominator > 0 GROUP BY 1 HAVING count(DISTINCT numerator / denominator) > 1) x'),
	'>=', 60, 'and institutions that differ in at least sixty');

# the wide form says the same, whoever computes it
my $wide = q{SELECT md5(string_agg(f::text, chr(10) ORDER BY f.fixmedins_code COLLATE "C")) FROM medsup.provider_features('[2026-03-01,2026-11-01)') f};
my $serial = $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $wide");
is($node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; $wide"),
	$serial, 'the same features with and without workers');
# settlements that are void, reversed or there twice are given by value while they are few
my ($odd, $doubled) = split(/\|/, $node->safe_psql('postgres', q{
	INSERT INTO wh.mdtrt_d SELECT * FROM wh.mdtrt_d WHERE mdtrt_id LIKE '%7';
	SELECT cardinality((medsup.odd_rows('settlement')).keys), cardinality((medsup.odd_rows('encounter')).keys)}));
cmp_ok($odd, '>', 1, 'some settlements are odd');
cmp_ok($doubled, '>', 1, 'some visits are there twice');
is($node->safe_psql('postgres', $wide), $serial, 'a visit that is there twice counts once');
$node->safe_psql('postgres', 'CREATE OR REPLACE FUNCTION medsup.most_odd_rows() RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN 1');
is($node->safe_psql('postgres', $wide), $serial, 'and the same where they are many');
$node->safe_psql('postgres', 'CREATE OR REPLACE FUNCTION medsup.most_odd_rows() RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN 100000');
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM medsup.provider_features('[2026-03-01,2026-11-01)') f
		CROSS JOIN medsup.indicator_list() l
		CROSS JOIN LATERAL unnest(l.codes, f.features) u (code, value)
		FULL JOIN (SELECT * FROM medsup.provider_indicators('[2026-03-01,2026-11-01)') WHERE reason IS NULL OR reason = 'small_denominator') i
		  ON i.indicator_code = u.code AND i.fixmedins_code = f.fixmedins_code
		WHERE i.value::float8 IS DISTINCT FROM u.value OR i.indicator_code IS NULL}),
	'0', 'features are the values in the order of the list');

# departments and doctors add up to their institution, where every line names one
foreach my $grain ('department', 'doctor')
{
	my $column = $grain eq 'doctor' ? 'bilg_dr_codg' : 'bilg_dept_codg';
	is($node->safe_psql('postgres', qq{
			SELECT count(*) FILTER (WHERE (p.n, p.d) IS DISTINCT FROM (i.numerator, i.denominator)), count(*) > 0 FROM (
				SELECT fixmedins_code, indicator_code, sum(numerator) AS n, sum(denominator) AS d
				FROM medsup.provider_indicators('[2026-03-01,2026-11-01)', '$grain', '{drug_share,own_pay_share,weekend_share,round_share,line_cost}') GROUP BY 1, 2) p
			FULL JOIN medsup.provider_indicators('[2026-03-01,2026-11-01)', 'institution', '{drug_share,own_pay_share,weekend_share,round_share,line_cost}') i USING (fixmedins_code, indicator_code)
			JOIN (SELECT fixmedins_code FROM medsup.src_fee_line GROUP BY 1 HAVING bool_and($column IS NOT NULL)) w USING (fixmedins_code)}),
		'0|t', "$grain by $grain, the lines of an institution");
}
# the eight of K13: what fences see in a month is what scores see
$node->safe_psql('postgres', q{
	INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
	SELECT 'F' || right(rule_code, 3), rule_code, 'institution', 'month', 'fixed', 0, 'high', 1, 'x' FROM medsup.indicator WHERE rule_code IS NOT NULL;
	CALL medsup.run_provider_rules('2026-03-01', '2026-05-01')});
is($node->safe_psql('postgres', q{
		WITH x AS MATERIALIZED (
			SELECT m.month, x.* FROM generate_series(timestamp '2026-03-01', '2026-04-01', '1 month') m (month)
			CROSS JOIN LATERAL medsup.provider_indicators(daterange(m.month::date, (m.month + interval '1 month')::date), 'institution',
				(SELECT array_agg(indicator_code) FROM medsup.indicator WHERE rule_code IS NOT NULL)) x)
		SELECT count(DISTINCT i.rule_code) > 5, count(*) FILTER (WHERE x.numerator::text IS DISTINCT FROM f.evidence #>> '{0,row,numerator}' OR x.denominator::text IS DISTINCT FROM f.evidence #>> '{0,row,denominator}')
		FROM x
		JOIN medsup.indicator i USING (indicator_code)
		JOIN medsup.finding f ON f.rule_code = i.rule_code AND f.fixmedins_code = x.fixmedins_code AND f.window_start = x.month}),
	't|0', 'fences and scores see the same figures');

# a source that is taken away is a reason, never a zero
$node->safe_psql('postgres', q{SELECT medsup.unbind_source('case_group', 'wh.case_group_d'); DELETE FROM medsup.holiday});
is($node->safe_psql('postgres', q{
		SELECT indicator_code, count(numerator), count(value), string_agg(DISTINCT reason, ' ')
		FROM medsup.provider_indicators('[2026-03-01,2026-11-01)', 'institution', '{drug_share,case_mix,holiday_share}') WHERE indicator_code <> 'drug_share' GROUP BY 1 ORDER BY 1}),
	"case_mix|0|0|not bound: case_group, case_group.grp_wt\nholiday_share|0|0|unset: days: medsup.holiday", 'without its source an indicator has a reason');

# the page lists what is shipped
open(my $page, '<', "$FindBin::RealBin/../../docs/indicators.md") or BAIL_OUT("no page: $!");
my @listed = grep { /^\| `\w+` \| .* \| (high|low|both) \|$/ } <$page>;
close($page);
is(join('', @listed), run_file('indicator_table.sql'), 'the table of the page is that of the shipped indicators');

$node->stop;
done_testing();
