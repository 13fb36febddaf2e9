# Sets of codes over the real lists: what rule authors wrote parses, prints and
# reads back, and contains what a naive definition over texts says: some
# inclusion fits, no exclusion does, where a code fits when it begins with it,
# and a range when it sorts between the ends or begins with the right one.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $data = medsup_data();
plan skip_all => 'real code lists not found; set MEDSUP_DATA to their folder'
  unless defined $data;

my $node = medsup_node('sets');
srand(20261122);

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres',
		"SET search_path = public, medsup;\n$query");
}

# Loads a CSV into a table of text columns c1, c2, ...
sub load
{
	my ($table, $file, $columns) = @_;
	my $list = join(', ', map { "c$_ text" } 1 .. $columns);
	sql("CREATE TABLE $table ($list);");
	$node->command_ok(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'),
			'-c', "\\copy $table FROM '$data/$file' CSV HEADER"
		],
		"\\copy into $table");
	return;
}

# ---------------------------------------------------- what authors write ---
load('icd10_csv', 'codes/icd10_yibao_v2.csv', 2);
load('icd9cm3_csv', 'codes/icd9cm3_yibao_v2.csv', 2);
load('drug_csv', 'codes/drug_codes_liangku.csv', 5);
load('service_csv', 'codes/service_item_codes_liangku.csv', 5);
load('service_rule', 'codes/service_rule_patterns.csv', 5);
load('drug_rule', 'codes/drug_rule_prefix.csv', 2);
load('disease_class', 'codes/disease_class_prefix.csv', 4);
load('drug_class', 'codes/drug_class_prefix.csv', 4);
load('consumable_class', 'codes/consumable_classes.csv', 4);
load('service_class', 'codes/service_class_prefix.csv', 6);
load('split_rule', 'rules/vendor/规则_项目分解.csv', 6);

sql(q{
	CREATE TABLE icd10_code AS SELECT c1 AS spelt, c1::icd10 AS code FROM icd10_csv;
	CREATE TABLE icd9cm3_code AS SELECT c1 AS spelt, c1::icd9cm3 AS code FROM icd9cm3_csv;
	CREATE TABLE fee_item_code AS
	  SELECT spelt, spelt::fee_item AS code
	  FROM (SELECT c1 FROM drug_csv UNION SELECT c1 FROM service_csv
	        UNION SELECT DISTINCT '~' || left(c1, n) FROM service_csv, generate_series(4, 15, 4) AS n) AS l(spelt);
	CREATE TABLE authored (source text, given text, set fee_itemmultirange);
	INSERT INTO authored
	  SELECT DISTINCT 'service rules', c1 FROM service_rule
	  UNION SELECT 'drug rules', c1 FROM drug_rule
	  UNION SELECT 'drug classes', c1 FROM drug_class
	  UNION SELECT 'consumable classes', c1 FROM consumable_class
	  UNION SELECT 'service classes', c4 FROM service_class
	  UNION SELECT 'split rules', c FROM split_rule, unnest(ARRAY[c1, c3]) AS c;
	UPDATE authored SET set = try_fee_item_set(given);});

is(sql('SELECT count(*) FROM service_rule') . ' ' . sql('SELECT count(*) FROM drug_rule'),
	'764 1423', 'the lists are whole');
is( sql("SELECT string_agg(given, ' ' ORDER BY given COLLATE \"C\") FROM authored WHERE set IS NULL"),
	'XN000 XN0000',
	'all patterns of fee items are sets, but two that break off in the name');
is( sql("SELECT count(*) FROM authored WHERE fee_item_set(set_text(set)) <> set"),
	'0', 'and read back from their canonical text');
is( sql("SELECT count(*) || ' ' || count(try_icd10_set(c2)) FROM disease_class WHERE c1 = '西医诊断'"),
	'1965 1965', 'so are all classes of diagnoses');
is( sql(q{
	WITH part AS MATERIALIZED (
	  SELECT DISTINCT given, set, string_to_array(translate(upper(given), '()', ''), '|') AS parts
	  FROM authored WHERE given LIKE '%|%' OR hashtext(given) % 50 = 0)
	SELECT count(*) FROM part p JOIN fee_item_code c ON (c.code <@ p.set) <> (c.spelt ^@ ANY (p.parts))}),
	'0', 'they contain what begins with one of their parts');

