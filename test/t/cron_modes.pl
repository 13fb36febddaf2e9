# Nights fired by pg_cron in both of its modes, background workers and
# connections, on fresh clusters: by a role that has the documented grants and no
# more, in pg_cron's database and in others; a night whose source was dropped
# raises the alarm, and the next one catches up without anybody's call.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

plan skip_all => 'pg_cron is not installed' unless have_extension('pg_cron');

my $data = "$FindBin::RealBin/../data";
my @databases = ('postgres', 'other', 'broken');
my %node;

sub as_runner
{
	my ($mode, $db, $sql) = @_;
	my ($rc, $out, $err) =
	  $node{$mode}->psql($db, $sql, extra_params => [ '-U', 'night_runner' ]);
	return wantarray ? ($out, $err) : $out;
}

sub job_statuses
{
	my ($mode, $db) = @_;
	return $node{$mode}->safe_psql('postgres', qq{
		SELECT string_agg(DISTINCT d.status, ',') FROM cron.job_run_details d JOIN cron.job j USING (jobid)
		WHERE j.jobname = 'medsup nightly $db' AND d.status IN ('succeeded', 'failed')});
}

# What docs/operations.md says under a heading, the first block that is no sql.
sub documented_block
{
	my ($needle) = @_;
	my $text = slurp_file("$FindBin::RealBin/../../docs/operations.md");
	my ($block) = grep { /\Q$needle\E/ } $text =~ /^```\n(.*?)^```$/msg;
	return $block;
}

foreach my $mode ('on', 'off')
{
	my $node = $node{$mode} = medsup_node("cron_$mode", cron => 1,
		conf => "cron.use_background_workers = $mode\nmax_worker_processes = " . ($mode eq 'on' ? 16 : 4) . "\n");

	$node->safe_psql('postgres', 'CREATE ROLE night_runner LOGIN; GRANT USAGE ON SCHEMA cron TO night_runner');
	foreach my $db (@databases)
	{
		if ($db ne 'postgres')
		{
			$node->safe_psql('postgres', "CREATE DATABASE $db");
			$node->safe_psql($db, 'CREATE EXTENSION medsup CASCADE');
		}
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$data/run_fixture.sql", $db ],
			"the warehouse in $db");
		# the documented grants: operator, and temporary tables where PUBLIC has none
		$node->safe_psql($db, qq{
			REVOKE TEMPORARY ON DATABASE $db FROM PUBLIC;
			GRANT TEMPORARY ON DATABASE $db TO night_runner;
			SELECT medsup.grant_access('night_runner', 'operator')});
	}
	$node->safe_psql('broken', 'CREATE TABLE wh.kept AS SELECT * FROM wh.fee_list_d; DROP TABLE wh.fee_list_d CASCADE');

	like(as_runner($mode, 'postgres', q{SELECT medsup.schedule_nightly('* * * * *')}),
		qr/^scheduled as job \d+$/, "$mode: scheduled by a role that is no superuser");
	foreach my $db ('other', 'broken')
	{
		my ($statement, $err) = as_runner($mode, $db, q{SELECT medsup.schedule_nightly('* * * * *')});
		like($statement, qr/^SELECT cron\.schedule_in_database\(.*'night_runner'\);$/,
			"$mode: from $db, the statement for the database of pg_cron");
		like($err, qr/pg_cron is not in this database, so nothing was scheduled/, 'and that nothing was done here');
		$node->safe_psql('postgres', $statement);
	}
	is( $node->safe_psql('postgres',
			q{SELECT string_agg(concat_ws(' ', database, username, command), ', ' ORDER BY database) FROM cron.job}),
		'broken night_runner CALL medsup.nightly(), other night_runner CALL medsup.nightly(), postgres night_runner CALL medsup.nightly()',
		"$mode: three jobs, each the CALL alone");
}

