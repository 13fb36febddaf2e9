# Indicators of institutions, departments, doctors and pharmacies over warehouses that
# are all exceptions (test/oracle/indicator_ugly.sql), computed once more from the raw
# tables (indicator_grain.sql).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('grain', conf => "fsync = off\njit = off\n");

sub run_file
{
	my ($db, $file, @vars) = @_;
	my @call = ('psql', '-XqAt', '-d', $node->connstr($db), '-v', 'ON_ERROR_STOP=1', (map { ('-v', $_) } @vars), '-f', "$FindBin::RealBin/../oracle/$file");
	my ($out, $err);
	IPC::Run::run(\@call, '>', \$out, '2>', \$err) or BAIL_OUT("$file: $err");
}

foreach my $seed (1, 2)
{
	my $db = "ugly_$seed";
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION medsup CASCADE');
	run_file($db, 'indicator_ugly.sql', "seed=0.$seed");
	foreach ([ institution => 35 ], [ department => 35 ], [ doctor => 35 ], [ pharmacy => 18 ])
	{
		my ($grain, $least) = @$_;
		run_file($db, 'indicator_grain.sql', "grain=$grain", 'from=2026-03-01', 'to=2026-05-01');
		is($node->safe_psql($db, 'SELECT * FROM mine.difference ORDER BY 1, 2, 3 LIMIT 10'), '', "seed $seed, $grain: the same numerators and denominators");
		cmp_ok($node->safe_psql($db, 'SELECT count(DISTINCT indicator_code) FROM mine.answer WHERE numerator > 0'), '>=', $least, "seed $seed, $grain: of $least indicators or more");
	}
}

$node->stop;
done_testing();
