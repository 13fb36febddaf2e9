# Background workers of a run: the findings are the same with any number of
# them, whatever memory they have; they read one snapshot and let go of it; a
# cancel, an error or the end of any process ends all of them.
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

my $node = medsup_node('workers', conf => "log_line_prefix = '%b '\nlog_statement = 'none'\n");
my $data = "$FindBin::RealBin/../data";
my $findings = q{SELECT sha256(string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex')
	|| evidence::text, E'\n' ORDER BY finding_id)::bytea), count(*) FROM medsup.finding WHERE status = 'open'};
my $last = q{SELECT status, workers, lines FROM medsup.run ORDER BY run DESC LIMIT 1};
my $workers_left = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'medsup audit worker'};

foreach my $file ('run_fixture.sql', 'run_many.sql')
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', 'visits=3000', '-f', "$data/$file", 'postgres' ],
		"a warehouse: $file");
}

# ---- the same findings, however ----

sub found_with
{
	my ($settings, $call) = @_;
	$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
	$node->safe_psql('postgres', "$settings; " . ($call // 'CALL medsup.run_audit(partitions => 8)'));
	return $node->safe_psql('postgres', $findings);
}

my $wanted = found_with('SET medsup.audit_workers = 0');
like($wanted, qr/\|[1-9]\d{2,}$/, 'a session alone finds hundreds');
is($node->safe_psql('postgres', $last), 'done|0|30000', 'of all lines, without workers');
foreach my $workers (0, 1, 2, 5)
{
	foreach my $memory ("work_mem = '64kB'; SET medsup.audit_mem = '64MB'", "work_mem = '256MB'", "medsup.audit_mem = '64kB'")
	{
		is(found_with("SET medsup.audit_workers = $workers; SET $memory"), $wanted, "$workers workers, $memory");
		is($node->safe_psql('postgres', $last), "done|$workers|30000", 'and the ledger says who worked');
	}
}
is( $node->safe_psql('postgres', q{
		SELECT count(DISTINCT s.worker), bool_and(s.read_ms >= 0 AND s.evaluate_ms >= 0 AND s.record_ms >= 0), count(DISTINCT s.snapshot)
		FROM medsup.run_step s WHERE s.run = (SELECT max(run) FROM medsup.run)}),
	'5|t|1', 'every worker did some, all read one snapshot');
is( $node->safe_psql('postgres', q{SELECT bool_and(peak_mem > 1000000 AND peak_mem < 2000000000) FROM medsup.run}),
	-r '/proc/self/status' ? 't' : '', 'the ledger says how much memory that took');
$node->safe_psql('postgres', q{
	CREATE TABLE wh.shuffled AS SELECT * FROM wh.fee_list_d ORDER BY md5(bkkp_sn);
	SELECT medsup.unbind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('fee_line', 'wh.shuffled')});
is(found_with("SET medsup.audit_workers = 2; SET medsup.audit_mem = '64kB'"), $wanted, 'lines in any order');
is(found_with('SET default_transaction_isolation = serializable'), $wanted, 'whatever the default isolation');
is(found_with(q{SET TimeZone = 'Pacific/Chatham'; SET DateStyle = 'SQL, DMY'; SET extra_float_digits = -15; SET client_encoding = 'SQL_ASCII'}),
	$wanted, 'whatever the formats');

# ---- as the user of the session ----

$node->safe_psql('postgres', q{
	CREATE ROLE operator NOLOGIN; SELECT medsup.grant_access('operator', 'operator');
	CREATE ROLE clerk LOGIN IN ROLE operator;
	ALTER ROLE clerk SET medsup.audit_workers = 2});
is(found_with('SET ROLE operator', 'CALL medsup.run_audit(partitions => 4)'), $wanted, 'SET ROLE');
is($node->safe_psql('postgres', q{SELECT started_by, workers FROM medsup.run ORDER BY run DESC LIMIT 1}), 'operator|2', 'workers have the role');
is(found_with('SET SESSION AUTHORIZATION clerk'), $wanted, 'SET SESSION AUTHORIZATION');
is(found_with('SET SESSION AUTHORIZATION clerk; SET ROLE operator'), $wanted, 'both');

# ---- a run in the background ----

# start_run calls run_audit in the background; lines of text go to the two refs.
sub start_run
{
	my ($settings) = @_;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[
			'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', $settings // 'SET medsup.audit_workers = 2',
			'-c', 'CALL medsup.run_audit(partitions => 6)'
		],
		'>', \$out, '2>', \$err);
	return ($run, \$err);
}

# A session that holds a lock until it is told to go on.
sub hold
{
	my ($lock) = @_;
	my ($in, $out) = ('', '');
	my $session = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out);
	$in .= "BEGIN; $lock; SELECT 'held';\n";
	$session->pump until $out =~ /held/;
	return ($session, \$in);
}

