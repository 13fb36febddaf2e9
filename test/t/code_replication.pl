# Codes, arrays and sets of them pass through logical replication, as texts and
# in binary form, changed and deleted by key.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $publisher = medsup_node('publisher', conf => "wal_level = logical\nmax_wal_senders = 10\nmax_replication_slots = 10\n");
my $subscriber = medsup_node('subscriber');
$publisher->safe_psql('postgres', 'ALTER DATABASE postgres SET search_path = public, medsup');

my $table = q{
	CREATE TABLE %1$s (code medsup.icd10, item medsup.fee_item, drug medsup.drug_code, op medsup.icd9cm3,
		codes medsup.icd10[], scope medsup.fee_itemmultirange, amount int, PRIMARY KEY (code, item));};
my @names = qw(as_text as_binary);
foreach my $node ($publisher, $subscriber)
{
	$node->safe_psql('postgres', sprintf($table, $_)) foreach @names;
}
my $rows = q{
	INSERT INTO %1$s VALUES
		('E11.200x011+N08.3*', '~110200002a', 'XB01ACA056A012030101554', '17.912A0', '{I20,NULL,S72.001A}', '{[XA10,XA11),[~1,)}', 1),
		('I10.x00', '003401000230600', 'ZA04', '86.700x0013', '{}', '{}', 2),
		('E11', 'C', NULL, NULL, NULL, NULL, 3);};
$publisher->safe_psql('postgres', sprintf($rows, $_) . "CREATE PUBLICATION $_ FOR TABLE $_;") foreach @names;

my $from = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION $_ CONNECTION '$from' PUBLICATION $_ WITH (binary = "
	  . ($_ eq 'as_binary' ? 'true)' : 'false)')) foreach @names;
$subscriber->wait_for_subscription_sync($publisher, $_) foreach @names;

foreach my $name (@names)
{
	$publisher->safe_psql('postgres', qq{
		UPDATE $name SET amount = 20, codes = '{J18.900}' WHERE code = 'I10.x00';
		UPDATE $name SET code = 'E11.9' WHERE code = 'E11';
		DELETE FROM $name WHERE item = '~110200002a';
		INSERT INTO $name (code, item) SELECT code, ('~' || n)::medsup.fee_item FROM $name, generate_series(1, 500) AS n;});
	$publisher->wait_for_catchup($name);
	my $all = "SELECT t::text FROM $name AS t ORDER BY code, item";
	my $expected = $publisher->safe_psql('postgres', $all);
	is(scalar(my @lines = split /\n/, $expected), 1002, "$name: there is something to compare");
	is($subscriber->safe_psql('postgres', $all), $expected, "$name: the same rows");
}

$subscriber->stop;
$publisher->stop;
done_testing();
