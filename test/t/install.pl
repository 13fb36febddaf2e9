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

# what must not be there: another encoding, a schema of somebody else's, one
# that is not empty
foreach my $encoding ('SQL_ASCII', 'LATIN1', 'EUC_CN')
{
	my $db = lc("enc_$encoding");
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	my ($rc, $out, $err) = $node->psql($db, 'CREATE EXTENSION medsup CASCADE');
	isnt($rc, 0, "refused in $encoding");
	like($err, qr/needs a database in UTF8, this one is in $encoding|in encoding "UTF8" has no equivalent in encoding "$encoding"/,
		"and says why in $encoding");
}
$node->safe_psql('postgres', q{CREATE DATABASE taken; CREATE ROLE tap_mallory});
$node->safe_psql('taken', q{GRANT CREATE ON DATABASE taken TO tap_mallory; SET ROLE tap_mallory; CREATE SCHEMA medsup});
my ($rc, $out, $err) = $node->psql('taken', 'CREATE EXTENSION medsup CASCADE');
like($err, qr/schema "medsup" belongs to role "tap_mallory".*HINT/s, q{not into somebody else's schema});
$node->safe_psql('taken', q{DROP SCHEMA medsup; CREATE SCHEMA medsup; CREATE FUNCTION medsup.word(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'});
($rc, $out, $err) = $node->psql('taken', 'CREATE EXTENSION medsup CASCADE');
like($err, qr/schema "medsup" is not empty.*function (?:medsup\.)?word.*HINT/s, 'nor into one that is not empty');
$node->safe_psql('taken', 'DROP FUNCTION medsup.word; CREATE EXTENSION medsup CASCADE');
is($node->safe_psql('taken', $catalogue), $before, 'but into an empty one of a superuser');

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
