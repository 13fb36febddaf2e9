# Random books and random claims, judged by medsup.evaluate and once more in
# plain SQL (test/oracle/), written from docs/rulebook.md and never from the C
# code.  MEDSUP_ORACLE_CASES is the number of cases, MEDSUP_ORACLE_SEED the
# draw; a difference is printed with what repeats its batch.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib "$FindBin::RealBin/lib";
use MedsupTest;

my $cases = $ENV{MEDSUP_ORACLE_CASES} || 2000;
my $seed = $ENV{MEDSUP_ORACLE_SEED} || 'medsup';
my $size = 250;    # cases a batch, which share a book
my $spread = 8;    # every eighth (check, scope, counter) a book
my $dir = "$FindBin::RealBin/../oracle";
my $node = medsup_node('oracle', conf => "fsync = off\nmax_wal_size = 4GB\nwork_mem = 64MB\njit = off\n");

sub run_file
{
	my ($file, @vars) = @_;
	my @call = ('psql', '-XqAt', '-d', $node->connstr('postgres'), '-v', 'ON_ERROR_STOP=1', (map { ('-v', $_) } @vars), '-f', "$dir/$file");
	my ($out, $err);
	IPC::Run::run(\@call, '>', \$out, '2>', \$err) or die "$file: $err";
	return $out;
}

run_file('vocabulary.sql');
my $done = 0;

# the next cases, whose book has the (check, scope, counter)s of this round
sub run_batch
{
	my ($n, $round) = @_;
	my @vars = ("seed=$seed", 'from=' . ($done + 1), 'to=' . ($done + $n), "spread=$spread", "round=$round");
	run_file('batch.sql', @vars);
	$done += $n;
	my $out = $node->safe_psql('postgres', 'SELECT side, c, about, what FROM batch.difference ORDER BY c, about, what LIMIT 20');
	is($out, '', "cases up to $done: evaluator and reference agree")
	  or diag('repeat with test/oracle/batch.sql and ' . join(' ', map { "-v $_" } @vars));
}

run_batch($cases - $done < $size ? $cases - $done : $size, int($done / $size)) while $done < $cases;

# some more for what had no luck
my $without = 'FROM oracle.coverage_total GROUP BY kind, what, scope HAVING sum(hits) = 0';
for my $try (1 .. 6)
{
	my $round = $node->safe_psql('postgres', "SELECT $spread - id % $spread FROM oracle.ask WHERE (kind, what, scope) IN (SELECT kind, what, scope $without) ORDER BY md5(id::text || '/$try') LIMIT 1");
	last if $round eq '';
	run_batch($size, $round);
}

diag(join("\n", "$done cases; per check and scope, findings and cases with one, and cases without, by counter:",
		$node->safe_psql('postgres', 'SELECT * FROM oracle.coverage_text')));
is($node->safe_psql('postgres', "SELECT kind, what, scope $without ORDER BY kind, what, scope"), '', 'every check and scope had a case with a hit');

$node->stop;
done_testing();
