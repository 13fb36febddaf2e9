# No cell of the warehouse in what medsup says, nor in the server's log: casts of
# mappings that fail while the server's own parallel workers read, at every door.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

# a scan of the smallest table is shared out
my $node = medsup_node('cells', conf => <<'CONF');
max_parallel_workers_per_gather = 2
parallel_leader_participation = off
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
medsup.audit_workers = 0
CONF
my $cell = 'Zhang San';

foreach my $file ('run_fixture.sql', 'run_many.sql')
{
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', 'visits=1500', '-f', "$FindBin::RealBin/../data/$file", 'postgres' ],
		"a warehouse: $file");
}
# the server's own answer is what must not be seen
$node->safe_psql('postgres', qq{
	CREATE TABLE wh.lines AS SELECT l.*, CASE WHEN l.bkkp_sn = '250-9' THEN '$cell' END AS cell FROM wh.fee_list_d l;
	CREATE TABLE wh.visits AS SELECT v.*, CASE WHEN v.mdtrt_id = 'M250' THEN '$cell' END AS cell FROM wh.mdtrt_d v;
	ANALYZE wh.lines, wh.visits;
	SELECT medsup.unbind_source('fee_line', 'wh.fee_list_d'), medsup.unbind_source('encounter', 'wh.mdtrt_d');
	SELECT medsup.bind_source('fee_line', 'wh.lines'), medsup.bind_source('encounter', 'wh.visits')});
my $before = -s $node->logfile;
my ($rc, $out, $err) = $node->psql('postgres', 'SELECT count(*) FROM wh.lines WHERE cell::int > 0');
isnt($rc, 0, 'a cast fails');
like($err, qr/\Q$cell\E.*^CONTEXT:  parallel worker/ms, 'in a parallel worker, which quotes the cell');
my $said = () = slurp_file($node->logfile, $before) =~ /\Q$cell\E/g;
cmp_ok($said, '>', 1, 'and in the log, once by itself');

# fails calls a door and requires that nobody hears of the cell.
sub fails
{
	my ($what, $sql, $state) = @_;
	my $offset = -s $node->logfile;

	($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	isnt($rc, 0, "$what: fails");
	like($err, qr/ERROR:  $state: /, "$what: with $state");
	unlike($out . $err, qr/\Q$cell\E/, "$what: does not quote the cell");
	my $log = slurp_file($node->logfile, $offset);
	like($log, qr/ERROR:  /, "$what: the log has an error");
	unlike($log, qr/\Q$cell\E/, "$what: which does not quote it either");
	return;
}

sub map_line
{
	my ($column, $expression) = @_;
	$node->safe_psql('postgres', qq{SELECT medsup.bind_source('fee_line', 'wh.lines',
		jsonb_build_object('med_chrgitm_type', '''09''', '$column', \$\$coalesce(t.cell::$expression)\$\$))});
	return;
}

map_line('bilg_dr_codg', 'int::text, t.bilg_dr_code');
fails('an audit', 'CALL medsup.run_audit();', '22P02');
fails('a night', 'CALL medsup.nightly();', '22P02');
fails('a self-check', q{SELECT medsup.self_check('H0');}, 'MS205');
$node->safe_psql('postgres', q{
	INSERT INTO medsup.indicator_fence (fence_code, rule_code, grain, every, method, value, direction, min_denominator, note)
	VALUES ('F', 'N25-056', 'doctor', 'month', 'fixed', 0.35, 'high', 100, 'x')});
fails('rules over providers', q{CALL medsup.run_provider_rules('2025-01-01', '2026-01-01');}, '22P02');

map_line('cnt', q{int::text, t.cnt});
fails('a back-test', q{SELECT * FROM medsup.backtest(rules => '{L-DAY}');}, 'MS205');
map_line('fee_ocur_time', q{timestamp::text, t.fee_ocur_time});
fails('the look for lines of a period', q{CALL medsup.run_audit('[2025-01-01, 2025-03-01)');}, 'MS205');
map_line('fixmedins_code', q{int::text, t.fixmedins_code});
fails('the look for institutions', q{CALL medsup.run_audit(institutions => '{H77}');}, 'MS205');

$node->safe_psql('postgres', q{SELECT medsup.bind_source('fee_line', 'wh.lines');
	SELECT medsup.bind_source('encounter', 'wh.visits', '{"gend": "coalesce(t.cell::int::text, t.gend)"}')});
fails('visits in an audit', 'CALL medsup.run_audit();', '22P02');
fails('visits in a night', 'CALL medsup.nightly();', '22P02');

# what is said to people goes to the log again afterwards
$node->safe_psql('postgres', q{SELECT medsup.bind_source('encounter', 'wh.visits')});
my $offset = -s $node->logfile;
($rc, $out, $err) = $node->psql('postgres', q{BEGIN; SELECT medsup.self_check('H0') > 0; DO $$ BEGIN RAISE WARNING 'heard'; END $$; COMMIT; CALL medsup.nightly();
	DO $$ BEGIN RAISE WARNING 'heard, too'; END $$});
is($rc, 0, 'without the cell all goes through');
like(slurp_file($node->logfile, $offset), qr/WARNING:  heard\n.*WARNING:  heard, too\n/s, 'and the log hears warnings again');

$node->stop;
done_testing();
