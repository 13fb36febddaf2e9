# A run that is killed, stopped or cancelled loses nothing and doubles nothing:
# called again it goes on where it was, and ends with the findings of an
# undisturbed run.  KILL_SEED repeats the moments of a failure, KILLS is how many.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);
use MedsupTest;

my $kills = $ENV{KILLS} // 20;
my $seed = $ENV{KILL_SEED} // (time() * 1000 ^ $$) % 1_000_000;
srand($seed);
diag("KILL_SEED=$seed");

my $node = medsup_node('kill', conf => "fsync = on\nsynchronous_commit = on\nrestart_after_crash = on\n");
my $data = "$FindBin::RealBin/../data";
my $findings = q{SELECT sha256(string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex')
	|| evidence::text, E'\n' ORDER BY finding_id)::bytea), count(*) FROM medsup.finding WHERE status = 'open'};
my $visits = 8_000;
my $lines = 10 * $visits;

foreach my $file ('run_fixture.sql', 'run_many.sql')
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "visits=$visits", '-f', "$data/$file", 'postgres' ],
		"a warehouse: $file");
}
my $started = time();
$node->safe_psql('postgres', 'CALL medsup.run_audit(partitions => 8)');
my $took = time() - $started;
my $wanted = $node->safe_psql('postgres', $findings);
like($wanted, qr/\|[1-9]\d{3,}$/, 'an undisturbed run finds thousands');

# start_run calls run_audit, or else, in the background and returns it, with what it says.
sub start_run
{
	my ($call) = @_;
	my $err = '';
	my $run = IPC::Run::start(
		[
			'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c',
			$call // 'CALL medsup.run_audit(partitions => 8)'
		],
		'>', '/dev/null', '2>', \$err);
	return ($run, \$err);
}

# processes returns the leader's pid and the workers as pid => what they do.
sub processes
{
	my $rows = $node->safe_psql('postgres', q{
		SELECT 'leader', pid, '' FROM pg_stat_activity WHERE query LIKE 'CALL medsup.%' AND backend_type = 'client backend'
		UNION ALL SELECT 'worker', a.pid, coalesce(w.doing, 'starting')
		FROM pg_stat_activity a LEFT JOIN medsup.progress_worker w USING (pid) WHERE a.backend_type = 'medsup audit worker'});
	my ($leader, %worker);
	foreach my $row (split /\n/, $rows)
	{
		my ($who, $pid, $doing) = split /\|/, $row, -1;
		$leader = $pid if $who eq 'leader';
		$worker{$pid} = $doing if $who eq 'worker';
	}
	return ($leader, %worker);
}

# poll_start starts the server once no process of the killed one is left.
sub poll_start
{
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return 1 if $node->start(fail_ok => 1);
		sleep(0.1);
		# an attempt may have timed out just before it was through
		$node->stop('fast', fail_ok => 1);
	}
	return 0;
}

# What is in the ledger adds up, whatever became of the run.
sub check_ledger
{
	my ($what) = @_;

	is( $node->safe_psql('postgres', q{
			SELECT coalesce(sum((s.lines <> s.lines_checked + s.lines_skipped)::int), 0) FROM medsup.run_step s
			UNION ALL
			SELECT count(*) FROM medsup.run r
			WHERE r.lines <> r.lines_checked + r.lines_skipped
			   OR (r.partitions_done, r.lines, r.findings, r.opened, r.kept)
			      <> (SELECT count(*), coalesce(sum(s.lines), 0), coalesce(sum(s.findings), 0),
			                 coalesce(sum(s.opened), 0), coalesce(sum(s.kept), 0)
			          FROM medsup.run_step s WHERE s.run = r.run)
			   OR r.lines <> (SELECT coalesce(sum(t.lines), 0)
			                  FROM (SELECT t.rule_code, t.lines FROM medsup.run_tally t WHERE t.run = r.run
			                        UNION ALL
			                        SELECT t.rule_code, t.lines FROM medsup.run_step s, unnest(s.tallies) t WHERE s.run = r.run) t
			                  WHERE t.rule_code IS NULL)}),
		"0\n0", "$what: the ledger balances");
}

# Whatever was done stays done; the rest is done by the next call.
sub check_rerun
{
	my ($what) = @_;
	my $before = $node->safe_psql('postgres',
		q{SELECT run, status, partitions_done, resumed FROM medsup.run ORDER BY run DESC LIMIT 1});
	my ($run, $status, $done, $resumed) = split /\|/, $before;

	check_ledger($what);
	$node->safe_psql('postgres', 'CALL medsup.run_audit(partitions => 8)');
	my $wanted_run = $status eq 'done' ? $run + 1 : $run;
	$resumed = $status eq 'done' ? 0 : $resumed + 1;
	my $after = $node->safe_psql('postgres',
		q{SELECT run, resumed, status, lines, partitions_done FROM medsup.run ORDER BY run DESC LIMIT 1});
	if ($status eq 'done')
	{
		# a run that died before its first commit took a number with it
		like($after, qr/^\d+\|0\|done\|$lines\|8$/, "$what: it came too late or too early, the next run did all");
	}
	else
	{
		is($after, "$run|$resumed|done|$lines|8", "$what: the run went on, with $done of 8 partitions done");
	}
	check_ledger("$what, in the end");
	is($node->safe_psql('postgres', $findings), $wanted, "$what: the findings of an undisturbed run");
}

# ---- killed at any moment ----

