# Rulebooks that all backends read when medsup is preloaded: the same findings
# as from a copy of one's own, a bounded number of them, and no harm from a
# loader that fails, is cancelled or dies.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use MedsupTest;

my $node = medsup_node(
	'shared',
	allows_streaming => 1,
	conf             => "shared_preload_libraries = 'medsup'\nmedsup.shared_memory = '128MB'\nshared_buffers = '256MB'\nrestart_after_crash = on\n");

# sql runs statements in a fresh backend
sub sql { return $node->safe_psql('postgres', $_[0]); }

my $claim = q('{"person": {"psn_no": "P1", "gend": "2", "brdy": "1980-05-06"},
 "encounters": [{"mdtrt_id": "M1", "fixmedins_code": "H1", "insutype": "310", "med_type": "11", "begntime": "2026-03-02"}],
 "lines": [{"feedetl_sn": "1", "mdtrt_id": "M1", "fee_ocur_time": "2026-03-02 09:30:00", "med_list_codg": "XL02BBA326A001010102180", "cnt": 2, "pric": 30, "det_item_fee_sumamt": 60, "inscp_amt": 60}]}'::jsonb);
# check is the answer of one version, NULL for the one in force
sub check
{
	my ($version) = @_;
	$version //= 'NULL';
	return "SELECT string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex') || evidence, ' ') FROM medsup.check_claim($claim, $version);";
}
my $shown = q{SELECT count(*) FILTER (WHERE shared), count(*) FILTER (WHERE loaded), count(*) FILTER (WHERE NOT shared) FROM medsup.rulebook_memory();};

sql('SELECT medsup.load_bundled_knowledge(); SELECT medsup.publish_rulebook();');
is(sql($shown), '0|0|0', 'no book is loaded before somebody needs it');
my $wanted = sql(check());
like($wanted, qr/^[0-9a-f]{128}/, 'a claim is checked');
is(sql($shown), '1|0|0', 'its book stays when the backend goes');
my @answer = split(/\n/, sql(check() . $shown));
is($answer[0], $wanted, 'another backend answers the same');
is($answer[1], '1|1|0', 'from the shared book');
is( sql(check() . q{SELECT m.checksum = substring(b.compiled FROM 25 FOR 32), m.bytes = length(b.compiled), m.memory >= m.bytes
		FROM medsup.rulebook b, medsup.rulebook_memory() m}),
	"$wanted\nt|t|t",
	'rulebook_memory says which book and how large');
is(sql('CREATE TEMP TABLE t AS SELECT compiled || \'\' AS b FROM medsup.rulebook; SELECT count(*) FROM t, medsup.evaluate(b || \'\', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);' . $shown),
	"0\n1|1|1", 'a value that is stored nowhere is not shared');

# parallel workers open it by themselves
my $force = sql(q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});
is(sql("SET $force = on; " . check()), $wanted, 'a parallel worker answers the same');

# another database with the same content finds the same book
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION medsup CASCADE; SELECT medsup.load_bundled_knowledge(); SELECT medsup.publish_rulebook();');
is($node->safe_psql('other', check() . $shown), "$wanted\n1|1|0", 'another database shares the same content');

# ---------------------------------------------------------------- old books ---
my $old = $node->background_psql('postgres');
is($old->query(check(1)), $wanted, 'a backend has the first book');
foreach my $clause (1 .. 9)
{
	sql(qq{
INSERT INTO medsup.rule_setting (rule_code, clause) VALUES ('N25-067', 'clause $clause')
ON CONFLICT (rule_code) DO UPDATE SET clause = excluded.clause;
SELECT medsup.publish_rulebook();});
	sql(check());
}
is(sql($shown), '8|0|0', 'so many books are shared, no more');
is( sql('SELECT array_agg(b.version ORDER BY b.version) FROM medsup.rulebook b, medsup.rulebook_memory() m WHERE m.checksum = substring(b.compiled FROM 25 FOR 32)'),
	'{3,4,5,6,7,8,9,10}',
	'the newest ones');
is($old->query(check(1)), $wanted, 'who has an old one goes on reading it');
is($old->query($shown), '9|1|0', 'and sees that it is held');
isnt($old->query(check(10)), $wanted, 'with the new one it says something new');
is($old->query($shown), '8|1|0', 'and lets go of the old one');
is(sql(check(1)), $wanted, 'an old book can come back');
$old->quit;

