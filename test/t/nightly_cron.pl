# pg_cron really fires a night, in its own database and in another one; a night
# that fails raises the alarm, the next one catches up.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

plan skip_all => 'pg_cron is not installed' unless have_extension('pg_cron');

my $fixture = "$FindBin::RealBin/../data/run_fixture.sql";
my $node = medsup_node('cron', cron => 1);

$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION medsup CASCADE');
foreach my $db ('postgres', 'other')
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $fixture, $db ],
		"the warehouse in $db");
}

# where pg_cron is, it is used; elsewhere the statement for it is returned
like($node->safe_psql('postgres', q{SELECT medsup.schedule_nightly('* * * * *')}),
	qr/^scheduled as job \d+$/, 'scheduled');
is( $node->safe_psql('postgres',
		q{SELECT jobname, schedule, command, database FROM cron.job}),
	'medsup nightly postgres|* * * * *|CALL medsup.nightly()|postgres',
	'the text of the job is the CALL alone');
is($node->safe_psql('postgres', q{SELECT medsup.schedule_nightly('* * * * *')}),
	$node->safe_psql('postgres', q{SELECT 'scheduled as job ' || jobid FROM cron.job}),
	'scheduling again changes the same job');
my $statement =
  $node->safe_psql('other', q{SELECT medsup.schedule_nightly('* * * * *')});
like($statement, qr/^SELECT cron\.schedule_in_database\(/,
	'elsewhere: the statement for the database of pg_cron');
$node->safe_psql('postgres', $statement);

# fired by the schedule, not by us
foreach my $db ('postgres', 'other')
{
	ok( $node->poll_query_until(
			$db, q{SELECT count(*) > 0 FROM medsup.run WHERE kind = 'nightly' AND status = 'done'}),
		"a night was fired in $db");
	is( $node->safe_psql($db,
			q{SELECT lines, lines = lines_checked + lines_skipped, findings > 0, opened = findings, started_by
			  FROM medsup.run WHERE kind = 'nightly' ORDER BY run LIMIT 1}),
		'3000|t|t|t|postgres',
		"its ledger in $db");
}
$node->safe_psql('postgres', $node->safe_psql('other', 'SELECT medsup.unschedule_nightly()'));
is($node->safe_psql('postgres', 'SELECT medsup.unschedule_nightly()'),
	'unscheduled', 'taken off the list');
is($node->safe_psql('postgres', 'SELECT medsup.unschedule_nightly()'),
	'nothing was scheduled', 'and only once');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '0', 'no job is left');

# an operator without rights upon cron is told so, with them it may schedule;
# pg_cron shows a role its own jobs only, so that a second one is warned
$node->safe_psql('postgres', q{CREATE ROLE tap_operator;
	SELECT medsup.grant_access('tap_operator', 'operator')});
my $as = 'SET ROLE tap_operator; ';
my ($orc, $oout, $oerr) = $node->psql('postgres', $as . 'SELECT medsup.schedule_nightly()');
isnt($orc, 0, 'an operator without rights upon cron');
like($oerr, qr/role "tap_operator" may not use pg_cron.*GRANT USAGE ON SCHEMA cron TO tap_operator;/s,
	'is told what is missing');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA cron TO tap_operator');
like($node->safe_psql('postgres', $as . 'SELECT medsup.schedule_nightly()'),
	qr/^scheduled as job \d+$/, 'and with them schedules');
($orc, $oout, $oerr) = $node->psql('postgres', q{SELECT medsup.schedule_nightly('0 3 * * *')});
like($oerr, qr/role "tap_operator" has scheduled the night, too/, 'another role is warned');
like($oerr, qr/NOTICE:  the night begins at 11:00 in Asia\/Shanghai/, 'and everybody is told the local time');
is($node->safe_psql('postgres', $as . q{SELECT schedule FROM medsup.nightly_setting}), '0 3 * * *', 'the later schedule stands');
($orc, $oout, $oerr) = $node->psql('postgres', 'BEGIN; SELECT medsup.schedule_nightly(); ROLLBACK');
like($oerr, qr/the night begins at 02:00 in Asia\/Shanghai/, 'the default is two in Beijing');
($orc, $oout, $oerr) = $node->psql('postgres', $as . 'SELECT medsup.unschedule_nightly()');
is($oout, 'unscheduled', 'each takes back its own');
($orc, $oout, $oerr) = $node->psql('postgres', $as . q{SELECT medsup.schedule_nightly('99 2 * * *')});
isnt($orc, 0, 'a schedule that pg_cron refuses');
is($node->safe_psql('postgres', 'SELECT scheduled_by FROM medsup.nightly_setting'), '', 'is not recorded');
$node->safe_psql('postgres', q{SELECT medsup.schedule_nightly('0 3 * * *')});
($orc, $oout, $oerr) = $node->psql('postgres', $as . 'SELECT medsup.unschedule_nightly()');
like($oerr, qr/the night was scheduled by role "postgres"/, 'nobody takes back what another scheduled');
is($node->safe_psql('postgres', 'SELECT medsup.unschedule_nightly()'), 'unscheduled', 'its own role does');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'), '0', 'no job is left');

