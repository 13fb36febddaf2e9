# The demo's flow at a small scale, by pg_cron: everything planted is found,
# nothing innocent is reported, money is right to the fen; then a second night
# over the same lines changes nothing.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $cron = have_extension('pg_cron');
note 'pg_cron is not installed: the night is called directly' if !$cron;
my $node = medsup_node('demo', cron => $cron);
my $home = PostgreSQL::Test::Utils::tempdir();

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGDATABASE} = 'postgres';
delete local $ENV{PGOPTIONS};
local $ENV{DEMO_HOME} = $home;
local $ENV{DEMO_SF} = '0.02';
local $ENV{DEMO_LANG} = 'en';
my $out = qx(bash "$FindBin::RealBin/../demo/run_demo.sh" 2>&1);
my $rc = $?;
is($rc, 0, 'the demo ends well') or diag($out);

like($out, qr/points: .* in force, .* superseded/, 'says what was loaded');
like($out, qr/CALL medsup\.nightly\(\) \| succeeded/, 'pg_cron fired the night') if $cron;
like($out, qr/^\(1\) All [\d,]+ lines audited, \d+ institutions, in [\d.]+ seconds, 0 left out$/m,
	'nothing was left out');
foreach my $n (2 .. 7)
{
	like($out, qr/^\($n\) /m, "the page has its part $n");
}
foreach my $sort ("Family's account", 'Refunded', 'Emergency')
{
	like($out, qr/^    $sort: \d{4}-/m, "not reported, with the reason: $sort");
}
my @lists = glob("$home/worklist/*.csv");
is(scalar @lists,
	$node->safe_psql('postgres', 'SELECT count(*) FROM medsup.institution_total()'),
	'one work list an institution');

# every finding proves itself
is($node->safe_psql('postgres',
		'SELECT count(*) FROM medsup.finding f, medsup.verify_finding(f.finding_id) v WHERE NOT v.ok'),
	'0', 'every finding is proved by its evidence');
# and one that was tampered with does not
$node->safe_psql('postgres',
	'CREATE TABLE untouched AS SELECT * FROM medsup.finding; UPDATE medsup.finding SET vola_amt = vola_amt + 0.01');
is($node->safe_psql('postgres',
		'SELECT count(*) FROM medsup.finding f, medsup.verify_finding(f.finding_id) v WHERE v.ok'),
	'0', 'a finding with one fen more proves nothing');
$node->safe_psql('postgres',
	'UPDATE medsup.finding f SET vola_amt = u.vola_amt FROM untouched u WHERE u.finding_id = f.finding_id');
foreach my $forged (
	[ 'a limit', q{limit_value = limit_value || '9'} ],
	[ 'a clause', q{clause = clause || '.'} ],
	[ 'a fund', q{fund_split = fund_split || '{"maf_pay": 0.01}'} ],
	[ 'a code', q{evidence = jsonb_set(evidence, '{0,med_list_codg}', '"XX"')} ],
	[ 'a birth date', q{evidence = jsonb_set(evidence, '{0,encounter,brdy}', '"1901-01-01 00:00:00"')} ],
	[ 'a bill', q{evidence = jsonb_set(evidence, '{0,settlement,hifp_pay}', '0.01') } ])
{
	my ($what, $set) = @$forged;

	$node->safe_psql('postgres', "UPDATE medsup.finding SET $set");
	is($node->safe_psql('postgres', q{
			SELECT count(*) FROM medsup.finding f, untouched u, medsup.verify_finding(f.finding_id) v
			WHERE u.finding_id = f.finding_id AND v.ok AND f.* IS DISTINCT FROM u.*
			  AND (f.limit_value, f.clause, f.fund_split, f.evidence) IS DISTINCT FROM (u.limit_value, u.clause, u.fund_split, u.evidence)}),
		'0', "a finding with $what forged proves nothing");
	$node->safe_psql('postgres', q{
		UPDATE medsup.finding f SET limit_value = u.limit_value, clause = u.clause, fund_split = u.fund_split, evidence = u.evidence
		FROM untouched u WHERE u.finding_id = f.finding_id});
}

# totals: by rule they may overlap, by institution and run each line counts once
is($node->safe_psql('postgres', q{
		SELECT (SELECT sum(vola_amt + group_amt) FROM medsup.institution_total())
		     = (SELECT sum(vola_amt) FROM medsup.finding_line_once())
		   AND (SELECT sum(vola_amt) FROM medsup.rule_total()) = (SELECT sum(vola_amt) FROM medsup.finding WHERE status = 'open')}),
	't', 'totals add up');

# a second night: no new finding, no row rewritten
my $digest = q{SELECT md5(string_agg(f::text || f.xmin::text, '' ORDER BY f.finding_id)) FROM medsup.finding f};
my $before = $node->safe_psql('postgres', $digest);
$node->safe_psql('postgres', 'CALL medsup.nightly()');
is($node->safe_psql('postgres', $digest), $before, 'a second night writes no finding');
is($node->safe_psql('postgres',
		"SELECT opened + changed + reopened + closed FROM medsup.run WHERE status = 'done' ORDER BY run DESC LIMIT 1"),
	'0', 'and finds nothing new');

$node->stop;
done_testing();
