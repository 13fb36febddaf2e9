# A cancel ends a run whatever it is at: from its first statement to its last,
# with and without workers, by day and by night.  A lock that another session
# holds keeps the run in the phase; while it reads, see run_workers.pl.  Once
# there is a row of the run, it says cancelled; everything is given back, and the
# next call ends with the findings of an undisturbed run.  How long a cancel
# takes is measured by make bench-audit-cancel.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('cancel');
my $data = "$FindBin::RealBin/../data";
my $findings = q{SELECT sha256(string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex')
	|| evidence::text, E'\n' ORDER BY finding_id)::bytea), count(*) FROM medsup.finding WHERE status = 'open'};

foreach my $file ('run_fixture.sql', 'run_many.sql')
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', 'visits=1000', '-f', "$data/$file", 'postgres' ],
		"a warehouse: $file");
}
# a rule over providers that has something to count
$node->safe_psql('postgres', q{
	INSERT INTO medsup.indicator_set (rule_code, codes, note) VALUES ('N25-060', '0031*', 'test');
	INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
	VALUES ('TEST', 'N25-060', 'institution', 'month', 'fixed', 1, 'high', 1, 'test')});
$node->safe_psql('postgres', 'CALL medsup.run_audit(partitions => 4)');
my $wanted = $node->safe_psql('postgres', $findings);
like($wanted, qr/\|[1-9]\d{2,}$/, 'an undisturbed run finds hundreds');

# hold returns a session that has begun a transaction with a statement.
sub hold
{
	my ($statement) = @_;
	my ($in, $out) = ('', '');
	my $session = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out);
	$in .= "BEGIN; $statement; SELECT 'held';\n";
	$session->pump until $out =~ /held/;
	return ($session, \$in);
}

sub let_go
{
	my ($session, $in) = @_;
	$$in .= "ROLLBACK;\n\\q\n";
	$session->finish;
}

# check_cancel cancels CALL while a process of its waits for RELATION.
sub check_cancel
{
	my ($what, $workers, $call, $relation, $mode, $ledger) = @_;
	my $err = '';
	my $runs = $node->safe_psql('postgres', 'SELECT max(run) FROM medsup.run');
	my $waits = "SELECT count(*) > 0 FROM pg_locks WHERE relation = '$relation'::regclass AND NOT granted";
	my @held = hold("LOCK TABLE $relation IN $mode MODE");
	my $run = IPC::Run::start(
		[ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', "SET medsup.audit_workers = $workers", '-c', $call ],
		'>', '/dev/null', '2>', \$err);

	ok($node->poll_query_until('postgres', $waits), "$what: the run waits for $relation");
	$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL %' AND backend_type = 'client backend'");
	# the lock is still held
	$run->finish;
	like($err, qr/canceling statement due to user request/, "$what: psql is told");
	is( $node->safe_psql('postgres', "SELECT status, sqlstate FROM medsup.run WHERE run > $runs ORDER BY run DESC LIMIT 1"),
		$ledger, "$what: so is the ledger");
	is( $node->safe_psql('postgres', q{SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'medsup audit worker'),
			(SELECT count(*) FROM medsup.run WHERE status = 'running'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')}),
		'0|0|0', "$what: nobody is left, nothing is locked");
	let_go(@held);
	return;
}

my @phases = (
	[ 'beginning', 'medsup.run_rule', 'EXCLUSIVE', '' ],
	[ 'looking at the sources', 'wh.mdtrt_d', 'ACCESS EXCLUSIVE', '' ],
	[ 'recording', 'medsup.finding', 'EXCLUSIVE', 'cancelled|57014' ],
	[ 'rules over providers', 'medsup.provider_tally', 'EXCLUSIVE', 'cancelled|57014' ],
	[ 'ending', 'medsup.run_tally', 'EXCLUSIVE', 'cancelled|57014' ]);

foreach my $workers (0, 2)
{
	foreach my $phase (@phases)
	{
		my ($doing, $relation, $mode, $ledger) = @$phase;

		$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
		check_cancel("$workers workers, $doing", $workers, 'CALL medsup.run_audit(partitions => 4, resume => false)', $relation, $mode, $ledger);
		$node->safe_psql('postgres', "SET medsup.audit_workers = $workers; CALL medsup.run_audit(partitions => 4)");
		is($node->safe_psql('postgres', $findings), $wanted, "$workers workers, $doing: the next call finds what an undisturbed run does");
	}
}

# ---- a night, which sweeps the sources ----

$node->safe_psql('postgres', 'CALL medsup.nightly()');
foreach my $phase (
	[ 'beginning', 'medsup.run_rule', 'EXCLUSIVE', '' ],
	[ 'sweeping', 'medsup.sweep_chunk', 'EXCLUSIVE', 'cancelled|57014' ],
	[ 'noting what changed', 'medsup.run_change', 'EXCLUSIVE', 'cancelled|57014' ],
	@phases[ 2 .. $#phases ])
{
	my ($doing, $relation, $mode, $ledger) = @$phase;

	$node->safe_psql('postgres', q{UPDATE wh.fee_list_d SET cnt = (1 + cnt::numeric)::text WHERE psn_no = (SELECT psn_no FROM medsup.finding WHERE status = 'open' ORDER BY finding_id LIMIT 1) AND cnt ~ '^\d+$'});
	check_cancel("a night, $doing", 2, 'CALL medsup.nightly()', $relation, $mode, $ledger);
	$node->safe_psql('postgres', 'CALL medsup.nightly()');
	$wanted = $node->safe_psql('postgres', $findings);
	$node->safe_psql('postgres', 'CALL medsup.run_audit()');
	is($node->safe_psql('postgres', $findings), $wanted, "a night, $doing: the next night leaves a full audit nothing to find");
}

$node->stop;
done_testing();
