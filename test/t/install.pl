# The extension in the life of a server: dump and restore, a crash, a server
# without pg_cron and one with it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $catalogue = q{
SELECT pg_catalog.string_agg(x, E'\n' ORDER BY x COLLATE "C") FROM (
  SELECT pg_catalog.pg_describe_object(d.classid, d.objid, 0)
  FROM pg_catalog.pg_depend d
  JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
  WHERE e.extname = 'medsup' AND d.deptype = 'e'
    AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass) AS t(x)};

my $node = medsup_node('plain');
my $before = $node->safe_psql('postgres', $catalogue);
like($before, qr/schema medsup|function|type/, 'the extension owns objects')
  if length $before;

# dump and restore, in every format that a DBA uses
my $dir = PostgreSQL::Test::Utils::tempdir();
foreach my $format ('plain', 'custom')
{
	my $file = "$dir/dump.$format";
	$node->command_ok(
		[ 'pg_dump', "--format=$format", '--file', $file, 'postgres' ],
		"pg_dump --format=$format");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	if ($format eq 'plain')
	{
		$node->command_ok(
			[
				'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file,
				"restored_$format"
			],
			'restore of the plain dump');
	}
	else
	{
		$node->command_ok(
			[ 'pg_restore', '--exit-on-error', '-d', "restored_$format", $file ],
			'restore of the custom dump');
	}
	is($node->safe_psql("restored_$format", $catalogue),
		$before, "same objects after restore ($format)");
}

# a crash right after CREATE EXTENSION
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $catalogue), $before, 'same objects after a crash');

SKIP:
{
	skip 'pg_cron is not installed', 2 unless have_extension('pg_cron');
	my $cron = medsup_node('cron', cron => 1);
	is($cron->safe_psql('postgres', $catalogue),
		$before, 'same objects beside pg_cron');
	is($cron->safe_psql('postgres', 'SHOW shared_preload_libraries'),
		'pg_cron', 'medsup itself needs no preload');
	$cron->stop;
}

$node->stop;
done_testing();