sub let_go
{
	my ($session, $in) = @_;
	$$in .= "ROLLBACK;\n\\q\n";
	$session->finish;
}

my $blocked = q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'medsup audit worker' AND wait_event_type = 'Lock'};

$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
my @held = hold('LOCK TABLE medsup.finding IN EXCLUSIVE MODE');
my ($run, $err) = start_run();
ok($node->poll_query_until('postgres', $blocked), 'two workers are to record');
is( $node->safe_psql('postgres', q{
		SELECT a.backend_xmin IS NULL, a.xact_start IS NOT NULL, p.partitions_done, p.partitions, p.workers
		FROM medsup.progress p JOIN pg_stat_activity a ON a.pid = p.backend_pid}),
	't|t|0|6|2', 'while the leader holds no snapshot');
is( $node->safe_psql('postgres', q{
		SELECT count(*), min(w.worker), max(w.worker), sum(w.partitions), bool_and(a.usename = current_user AND a.query LIKE 'medsup run % partition %')
		FROM medsup.progress_worker w JOIN pg_stat_activity a USING (pid)}),
	'2|1|2|6|t', 'and progress shows what each does');
is( $node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE l.locktype = 'advisory' AND a.backend_type <> 'client backend'}),
	'0', 'the lock of runs is the leader\'s');
let_go(@held);
$run->finish;
like($$err, qr/NOTICE:  run \d+: partition $_ of 6, /, "psql is told of partition $_") foreach 1 .. 6;
is($node->safe_psql('postgres', $findings), $wanted, 'and all was found');

# ---- whoever ends, all end ----