# ------------------------------------------------------------ known sizes ---
sql('CREATE INDEX icd10_code_idx ON icd10_code (code); ANALYZE icd10_code;');
my %size = (
	'E10-E14' => 506, 'I20-I25' => 216, 'C00-C97' => 1687,
	'V01-Y98' => 1136, 'A15-A19' => 513);
foreach my $range (sort keys %size)
{
	foreach my $off (qw(seqscan indexscan))
	{
		is( sql("SET enable_$off = off; SET enable_bitmapscan = "
				  . ($off eq 'seqscan' ? 'on' : 'off')
				  . "; SELECT count(*) FROM icd10_code WHERE code <@ icd10_set('$range')"),
			$size{$range}, "$range, $off off");
	}
}

# ------------------------------------------------------------ random sets ---
# Items of a set: [ excluded, left, right or undef ], from prefixes of real
# codes that are nodes.
sub draw_set
{
	my ($codes, $shortest) = @_;
	my @items;
	my $draw = sub {
		my $code = $codes->[ rand @$codes ];
		return $code if rand() < .2;
		$code =~ s/\+.*//;
		my $n = $shortest + int(rand(length($code) - $shortest + 1));
		return substr($code, 0, $n);
	};
	foreach (0 .. int(rand(8)))
	{
		my ($left, $right) = ($draw->(), undef);
		if (rand() < .4)
		{
			$right = $draw->();
			($left, $right) = ($right, $left) if $right lt $left;
		}
		push @items, [ rand() < .3, $left, $right ];
	}
	return @items;
}

sub authored_text
{
	return join(
		(', ', '|', "\n", '；')[ rand 4 ],
		map {
			my ($not, $left, $right) = @$_;
			my $term = $left . (rand() < .3 && $left !~ /\+/ ? '*' : '');
			$term .= ' - ' . $right . ($right =~ /\+/ ? '' : '*') if defined $right;
			($not ? '!' : '') . (rand() < .3 ? "($term)" : $term)
		} @_);
}

# The same as a condition on the text of a code, in SQL.
sub naive
{
	my (@items) = @_;
	my $any = sub {
		return join(' OR ', map {
			my (undef, $left, $right) = @$_;
			defined $right
			  ? qq{(spelt COLLATE "C" >= '$left' AND (spelt COLLATE "C" <= '$right' OR starts_with(spelt, '$right')))}
			  : "starts_with(spelt, '$left')"
		} @_) || 'false';
	};
	my @in = grep { !$_->[0] } @items;
	my @out = grep { $_->[0] } @items;
	return '(' . (@in ? $any->(@in) : 'true') . ') AND NOT (' . $any->(@out) . ')';
}

my %shortest = (icd10 => 3, icd9cm3 => 2, fee_item => 2);
foreach my $type (sort keys %shortest)
{
	my @codes = split /\n/, sql("SELECT spelt FROM ${type}_code ORDER BY code");
	my (@queries, @texts);
	foreach my $i (1 .. 40)
	{
		my @items = draw_set(\@codes, $shortest{$type});
		my $text = authored_text(@items);
		(my $quoted = $text) =~ s/'/''/g;
		push @texts, $text;
		push @queries, sprintf(
			q{SELECT %d, count(*) FILTER (WHERE code <@ s), count(*) FILTER (WHERE (code <@ s) <> (%s)),
			     %s_set(set_text(s)) = s
			  FROM %s_code, %s_set('%s') AS s GROUP BY s},
			$i, naive(@items), $type, $type, $type, $quoted);
	}
	my @rows = map { [ split /\|/ ] } split /\n/, sql(join(' UNION ALL ', @queries));
	my @wrong = grep { $_->[2] ne '0' || $_->[3] ne 't' } @rows;
	is(scalar(@rows), 40, "$type: every random set is judged");
	is(scalar(@wrong), 0, "$type: random sets contain what the naive definition says")
	  or diag join("\n", map { "@$_: $texts[$_->[0] - 1]" } @wrong);
	cmp_ok(scalar(grep { $_->[1] > 0 } @rows), '>', 20, "$type: most of them contain something");
}

done_testing();