my %seen;
foreach my $i (0 .. $kills - 1)
{
	my $how = ('worker', 'backend', 'postmaster')[ $i % 3 ];
	# every other time with nothing found yet
	$node->safe_psql('postgres', 'DELETE FROM medsup.finding') if $i % 2 == 0;
	my ($run) = start_run();
	sleep(($i + rand()) / $kills * $took);
	my ($leader, %worker) = processes();
	my ($pid) = keys %worker;
	my $doing = defined $pid ? join(' and ', sort values %worker) : defined $leader ? 'no worker' : 'no run';

	$seen{$_}++ foreach values %worker;
	if ($how eq 'postmaster')
	{
		$node->kill9;
	}
	else
	{
		$pid = $leader if $how eq 'backend' || !defined $pid;
		kill('KILL', $pid) if defined $pid;
	}
	eval { $run->finish };
	if ($how eq 'postmaster')
	{
		ok(poll_start(), 'the server starts');
	}
	else
	{
		ok(medsup_recovers($node), 'the server recovers');
	}
	check_rerun(sprintf('kill %d, -9 of the %s while %s', $i + 1, $how, $doing));
}
diag('killed while ' . join(', ', map { "$_ ($seen{$_} workers)" } sort keys %seen));
cmp_ok(scalar keys %seen, '>', 1, 'in more than one phase');

# ---- health() notices, stop, cancel ----

$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
my ($run) = start_run();
ok($node->poll_query_until('postgres', q{SELECT partitions_done > 0 FROM medsup.progress}), 'a run is under way');
kill('KILL', $node->safe_psql('postgres', 'SELECT backend_pid FROM medsup.progress'));
eval { $run->finish };
ok(medsup_recovers($node), 'the server recovers');
is($node->safe_psql('postgres', q{SELECT state FROM medsup.health() WHERE item = 'running'}),
	'alarm', 'health() notices the dead run');
is($node->safe_psql('postgres', 'SELECT doing, estimated_rest FROM medsup.progress'), 'ended|', 'and so does progress');
check_rerun('noticed');

$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
($run) = start_run();
ok($node->poll_query_until('postgres', q{SELECT partitions_done > 0 FROM medsup.progress}), 'a run is under way');
$node->stop('immediate');
eval { $run->finish };
$node->start;
check_rerun('stop of the server');

# cancel, in the middle of whatever the workers do
foreach my $phase ('reading', 'evaluating', 'recording')
{
	my ($caught, $err, $since) = (0, undef, undef);
	$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
	foreach (1 .. 50)
	{
		($run, $err) = start_run();
		my ($leader, %worker);
		while ($run->pumpable)
		{
			($leader, %worker) = processes();
			last if grep { $_ eq $phase } values %worker;
			$run->pump_nb;
		}
		$since = time();
		$node->safe_psql('postgres', "SELECT pg_cancel_backend($leader)") if %worker && defined $leader;
		eval { $run->finish };
		$caught = $$err =~ /run \d+ cancelled: /;
		last if $caught;
	}
	ok($caught, "cancel while $phase: psql is told");
	diag(sprintf('cancel while %s: %.2f s', $phase, time() - $since));
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'medsup audit worker'}),
		'0', "cancel while $phase: no worker is left");
	is($node->safe_psql('postgres', q{SELECT status, sqlstate FROM medsup.run ORDER BY run DESC LIMIT 1}),
		'cancelled|57014', "cancel while $phase: the ledger says cancelled");
	check_rerun("cancel while $phase");
}

# ---- nights, killed at any moment: the next one ends where a full audit would ----

$node->safe_psql('postgres', 'SELECT medsup.set_nightly(NULL, full_share => 1); CALL medsup.nightly()');
my %night_seen;
foreach my $i (0 .. 5)
{
	my $how = ('backend', 'postmaster')[ $i % 2 ];
	$node->safe_psql('postgres', qq{
		UPDATE wh.fee_list_d SET cnt = (1 + (cnt::int + 1) % 3)::text, det_item_fee_sumamt = (10 * (1 + (cnt::int + 1) % 3))::text
		WHERE psn_no LIKE 'Q%$i' AND bkkp_sn LIKE '%-2';
		DELETE FROM wh.fee_list_d WHERE psn_no = 'Q${i}0';
		UPDATE wh.mdtrt_d SET gend = (3 - gend::int)::text WHERE psn_no LIKE 'Q${i}_'});
	$started = time();
	($run) = start_run('CALL medsup.nightly()');
	sleep(($i + rand()) / 6 * ($night_seen{took} // 2));
	my ($leader) = processes();
	$night_seen{ defined $leader ? 'under way' : 'too late' }++;
	$how eq 'postmaster' ? $node->kill9 : defined $leader && kill('KILL', $leader);
	eval { $run->finish };
	$how eq 'postmaster' ? ok(poll_start(), 'the server starts') : ok(medsup_recovers($node), 'the server recovers');
	check_ledger("night $i");
	$started = time();
	$node->safe_psql('postgres', 'CALL medsup.nightly()');
	$night_seen{took} = time() - $started if $i == 0;
	is($node->safe_psql('postgres', q{SELECT status, (SELECT count(*) FROM medsup.changed_person) FROM medsup.run ORDER BY run DESC LIMIT 1}),
		'done|0', "night $i: the next one is good and leaves nobody in the queue");
	$node->safe_psql('postgres', 'CALL medsup.run_audit(resume => false)');
	is($node->safe_psql('postgres', q{SELECT opened, changed, reopened, closed, findings > 1000 FROM medsup.run ORDER BY run DESC LIMIT 1}),
		'0|0|0|0|t', "night $i: a full audit finds nothing else");
}
cmp_ok($night_seen{'under way'} // 0, '>', 0, 'some were under way');

$node->stop;
done_testing();