foreach my $mode ('on', 'off')
{
	my $node = $node{$mode};

	foreach my $db ('postgres', 'other')
	{
		ok( $node->poll_query_until($db,
				q{SELECT count(*) > 0 FROM medsup.run WHERE kind = 'nightly' AND status = 'done'}),
			"$mode: a night was fired in $db");
		is( $node->safe_psql($db,
				q{SELECT lines, lines = lines_checked + lines_skipped, findings > 0, opened = findings, started_by
				  FROM medsup.run WHERE kind = 'nightly' ORDER BY run LIMIT 1}),
			'3000|t|t|t|night_runner',
			'and balances');
		ok( $node->poll_query_until('postgres',
				qq{SELECT count(*) > 0 FROM cron.job_run_details d JOIN cron.job j USING (jobid)
				   WHERE j.jobname = 'medsup nightly $db' AND d.status = 'succeeded'}),
			'as pg_cron says, too');
	}

	# the source is gone: an error in the ledger, with its reason, and an alarm
	ok( $node->poll_query_until('broken',
			q{SELECT count(*) > 0 FROM medsup.run WHERE kind = 'nightly' AND status = 'failed' AND sqlstate = 'MS902'}),
		"$mode: a night failed for want of its source");
	ok( $node->poll_query_until('postgres',
			q{SELECT count(*) > 0 FROM cron.job_run_details d JOIN cron.job j USING (jobid)
			  WHERE j.jobname = 'medsup nightly broken' AND d.status = 'failed'}),
		'as pg_cron says, too');
	is( as_runner($mode, 'broken',
			q{SELECT string_agg(item || ' ' || state, ', ' ORDER BY item) FROM medsup.health()
			  WHERE item IN ('last_good_night', 'last_night', 'sources')}),
		'last_good_night warning, last_night alarm, sources alarm',
		'the alarm is raised');
	like(as_runner($mode, 'broken', q{SELECT detail FROM medsup.health() WHERE item = 'last_night'}),
		qr/^run \d+ failed: bound sources have changed: fee_line wh\.fee_list_d: /, 'and says why');
	$node->safe_psql('broken', 'ALTER TABLE wh.kept RENAME TO fee_list_d; SELECT medsup.rebind_sources()');
}

foreach my $mode ('on', 'off')
{
	my $node = $node{$mode};

	ok( $node->poll_query_until('broken',
			q{SELECT count(*) > 0 FROM medsup.run WHERE kind = 'nightly' AND status = 'done'}),
		"$mode: the next night catches up by itself");
	is( $node->safe_psql('broken', q{SELECT count(*) FROM medsup.finding WHERE status = 'open'}),
		$node->safe_psql('other', q{SELECT count(*) FROM medsup.finding WHERE status = 'open'}),
		'and finds what the others found');
	is( as_runner($mode, 'broken',
			q{SELECT string_agg(item || ' ' || state, ', ' ORDER BY item) FROM medsup.health()
			  WHERE item IN ('last_good_night', 'last_night', 'missed_nights', 'sources')}),
		'last_good_night ok, last_night ok, missed_nights ok, sources ok',
		'healthy again');
	like(job_statuses($mode, 'broken'), qr/failed/, 'what pg_cron remembers stays');

	# taken off: here by ourselves, elsewhere by the statement returned
	foreach my $db ('other', 'broken')
	{
		my $statement = as_runner($mode, $db, 'SELECT medsup.unschedule_nightly()');
		is($statement, "SELECT cron.unschedule('medsup nightly $db');", "$mode: the statement that takes $db off");
		as_runner($mode, 'postgres', $statement);
	}
	is(as_runner($mode, 'postgres', 'SELECT medsup.unschedule_nightly()'), 'unscheduled', "$mode: taken off");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '0', 'no job is left');
}

# the launchers of the server and of pg_cron have their places already
is( $node{off}->safe_psql('postgres', q{SELECT medsup.rulebook_info(compiled) IS NOT NULL FROM medsup.rulebook;
		SET medsup.audit_workers = 3; SELECT state, detail FROM medsup.health() WHERE item = 'workers'}),
	"t\nwarning|3 wanted (medsup.audit_workers), 2 free of max_worker_processes 4",
	'too few background workers are told');
is($node{off}->safe_psql('postgres', q{SELECT state, detail FROM medsup.health() WHERE item = 'workers'}),
	'ok|2 wanted (medsup.audit_workers), 2 free of max_worker_processes 4', 'enough as well');

# history: the documented job forgets old rows of medsup's jobs, nobody else's
my $purge = documented_block('cron.job_run_details');
ok(defined $purge, 'the page has a job that forgets');
my $node = $node{on};
as_runner('on', 'postgres', q{SELECT medsup.schedule_nightly('0 18 * * *')});
as_runner('on', 'postgres', $purge);
$node->safe_psql('postgres', q{
	DELETE FROM cron.job_run_details;
	SELECT cron.schedule('of others', '0 1 * * *', 'SELECT 1');
	INSERT INTO cron.job_run_details (jobid, runid, username, status, end_time)
	SELECT j.jobid, 1000000 + 2 * j.jobid + a.old::int, j.username, 'succeeded', now() - CASE WHEN a.old THEN interval '1 year' ELSE interval '1 day' END
	FROM cron.job j, (VALUES (true), (false)) a (old) WHERE j.jobname IN ('medsup nightly postgres', 'of others')});
my $command = $node->safe_psql('postgres', q{SELECT command FROM cron.job WHERE jobname = 'medsup history'});
as_runner('on', 'postgres', $command);
is( $node->safe_psql('postgres', q{
		SELECT string_agg(j.jobname || ' ' || (d.end_time < now() - interval '90 days'), ', ' ORDER BY j.jobname, d.end_time)
		FROM cron.job_run_details d JOIN cron.job j USING (jobid)}),
	'medsup nightly postgres false, of others true, of others false',
	'forgets what is old of medsup, and leaves the rest');

$node{$_}->stop foreach ('on', 'off');
done_testing();