sub check_end
{
	my ($what, $how, $status, $message, $lock) = @_;

	$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
	my @lock = hold($lock // 'LOCK TABLE medsup.finding IN EXCLUSIVE MODE');
	my ($run, $err) = start_run();
	ok($node->poll_query_until('postgres', $blocked), "$what: two workers are at work");
	$node->safe_psql('postgres', $how);
	my $since = time();
	ok($node->poll_query_until('postgres', $workers_left, '0'), "$what: no worker is left, though what they wait for is not there");
	diag(sprintf('%s: %.2f s', $what, time() - $since));
	$run->finish;
	like($$err, $message, "$what: psql is told");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory' AND objid <> 42}), "$what: the lock is given back");
	let_go(@lock);
	is($node->safe_psql('postgres', q{SELECT status, partitions_done FROM medsup.run ORDER BY run DESC LIMIT 1}), "$status|0", "$what: the ledger says $status");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM medsup.finding'), '0', "$what: nothing was kept");
	$node->safe_psql('postgres', 'CALL medsup.run_audit(partitions => 6)');
	is($node->safe_psql('postgres', q{SELECT status, resumed FROM medsup.run ORDER BY run DESC LIMIT 1}), 'done|1', "$what: it goes on");
	is($node->safe_psql('postgres', $findings), $wanted, "$what: with the findings of an undisturbed run");
}

my $leader = 'SELECT backend_pid FROM medsup.progress';
my $one = q{SELECT pid FROM medsup.progress_worker ORDER BY worker DESC LIMIT 1};
check_end('cancel while recording', "SELECT pg_cancel_backend(($leader))", 'cancelled',
	qr/run \d+ cancelled: canceling statement due to user request/);
# a view at which workers wait
$node->safe_psql('postgres', q{
	CREATE FUNCTION wh.gate() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
		IF (SELECT a.backend_type FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()) = 'medsup audit worker'
		THEN PERFORM pg_advisory_xact_lock_shared(42); END IF; RETURN true; END $$;
	CREATE VIEW wh.gated AS SELECT l.* FROM wh.shuffled l WHERE (SELECT wh.gate());
	SELECT medsup.unbind_source('fee_line', 'wh.shuffled'), medsup.bind_source('fee_line', 'wh.gated')});
# ---- a table that a routine job rewrites before it is read ----

$node->safe_psql('postgres', q{
	DELETE FROM medsup.finding;
	CREATE VIEW wh.visits AS SELECT v.* FROM wh.mdtrt_d v WHERE (SELECT wh.gate());
	SELECT medsup.unbind_source('encounter', 'wh.mdtrt_d'), medsup.bind_source('encounter', 'wh.visits')});
@held = hold('SELECT pg_advisory_xact_lock(42)');
($run, $err) = start_run();
ok($node->poll_query_until('postgres', $blocked), 'two workers are to read');
$node->safe_psql('postgres', 'VACUUM FULL wh.shuffled');
let_go(@held);
$run->finish;
like($$err, qr/NOTICE:  run \d+ reads again: wh\.shuffled was truncated or rewritten while it was read/, 'a table rewritten meanwhile is read again');
is($node->safe_psql('postgres', $last), 'done|2|30000', 'by workers again');
is($node->safe_psql('postgres', $findings), $wanted, 'and all is found');
$node->safe_psql('postgres', q{SELECT medsup.unbind_source('encounter', 'wh.visits'), medsup.bind_source('encounter', 'wh.mdtrt_d')});

check_end('cancel while reading', "SELECT pg_cancel_backend(($leader))", 'cancelled',
	qr/run \d+ cancelled: canceling statement due to user request/, 'SELECT pg_advisory_xact_lock(42)');
$node->safe_psql('postgres', q{SELECT medsup.unbind_source('fee_line', 'wh.gated'), medsup.bind_source('fee_line', 'wh.shuffled')});
check_end('end of the leader', "SELECT pg_terminate_backend(($leader))", 'running', qr/terminating connection/);
check_end('end of a worker', "SELECT pg_terminate_backend(($one))", 'failed', qr/run \d+ failed: partition \d: background worker 2 was stopped/);
check_end('cancel of a worker', "SELECT pg_cancel_backend(($one))", 'cancelled',
	qr/run \d+ cancelled: partition \d: canceling statement due to user request/);

# An error in a worker, whose text may quote a value: the log does not have it.
$node->safe_psql('postgres', q{
	CREATE FUNCTION wh.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.partition = 4 THEN RAISE EXCEPTION 'Zhang San has it' USING ERRCODE = '22023'; END IF; RETURN NEW; END $$;
	CREATE TRIGGER refuse BEFORE INSERT ON medsup.run_step FOR EACH ROW EXECUTE FUNCTION wh.refuse()});
my ($ret, $stdout, $stderr) = $node->psql('postgres', 'SET medsup.audit_workers = 2; CALL medsup.run_audit(partitions => 6)');
like($stderr, qr/ERROR:  run \d+ failed: partition 4: SQLSTATE 22023; its text is withheld/, 'an error in a worker is the error of the run');
is($node->safe_psql('postgres', $workers_left), '0', 'and ends the others');
unlike(slurp_file($node->logfile), qr/Zhang San/, 'no value gets into the log');
$node->safe_psql('postgres', 'DROP TRIGGER refuse ON medsup.run_step; CALL medsup.run_audit(partitions => 6)');
is($node->safe_psql('postgres', q{SELECT status, resumed, partitions_done, lines FROM medsup.run ORDER BY run DESC LIMIT 1}), 'done|1|6|30000', 'it goes on');

# ---- what really ran ----

foreach my $nested ('off', 'on')
{
	my $offset = -s $node->logfile;
	$node->safe_psql('postgres', qq{LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on;
		SET auto_explain.log_nested_statements = $nested; SET medsup.audit_workers = 2; CALL medsup.run_audit(partitions => 6)});
	my $log = slurp_file($node->logfile, $offset);
	my @by_workers = ($log =~ /^medsup audit worker LOG:  duration: .* ms  plan:\n\s+Query Text: (.*)/mg);
	is(scalar(grep { /SELECT medsup\.run_partition\(\$1, \$2\)/ } @by_workers), 6,
		"auto_explain, nested statements $nested: workers did the partitions");
	is(scalar(grep { /SELECT medsup\.run_stage\(\$1, \$2\)/ } @by_workers), 2, 'each read once');
	my $scans = () = $log =~ /^\s+(?:->  )?(?:Parallel )?Seq Scan on shuffled .*actual time/mg;
	$nested eq 'on' ? cmp_ok($scans, '>=', 2, 'and the plans of their reading are there') : is($scans, 0, 'without what is below');
}

# ---- too few worker processes ----

foreach my $case ([ 2, 1 ], [ 1, 0 ])
{
	my ($processes, $started) = @$case;
	# the launcher of logical replication has one
	$node->append_conf('postgresql.conf', "max_worker_processes = $processes\n");
	$node->restart;
	$node->safe_psql('postgres', 'DELETE FROM medsup.finding');
	my ($code, $out, $said) = $node->psql('postgres', 'SET medsup.audit_workers = 2; CALL medsup.run_audit(partitions => 6)');
	is($code, 0, "max_worker_processes = $processes: the run is done");
	like($said, qr/NOTICE:  $started of 2 background workers could be started/, 'psql is told why it took longer');
	is($node->safe_psql('postgres', $last), "done|$started|30000", 'and the ledger');
	is($node->safe_psql('postgres', $findings), $wanted, 'the findings are the same');
}

$node->stop;
done_testing();
