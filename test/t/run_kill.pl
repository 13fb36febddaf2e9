# A run that is killed or cancelled loses nothing and doubles nothing: the next
# one ends with the findings of an undisturbed run.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('kill', conf => "fsync = on\nsynchronous_commit = on\nrestart_after_crash = on\n");
my $findings = q{SELECT sha256(string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex')
	|| evidence::text, E'\n' ORDER BY finding_id)::bytea), count(*) FROM medsup.finding WHERE status = 'open'};

$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$FindBin::RealBin/../data/run_fixture.sql", 'postgres' ],
	'a small warehouse');
$node->safe_psql('postgres', 'CALL medsup.run_audit()');
my $wanted = $node->safe_psql('postgres', $findings);
like($wanted, qr/\|[1-9]\d*$/, 'an undisturbed run finds something');

# start_run starts a run of 300 partitions in the background and returns it
# with its backend once some of them are committed.
sub start_run
{
	my ($err) = ('');
	my $run = IPC::Run::start(
		[
			'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c',
			'CALL medsup.run_audit(partitions => 300)'
		],
		'>', '/dev/null', '2>', \$err);
	ok( $node->poll_query_until(
			'postgres', q{SELECT count(*) > 0 FROM medsup.run WHERE status = 'running' AND partitions_done >= 3}),
		'a run is under way');
	my $pid = $node->safe_psql('postgres', q{SELECT backend_pid FROM medsup.run WHERE status = 'running'});
	return ($run, $pid, \$err);
}

sub check_rerun
{
	my ($what, $status) = @_;

	is( $node->safe_psql('postgres',
			q{SELECT bool_and(lines = lines_checked + lines_skipped) FROM medsup.run_step}),
		't', "$what: what was committed balances");
	is( $node->safe_psql('postgres', q{SELECT partitions_done < 300, lines = (SELECT sum(p.lines) FROM medsup.run_step p WHERE p.run = r.run)
			FROM medsup.run r ORDER BY run DESC LIMIT 1}),
		't|t', "$what: in the middle");
	$node->safe_psql('postgres', 'CALL medsup.run_audit(partitions => 7)');
	is($node->safe_psql('postgres', q{SELECT status FROM medsup.run ORDER BY run DESC OFFSET 1 LIMIT 1}),
		$status, "$what: the ledger says $status");
	is($node->safe_psql('postgres', q{SELECT status, lines FROM medsup.run ORDER BY run DESC LIMIT 1}),
		'done|3000', "$what: the next run does it all");
	is($node->safe_psql('postgres', $findings), $wanted, "$what: the findings of an undisturbed run");
}

foreach my $how ('kill -9 of the backend', 'stop of the server', 'cancel')
{
	# with nothing found yet, so that the killed run has found some
	$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
	my ($run, $pid, $err) = start_run();
	my $status = 'abandoned';
	if ($how =~ /^kill/)
	{
		kill('KILL', $pid);
		eval { $run->finish };
		ok($node->poll_query_until('postgres', 'SELECT true'), 'the server recovers');
		is( $node->safe_psql('postgres', q{SELECT state FROM medsup.health() WHERE item = 'running'}),
			'alarm', 'health() notices the dead run');
	}
	elsif ($how =~ /^stop/)
	{
		$node->stop('immediate');
		eval { $run->finish };
		$node->start;
	}
	else
	{
		$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
		eval { $run->finish };
		like($$err, qr/canceling statement due to user request/, 'and says so');
		$status = 'cancelled';
		# psql may be gone before its backend
		ok( $node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'}),
			'the lock is given back');
	}
	check_rerun($how, $status);
}

$node->stop;
done_testing();
