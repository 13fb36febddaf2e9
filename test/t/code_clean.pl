# Dirty text at the size of the real lists: each malformed code of the
# conversion list has its reason, the official lists need no cleaning, the keys
# of all official names stay.  Then a foreign table.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('clean');
my $data = medsup_data();

sub sql
{
	my ($query, $database) = @_;
	return $node->safe_psql($database // 'postgres',
		"SET search_path = public, medsup;\n$query");
}

sub load
{
	my ($table, $file, @columns) = @_;
	sql("CREATE TABLE $table (" . join(', ', map { "$_ text" } @columns) . ");");
	$node->command_ok(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'),
			'-c', "\\copy $table FROM '$data/codes/$file' CSV HEADER"
		],
		"\\copy of $file");
	return;
}

# code, defect, what the sentence names
my @malformed = (
	[ 'B37.600I39.8', 'pair_without_marks', 'B37.600+I39.8*' ],
	[ 'C22.101M81600/3', 'glued_morphology', 'C22.101', 'M81600/3' ],
	[ 'C81.001M96590/3', 'glued_morphology', 'C81.001', 'M96590/3' ],
	[ 'C83.812M96730/3', 'glued_morphology', 'C83.812', 'M96730/3' ],
	[ 'C84.000M97000/3', 'glued_morphology', 'C84.000', 'M97000/3' ],
	[ 'C85.707M97190/3', 'glued_morphology', 'C85.707', 'M97190/3' ],
	[ 'C85.710M97160/3', 'glued_morphology', 'C85.710', 'M97160/3' ],
	[ 'C88.100M97620/3', 'glued_morphology', 'C88.100', 'M97620/3' ],
	[ 'C88.200M97630/3', 'glued_morphology', 'C88.200', 'M97630/3' ],
	[ 'C90.101M98310/1', 'glued_morphology', 'C90.101', 'M98310/1' ],
	[ 'C91.306M98341/3', 'glued_morphology', 'C91.306', 'M98341/3' ],
	[ 'C96.701M97271/3', 'glued_morphology', 'C96.701', 'M97271/3' ],
	[ 'D24.x01M85060/0', 'glued_morphology', 'D24.x01', 'M85060/0' ],
	[ 'D47.200M97650/1', 'glued_morphology', 'D47.200', 'M97650/1' ],
	[ 'E88.902+M90.803*', 'asterisk_too_long', 'M90.803', 'E88.902+M90.8*' ],
	[ 'K74.300x011+I98.2', 'pair_without_star', 'K74.300x011+I98.2*' ],
	[ 'K74.300x012+I98.3', 'pair_without_star', 'K74.300x012+I98.3*' ],
	[ 'Q85.001M95400/1', 'glued_morphology', 'Q85.001', 'M95400/1' ],
	[ 'T66.x02H47.5', 'pair_without_marks', 'T66.x02+H47.5*' ],);

SKIP:
{
	skip 'real code lists not found; set MEDSUP_DATA to their folder', 1
	  unless defined $data;

	load('old', 'icd10_yibao_map.csv', 'code', 'code_out');
	is(sql('SELECT count(*) FROM old'), 35591, 'the conversion list is whole');
	is( sql(q{SELECT string_agg(code, ' ' ORDER BY code COLLATE "C") FROM old WHERE why_icd10(code) IS NOT NULL}),
		join(' ', map { $_->[0] } @malformed),
		'19 of its codes have a reason not to be read');
	foreach my $m (@malformed)
	{
		my ($code, $defect, @named) = @$m;
		my ($key, $reason) = split(/\|/,
			sql("SELECT r.defect, r.reason FROM old, read_code(old.code, 'icd10', 'en') r WHERE old.code = '$code'"));
		is($key, $defect, "$code: $defect");
		ok(!(grep { index($reason, $_) < 0 } @named), "$code: the reason names @named");
	}
	is( sql(q{SELECT string_agg(format('[%s]', code_out), ' ') FROM old, read_code(code_out, 'icd10') r
			 WHERE r.defect IS NOT NULL OR r.notes <> '{}'}),
		'[ B06.801+J17.1*]',
		'of its results one has a leading blank, the others need no cleaning');
	is( sql(q{SELECT string_agg(part || ' ' || key || ' ' || cells, ', ') FROM profile_codes('old', 'code', top => 0)
			 WHERE part IN ('total', 'defect')}),
		'total icd10 35591, total null 0, total read 35572, total refused 19, '
		  . 'defect glued_morphology 14, defect pair_without_marks 2, defect pair_without_star 2, defect asterisk_too_long 1',
		'their profile');

	# the official lists need no cleaning
	load('icd10', 'icd10_yibao_v2.csv', 'code', 'name');
	load('icd9cm3', 'icd9cm3_yibao_v2.csv', 'code', 'name');
	load('drug_code', 'drug_codes_liangku.csv', 'code', 'name', 'rule', 'batch', 'source');
	load('fee_item', 'service_item_codes_liangku.csv', 'code', 'name', 'rule', 'batch', 'source');
	foreach my $list (qw(icd10 icd9cm3 drug_code fee_item))
	{
		is( sql("SELECT count(*) FROM public.$list l, read_code(l.code, '$list') r
				 WHERE r.code IS DISTINCT FROM l.code OR r.notes <> '{}' OR why_$list(l.code) IS NOT NULL"),
			'0', "$list: no code of the list needs cleaning");
		is( sql("SELECT string_agg(DISTINCT key, ' ' ORDER BY key) FROM profile_codes('public.$list', 'code', '$list', 0) WHERE part = 'form'"),
			{
				icd10 => 'national_base national_extension national_pair',
				icd9cm3 => 'national_base national_extension national_swapped tcm',
				drug_code => 'drug_x drug_z',
				fee_item => 'service'
			}->{$list},
			"$list: its forms");
		is( sql("SELECT count(*) FROM public.$list WHERE name_key(name_key(name)) <> name_key(name) OR name_key(name) = ''"),
			'0', "$list: the key of a name stays");
		is( sql("SELECT key FROM profile_codes('public.$list', 'code', top => 0) WHERE part = 'total' LIMIT 1"),
			$list eq 'drug_code' ? 'fee_item' : $list,
			"$list: the type is guessed");
	}
	# full-width spelling of every diagnosis is the same code
	is( sql(q{SELECT count(*) FROM icd10
			 WHERE try_icd10(E'\u3000' || translate(code, '0123456789.+*ABCDEFGHIJKLMNOPQRSTUVWXYZ',
			                '０１２３４５６７８９．＋＊ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ'))::text
			       IS DISTINCT FROM code}),
		'0', 'every diagnosis in full width is read');
}

# a foreign table is read as any other
SKIP:
{
	my $dir = PostgreSQL::Test::Utils::tempdir();
	skip 'file_fdw is not installed', 1
	  unless sql(q{SELECT count(*) FROM pg_available_extensions WHERE name = 'file_fdw'});
	chmod(0755, $dir);
	PostgreSQL::Test::Utils::append_to_file("$dir/codes.csv", "E11.900\nE119\n");
	sql(qq{CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
		CREATE FOREIGN TABLE far (code text) SERVER files OPTIONS (filename '$dir/codes.csv', format 'csv');});
	is( sql(q{SELECT string_agg(key || ' ' || cells, ', ') FROM profile_codes('far', 'code') WHERE part = 'total'}),
		'icd10 2, null 0, read 1, refused 1', 'a foreign table');
}

$node->stop;
done_testing();
