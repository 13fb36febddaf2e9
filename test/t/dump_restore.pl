# Bindings, their views, the ledger and findings survive pg_dump and restore;
# the next night in the restored database finds nothing new.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('dump');
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$FindBin::RealBin/../data/run_fixture.sql", 'postgres' ],
	'a small warehouse');
# a second relation of the kind, bound by mapping, and master data upon encounters
$node->safe_psql('postgres', q{
	CREATE TABLE wh."Old lines" (no bigint, visit text, bill text, person text, day date, code text, qty numeric, amount numeric);
	INSERT INTO wh."Old lines" VALUES (1, 'M1', 'S1', 'P1', '2025-01-02', 'XG01AAA001A001010100001', 1, 10);
	SELECT medsup.bind_source('fee_line', 'wh."Old lines"', '{"feedetl_sn": "''old-'' || t.no", "mdtrt_id": "t.visit",
		"setl_id": "t.bill", "psn_no": "t.person", "fixmedins_code": "''H1''", "fee_ocur_time": "t.day + time ''09:00''",
		"med_list_codg": "t.code", "cnt": "t.qty", "pric": "10", "det_item_fee_sumamt": "t.amount",
		"fulamt_ownpay_amt": "0", "inscp_amt": "t.amount"}');
	CREATE TABLE wh.fixmedins_b (fixmedins_code text, fixmedins_name text, hosp_lv text);
	INSERT INTO wh.fixmedins_b VALUES ('H1', '示例一院', '05');
	SELECT medsup.bind_source('provider', 'wh.fixmedins_b');
	SELECT medsup.set_nightly('40 years');
	CALL medsup.nightly();
	SELECT medsup.judge(finding_id, CASE vola_amt WHEN 20 THEN 'excluded' ELSE 'confirmed' END, 'seen') FROM medsup.finding LIMIT 30;
	SELECT medsup.add_exemption('trial', 'letter 1', codes => '{0031060400500}', person => 'P2'), medsup.add_exemption('trial', 'letter 2', rule => 'L-SEX');
	SELECT medsup.end_exemption(2, 'over');
	SELECT medsup.self_check('H1');
	INSERT INTO medsup.import_line (line) VALUES ('domain,version,no,violation_type,text'), ('护理,2025版,1,重复收费,一个问题');
	SELECT medsup.load_problem_list();
	CALL medsup.nightly();});

my %state = (
	'bindings' => q{SELECT string_agg(kind || ' ' || relation::text || ' ' || mapping::text || ' ' || columns::text, E'\n' ORDER BY kind, relation_name) FROM medsup.source_binding},
	'sources' => q{SELECT string_agg(kind || ' ' || state, ', ' ORDER BY kind, relation::text COLLATE "C") FROM medsup.sources},
	'views' => q{SELECT string_agg(pg_get_viewdef(c.oid), E'\n' ORDER BY c.relname) FROM pg_class c WHERE relnamespace = 'medsup'::regnamespace AND relname ~ '^src_'},
	'findings' => q{SELECT sha256(string_agg(f::text, E'\n' ORDER BY finding_id)::bytea), count(*) FROM medsup.finding f},
	'verdicts' => q{SELECT string_agg(j::text, E'\n' ORDER BY judgement) FROM medsup.judgement j},
	'exemptions' => q{SELECT string_agg(x::text, E'\n' ORDER BY exemption) FROM medsup.exemption x},
	'self-checks' => q{SELECT string_agg(s::text, E'\n') || (SELECT count(*) || md5(string_agg(x::text, '' ORDER BY finding_id)) FROM medsup.self_check_finding x) FROM medsup.self_check s},
	'negative list' => q{SELECT string_agg(n::text, E'\n' ORDER BY n::text) FROM medsup.negative_list n},
	'what counts' => q{SELECT string_agg(r::text, ' ' ORDER BY r::text) || string_agg(DISTINCT f.status, ' ') FROM medsup.rule_total() r, medsup.finding f},
	'ledger' => q{SELECT string_agg(r::text, E'\n' ORDER BY run) FROM medsup.run r},
	'tallies' => q{SELECT sum(lines), count(*) FROM medsup.run_tally},
	'partitions' => q{SELECT string_agg(p::text, E'\n' ORDER BY p::text) FROM medsup.run_step p},
	'rules of the run' => q{SELECT count(*) FROM medsup.run_rule},
	'skipped lines' => q{SELECT count(*) FROM medsup.skipped_line},
	'setting of the night' => q{SELECT n::text FROM medsup.nightly_setting n},
	'rulebook' => q{SELECT version, digest FROM medsup.current_rulebook()});
my %before = map { $_ => $node->safe_psql('postgres', $state{$_}) } keys %state;
like($before{bindings}, qr/Old lines/, 'there is something to dump');
like($before{findings}, qr/\|[1-9]/, 'and findings');
like($before{'what counts'}, qr/exempt.*open/, 'some of them exempt');
isnt($before{verdicts}, '', 'some of them judged');
like($before{'self-checks'}, qr/H1/, 'and a self-check');

foreach my $format ('plain', 'custom', 'custom --section')
{
	(my $db = "restored_$format") =~ s/\W+/_/g;
	my $file = "$dir/$db";
	my ($flag) = $format =~ /^(\w+)/;

	$node->command_ok(
		[ 'pg_dump', "--format=$flag", '--file', $file, 'postgres' ], "pg_dump $format");
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	if ($flag eq 'plain')
	{
		$node->command_ok(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, $db ], "restore $format");
	}
	else
	{
		my @sections =
		  $format =~ /section/ ? map { [ "--section=$_" ] } qw(pre-data data post-data) : ([]);
		$node->command_ok(
			[ 'pg_restore', '--exit-on-error', @$_, '-d', $db, $file ], "restore $format @$_")
		  foreach @sections;
	}
	is($node->safe_psql($db, $state{$_}), $before{$_}, "$_ after restore, $format")
	  foreach sort keys %state;
	$node->safe_psql($db, 'CALL medsup.nightly()');
	is( $node->safe_psql($db,
			q{SELECT run, status, opened, changed, reopened, closed, kept = findings FROM medsup.run ORDER BY run DESC LIMIT 1}),
		'3|done|0|0|0|0|t',
		"a night in the restored database finds nothing new, $format");
	is($node->safe_psql($db, q{SELECT medsup.add_exemption('trial', 'letter 3', rule => 'L-SEX')}), '3', "numbers go on, $format");
}

$node->stop;
done_testing();