# a failing night: the ledger and health() say so, the next one catches up
my $health = q{SELECT string_agg(item || ' ' || state, ', ' ORDER BY item)
	FROM medsup.health() WHERE item IN ('last_night', 'sources', 'missed_nights')};
$node->safe_psql('postgres', q{SELECT medsup.schedule_nightly('0 2 * * *')});
is($node->safe_psql('postgres', $health),
	'last_night ok, missed_nights ok, sources ok', 'healthy');
$node->safe_psql('postgres', 'ALTER TABLE wh.fee_list_d RENAME TO gone; DROP VIEW medsup.src_fee_line');
my ($rc, $out, $err) = $node->psql('postgres', 'CALL medsup.nightly()');
isnt($rc, 0, 'the night fails');
like($err, qr/night \d+ could not begin: bound sources have changed/, 'and says why');
like($err, qr/HINT:  Bind them again: SELECT medsup.rebind_sources/, 'and what to do, as run_audit would');
is($node->safe_psql('postgres', $health),
	'last_night alarm, missed_nights ok, sources alarm', 'the alarm is raised');
$node->safe_psql('postgres', q{
	UPDATE medsup.run SET started_at = started_at - interval '74 hours', finished_at = finished_at - interval '74 hours';
	UPDATE medsup.nightly_setting SET scheduled_at = scheduled_at - interval '9 days'});
is( $node->safe_psql('postgres',
		q{SELECT state, detail FROM medsup.health() WHERE item = 'missed_nights'}),
	'alarm|3; the next night audits all of it',
	'missed nights are counted from our own ledger');
$node->safe_psql('postgres', 'ALTER TABLE wh.gone RENAME TO fee_list_d; SELECT medsup.rebind_sources()');
$node->safe_psql('postgres', q{INSERT INTO wh.fee_list_d SELECT 'late', mdtrt_id, setl_id, psn_no, NULL,
	fixmedins_code, fee_ocur_time, med_list_codg, med_type, cnt, pric, det_item_fee_sumamt, fulamt_ownpay_amt,
	inscp_amt, hosp_appr_flag, bilg_dept_codg, bilg_dr_code, insu_admdvs, vali_flag FROM wh.fee_list_d WHERE bkkp_sn = '1-1'});
$node->safe_psql('postgres', 'CALL medsup.nightly()');
is( $node->safe_psql('postgres',
		q{SELECT status, lines, opened, changed, closed FROM medsup.run ORDER BY run DESC LIMIT 1}),
	'done|3001|1|2|0',
	'the next night catches up; the bill it came late to is split anew');
is($node->safe_psql('postgres', $health),
	'last_night ok, missed_nights ok, sources ok', 'healthy again');

# two nights at once: the second says so, leaves without an error, and is in the ledger
my $first = IPC::Run::start(
	[
		'psql', '-X', '-q', '-d', $node->connstr('postgres'),
		'-c', 'SELECT medsup.run_lock(true)', '-c', 'SELECT pg_sleep(60)'
	],
	'>', '/dev/null');
my $held = q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory'};
$node->poll_query_until('postgres', $held);
($rc, $out, $err) = $node->psql('postgres', 'CALL medsup.nightly()');
is($rc, 0, 'the second night leaves quietly');
like($err, qr/is in progress; this night leaves/, 'and says so');
is($node->safe_psql('postgres', q{SELECT status FROM medsup.run ORDER BY run DESC LIMIT 1}),
	'refused', 'and writes it down');
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'});
eval { $first->finish };

$node->stop;
done_testing();
