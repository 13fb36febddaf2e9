# Co-visits that go to disk may end at any time: by a timeout, a cancel, an end
# of the session or of the room for files.  Files and memory are given back, at
# once where the error is caught, and the session goes on as if nothing had been.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use MedsupTest;

my $node = medsup_node('gathering_cancel', conf => "jit = off\nmax_parallel_workers_per_gather = 0\nlog_temp_files = 0\n");

# people who come on many days, so that all passes have something to do
$node->safe_psql('postgres', q{
	CREATE FUNCTION drawn(seed text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
		$$ SELECT ('x' || substr(md5(seed), 1, 8))::bit(32)::bigint / 4294967296.0::float8 $$;
	CREATE TABLE visit AS
	SELECT 'P' || n AS psn_no, 'H' || floor(60 * drawn(n || '-' || d)) AS place,
	       timestamp '2026-03-02 08:00' + d * interval '1 day' + drawn(n || '+' || d) * interval '9 hours' AS at
	FROM generate_series(1, 2500) n, generate_series(0, 83) d WHERE drawn(n || '*' || d) < 0.4});
my $find = q{SELECT sha256(medsup.covisit_pairs(psn_no, place, at, medsup.covisit_setting(fdr => 1))::text::bytea), cardinality(medsup.covisit_groups(psn_no, place, at, medsup.covisit_setting(fdr => 1))) FROM visit};
my $small = q{SELECT cardinality(medsup.covisit_pairs(psn_no, place, at, medsup.covisit_setting(fdr => 1))) FROM visit WHERE psn_no < 'P12'};
my $left = q{SELECT (SELECT count(*) FROM pg_ls_tmpdir()), (SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'medsup %')};
my $on_disk = q{SET medsup.gathering_mem = '4MB'};

# session runs statements one after the other, whatever they end with
sub session
{
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), map { ('-c', $_) } @_ ],
		'<', '/dev/null', '>', \$out, '2>', \$err);
	chomp $out;
	return ($out, $err);
}

my ($wanted_small) = session($small);
my ($wanted) = session($find);
my ($spilled, $said) = session($on_disk, 'SET client_min_messages = debug1', $find);
is($spilled, $wanted, 'from disk there is the same answer as in memory');
like($wanted, qr/\|/, 'and there is one');
like($said, qr/in ([2-9]|\d\d+) lots/, 'and it was worked out in lots');
my $took;
foreach (1 .. 2)
{
	my $began = time;
	session($on_disk, $find);
	my $this = int(1000 * (time - $began));
	$took = $this if !defined $took || $this < $took;
}
note("undisturbed: $took ms");

# ---- a timeout, early and late ----

# a machine that has become faster may end in time, with the answer
my $cancelled = 0;
foreach my $part (1 .. 9)
{
	my $after = int($took * $part / 12) || 1;
	my ($out, $err) = session($on_disk, "SET statement_timeout = $after", $find, 'SET statement_timeout = 0', $left, $small);
	my $answer = $err =~ /57014: canceling statement due to statement timeout/ ? '' : "$wanted\n";

	$cancelled++ if $answer eq '';
	is($out, "${answer}0|0\n$wanted_small", "after $after ms no file, no memory is left; the session goes on");
}
cmp_ok($cancelled, '>=', 5, "$cancelled of 9 statements cancelled");

# the same session, again and again: memory does not grow
my $size = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts';
my @cancels = map { ("SET statement_timeout = " . (int($took * $_ / 12) || 1), "DO \$\$ BEGIN PERFORM * FROM ($find) f; END \$\$", 'SET statement_timeout = 0') } (1, 3, 5);
my ($sizes, $errors) = session($on_disk, @cancels, $size, @cancels, @cancels, $size);
my ($before, $after) = split /\n/, $sizes;
cmp_ok(scalar(() = $errors =~ /57014/g), '>=', 6, 'statements cancelled in one session');
cmp_ok($after, '<', $before + 256 * 1024, "which takes no more memory for it ($before, then $after bytes)");

# ---- a cancel and an end from outside, while there are files ----

foreach my $end ([ 'pg_cancel_backend', qr/57014: canceling statement due to user request/ ], [ 'pg_terminate_backend', qr/57P01: terminating connection/ ])
{
	my ($call, $error) = @$end;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[ 'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), '-c', $on_disk, '-c', "/* $call */ $find", '-c', $left, '-c', $small ],
		'<', '/dev/null', '>', \$out, '2>', \$err);

	ok($node->poll_query_until('postgres', 'SELECT coalesce(sum(size), 0) > 1000000 FROM pg_ls_tmpdir()'), 'there are files');
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '/* $call */%' AND $call(pid)"), '1', $call);
	$run->finish;
	like($err, $error, "$call: psql is told");
	is($out, $call eq 'pg_cancel_backend' ? "0|0\n$wanted_small\n" : '', "$call: nothing is left in the session");
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_ls_tmpdir()'), "$call: no file is left");
}

# ---- no room for files ----

foreach my $limit ('64kB', '1MB', '4MB', '12MB')
{
	my ($out, $err) = session($on_disk, "SET temp_file_limit = '$limit'", $find, $left, 'RESET temp_file_limit', $small);

	like($err, qr/53400: temporary file size exceeds temp_file_limit/, "no more than $limit of files");
	is($out, "0|0\n$wanted_small", 'none of which are left; the session goes on');
}

# ---- caught, in a transaction that goes on ----

$node->safe_psql('postgres', qq{
	CREATE FUNCTION caught() RETURNS text LANGUAGE plpgsql SET medsup.gathering_mem = '4MB' AS \$\$
	BEGIN
		PERFORM * FROM ($find) found;
		RETURN 'no error';
	EXCEPTION WHEN query_canceled OR configuration_limit_exceeded THEN
		RETURN SQLSTATE || ' ' || (SELECT count(*) FROM pg_ls_tmpdir()) || ' ' || (SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'medsup %');
	END
	\$\$});
my ($caught) = session("SET temp_file_limit = '2MB'", 'BEGIN', 'SELECT caught()', $small, 'COMMIT', 'RESET temp_file_limit',
	'SET statement_timeout = ' . int($took / 4), 'BEGIN', 'SELECT caught()', 'SET LOCAL statement_timeout = 0', $small, 'COMMIT');
is($caught, "53400 0 0\n$wanted_small\n57014 0 0\n$wanted_small", 'caught: files and memory are given back before the transaction ends');

$node->stop;
done_testing();