# ------------------------------------------------------------ damaged values ---
sql(q{
CREATE TABLE value (name text PRIMARY KEY, b bytea);
ALTER TABLE value ALTER COLUMN b SET STORAGE EXTERNAL;
INSERT INTO value SELECT 'flipped', set_byte(compiled, length(compiled) - 100, get_byte(compiled, length(compiled) - 100) # 1) FROM medsup.rulebook WHERE version = 1;
-- begins as a book and takes a while to read
INSERT INTO value SELECT 'long', substring(compiled FROM 1 FOR 24) || sha256('long') || decode(repeat('00', 64 * 1024 * 1024), 'hex') FROM medsup.rulebook WHERE version = 1;
});
sub evaluate { return "SELECT count(*) FROM value, medsup.evaluate(b, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) WHERE name = '$_[0]';"; }

# the claimed checksum is that of a book that is shared, and found
is(sql(evaluate('flipped') . $shown), "0\n8|1|0", 'a value that claims the checksum of a shared book is answered by that book');
$node->restart;
foreach my $again ('', ' again')
{
	my ($rc, $out, $err) = $node->psql('postgres', evaluate('flipped'));
	like($err, qr/no valid rulebook|checksum does not match/, "without it a damaged value is refused$again");
}
is(sql($shown), '0|0|0', 'and never shared');
is(sql(check(1) . $shown), "$wanted\n1|1|0", 'the undamaged book is loaded in its place');

# ------------------------------------------------------- a loader that stops ---
# stopped_loader returns a backend that was stopped while it reads the long
# value, proven by another one that waits for it.  It may as well be stopped
# with a lock of the server in its hands: nothing here may wait without an end.
sub stopped_loader
{
	foreach my $try (1 .. 20)
	{
		my $loader = $node->background_psql('postgres', on_error_stop => 0);
		my $pid = $loader->query('SELECT pg_backend_pid()');
		my ($out, $err) = ('', '');

		$loader->{stdin} .= evaluate('long') . "\n";
		$loader->{run}->pump_nb;
		usleep(20_000 + 10_000 * $try);
		kill('STOP', $pid);
		my $waiter = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', evaluate('long') ], '>', \$out, '2>', \$err);
		foreach my $poll (1 .. 15)
		{
			usleep(100_000);
			my ($stuck, $waiting) = (0, '');
			$node->psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%''long''%' AND wait_event_type = 'Extension'},
				stdout => \$waiting, timeout => 3, timed_out => \$stuck);
			last if $stuck;
			# it waits for the loader, and when it has waited long enough it finds nothing locked
			return ($pid, $loader, \$err) if $waiting eq '1' && ended($waiter, 120);
			last if $waiting eq '1';
		}
		kill('CONT', $pid);
		$waiter->finish;
		$loader->quit;
	}
	return;
}

# ended tells whether a psql came to its end within so many seconds
sub ended
{
	my ($psql, $seconds) = @_;
	foreach my $tenth (1 .. 10 * $seconds)
	{
		if (!$psql->pumpable)
		{
			$psql->finish;
			return 1;
		}
		$psql->pump_nb;
		usleep(100_000);
	}
	return 0;
}

SKIP:
{
	skip 'no signals to stop a process', 6 if $windows_os;
	my ($pid, $loader, $err) = stopped_loader();
	ok(defined $pid, 'a backend waits for one that loads');
	like($$err, qr/value is no valid rulebook/, 'not for ever: it reads the value itself');
	sql("SELECT pg_terminate_backend($pid)");
	kill('CONT', $pid);
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid");
	my (undef, undef, $refused) = $node->psql('postgres', evaluate('long'));
	like($refused, qr/value is no valid rulebook/, 'a terminated loader gives its place back');

	($pid, $loader, $err) = stopped_loader();
	ok(defined $pid, 'another one loads');
	kill('KILL', $pid);
	eval { $loader->quit };
	medsup_recovers($node);
	is(sql(check(1) . $shown), "$wanted\n1|1|0", 'after a crash the server starts with no book and shares again');
	is($node->safe_psql('postgres', check(1)), $wanted, 'with every backend');
}

# ------------------------------------------------------------------- standby ---
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', check(1) . $shown), "$wanted\n1|1|0", 'a hot standby shares books of its own');
$standby->stop;

# --------------------------------------------------------- without any sharing ---
$node->append_conf('postgresql.conf', "medsup.shared_memory = '1kB'");
$node->restart;
is(sql(check(1) . $shown), "$wanted\n0|1|1", 'a book that is too large for the memory set is private');
$node->append_conf('postgresql.conf', "medsup.shared_memory = 0");
$node->restart;
is(sql(check(1) . $shown), "$wanted\n0|1|1", 'with 0 as well');

done_testing();
