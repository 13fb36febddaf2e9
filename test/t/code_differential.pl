# The code types against an independent, slow re-implementation of their
# documentation in Perl (lib/CodeModel.pm): reading, canonical text, stored
# value, hash, order, containment.  Inputs are all texts of the real lists and
# seeded mutations of them; without the lists, a few codes of every form are
# mutated all the more.  Another seed: CODE_SEED=42.
use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/lib";
use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;

my $data = medsup_data();
my $seed = $ENV{CODE_SEED} // 20260101;
srand($seed);

sub pick { return $_[ rand @_ ]; }
sub pick_of { my ($list) = @_; return $list->[ rand @$list ]; }

# ---------------------------------------------------------------- inputs ---
# A few codes of every form, real ones where there are any.
my %codes = (
	icd10 => [
		split ' ',
		'A00 E11.9 E11.200 I10.x00 I10.X00 I10.x05 A00.000x001 I10.x00x002
		 A17.000+G01* A01.001+K77.0* A38.x00x002+I41.0* E11.200x011+N08.3*
		 X60.x00x001 X60.X00 C7A.098 S72.001A T36.0X1A M80.08XA Z3A.01
		 Z9Z.ZZZZ M54. U07.100x001 V09.200x091 K74.300x011+I98.2 B37.600I39.8
		 C22.101M81600/3 E88.902+M90.803*' ],
	icd9cm3 => [
		split ' ',
		'00 36.0600 01.6x00 00.0200x001 03.1x00x001 17.91100 17.912A0 17.9
		 86.700x0013 86.7000x013 66.69x001 99.9x99x999' ],
	fee_item => [
		split ' ',
		'XB01ACA056A012030101554 XB01ACA056A0 ZA04CAE0023010100166 T001700368
		 T0017003680123456789 J0A1B2C3D4E5F6G7 C0101010011303807555
		 C01010100113038075551234567 C020101052 003401000230600
		 013105170010000 ~110200002a ~HC12345 ~._/- 110200002a f310903 HC12345' ]);

# column COLUMN of a list; codes hold no comma and no quote
sub column
{
	my ($file, $column) = @_;
	my @texts;
	open(my $fh, '<:raw', "$data/codes/$file") or die "$file: $!";
	<$fh>;
	while (my $line = <$fh>)
	{
		$line =~ s/\r?\n\z//;
		push @texts, (split /,/, $line)[ $column - 1 ] // '';
	}
	close($fh);
	return @texts;
}

SKIP:
{
	skip 'real code lists not found; set MEDSUP_DATA to their folder', 1
	  unless defined $data;
	push @{ $codes{icd10} },
	  column('icd10_yibao_v2.csv', 1), column('icd10_yibao_map.csv', 1),
	  column('icd10_yibao_map.csv', 2), column('icd10_who_2019.csv', 2),
	  column('disease_class_prefix.csv', 2), column('tcm_codes_sample.csv', 1);
	push @{ $codes{icd9cm3} },
	  column('icd9cm3_yibao_v2.csv', 1), column('icd9cm3_yibao_map.csv', 1),
	  column('icd9cm3_yibao_map.csv', 2);
	push @{ $codes{fee_item} },
	  column('drug_codes_liangku.csv', 1), column('drug_class_prefix.csv', 1),
	  column('drug_rule_prefix.csv', 1),
	  column('service_item_codes_liangku.csv', 1),
	  column('service_rule_patterns.csv', 1),
	  map({ column('service_class_prefix.csv', $_) } 1, 4, 5),
	  column('consumable_classes.csv', 1),
	  column('consumable_codes_sample.csv', 1);
	cmp_ok(scalar map({ @$_ } values %codes), '>', 150_000, 'the real lists were read');
}

# Mutations: what people and machines do to codes.
my @chars = (
	'0' .. '9', 'A' .. 'Z', qw(a e i l m o t x x X X z), split //, " \t\n\r.+*~/-_(|,!\\'\"\x{b}\x{1}");
my @foreign = map { pack('C*', @$_) } (
	[ 0xEF, 0xBC, 0xA5 ],    # full-width E
	[ 0xEF, 0xBC, 0x8B ],    # full-width +
	[ 0xE3, 0x80, 0x80 ],    # ideographic space
	[ 0xC3, 0x97 ],          # multiplication sign
	[ 0xC2, 0xA0 ],          # no-break space
	[ 0xD0, 0x90 ],          # Cyrillic A
	[ 0xE2, 0x80, 0x8B ],    # zero-width space
	[ 0xE3, 0x83, 0xBB ]);   # katakana middle dot
my @mutations = (
	sub { my $t = shift; substr($t, rand(1 + length $t), 0) = pick(@chars); $t },
	sub { my $t = shift; substr($t, rand(length $t), 1) = ''; $t },
	sub { my $t = shift; substr($t, rand(length $t), 1) = pick(@chars); $t },
	sub {                    # neighbours swapped
		my $t = shift;
		my $i = int rand(length($t) - 1);
		substr($t, $i, 2) = reverse substr($t, $i, 2);
		$t;
	},
	sub { return lc shift },
	sub { return uc shift },
	sub { return join '', map { rand() < .5 ? lc $_ : uc $_ } split //, shift },
	sub { my $t = shift; $t =~ s/x/rand() < .5 ? 'X' : 'x'/gei; $t },
	sub { my $t = shift; $t =~ tr/OI0lo1/01OI01/; $t },
	sub { my $t = shift; $t =~ s/[.]//; $t },
	sub { my $t = shift; $t =~ s/[*]\z//; $t },
	sub { my $t = shift; $t =~ s/[+]//; $t },
	sub { my $t = shift; return $t . pick('*', '+', '.', 'x', 'X', 'A', 'x001', '0', 'D', '/3') },
	sub {                    # blanks around
		my $t = shift;
		my @blanks = (' ', "\t", "\r", "\n", "\r\n", "  ", '');
		return pick(@blanks) . $t . pick(@blanks);
	},
	sub { my $t = shift; return substr($t, 0, rand(1 + length $t)) },
	sub { my $t = shift; return substr($t, rand(length $t)) },
	sub {                    # two glued together
		my ($t, $other) = @_;
		return $t . pick('', '+', ' ', '|', ',', '+', '+') . $other . pick('', '', '*');
	},
	sub {                    # a dagger code and a category as asterisk
		my ($t, $other) = @_;
		return $t . '+' . substr($other, 0, pick(3, 5)) . '*';
	},
	sub { my $t = shift; substr($t, rand(1 + length $t), 0) = pick(@foreign); $t },
	sub { my $t = shift; return $t . 'M8' . int(rand 1000) . '0/3' },
	sub { return '~' . shift });

my %inputs;
foreach my $type (sort keys %codes)
{
	my %seen;
	my @real = grep { $_ ne '' && !$seen{$_}++ } @{ $codes{$type} };
	my $rounds = int(60_000 / @real) || 1;
	my @mutated;
	foreach my $code ((@real) x $rounds)
	{
		my $t = pick_of(\@mutations)->($code, pick_of(\@real));
		$t = pick_of(\@mutations)->($t, pick_of(\@real)) if $t ne '' && rand() < .3;
		# a character cut in two never reaches the database
		push @mutated, $t if utf8::decode(my $copy = $t) && !$seen{$t}++;
	}
	$inputs{$type} = [ '', ' ', @real, @mutated ];
}
$inputs{drug_code} = [ grep { rand() < .3 } @{ $inputs{fee_item} } ];
# a part of every other type's, so that none takes what another owns
foreach my $type (sort keys %codes)
{
	my @others = map { @{ $codes{$_} } } grep { $_ ne $type } sort keys %codes;
	push @{ $inputs{$type} }, grep { $_ ne '' && rand() < .02 } @others;
}

# -------------------------------------------------------------- database ---
my $node = medsup_node('differential');
my $dir = abs_path(PostgreSQL::Test::Utils::tempdir());

sub sql { return $node->safe_psql('postgres', "SET search_path = public, medsup;\n$_[0]"); }

sub copy_text
{
	my ($text) = @_;
	return '\\N' unless defined $text;
	my %escape = ("\\" => '\\\\', "\t" => '\\t', "\n" => '\\n', "\r" => '\\r');
	$text =~ s/([\\\t\n\r])/$escape{$1}/g;
	return $text;
}

# Gives the rows to the database as table NAME (COLUMNS), numbered.
sub send_rows
{
	my ($name, $columns, $rows) = @_;
	open(my $fh, '>:raw', "$dir/$name.in") or die $!;
	my $n = 0;
	print $fh join("\t", $n++, map { copy_text($_) } @$_), "\n" foreach @$rows;
	close($fh);
	sql("CREATE TABLE $name (n int, $columns); COPY $name FROM '$dir/$name.in';");
	return;
}

# Runs a query that gives one row a row sent, in their order, and compares each
# with what WANTED makes of it: a list of fields; the first ones are shown.
sub same_rows
{
	my ($query, $rows, $wanted, $name) = @_;
	sql("COPY ($query) TO '$dir/out';");
	open(my $fh, '<:raw', "$dir/out") or die $!;
	my ($compared, $different) = (0, 0);
	foreach my $row (@$rows)
	{
		my $got = <$fh> // "nothing\n";
		chomp $got;
		my $want = join("\t", map { copy_text($_) } $wanted->(@$row));
		$compared++;
		next if $got eq $want;
		diag(join(' ', "$name: of", map({ '"' . copy_text($_) . '"' } @$row),
				"\n   medsup says $got\n   the model    $want"))
		  if $different++ < 40;
	}
	$different++ while <$fh>;    # rows too many
	close($fh);
	is($different, 0, "$name: no difference in $compared");
	return;
}

sub bool { return $_[0] ? 't' : 'f'; }

note("seed $seed");

# --------------------------------------------------------------- reading ---
my %values;
foreach my $type (qw(icd10 icd9cm3 fee_item drug_code))
{
	my @rows = map { [$_] } @{ $inputs{$type} };
	my $opclass = $type eq 'drug_code' ? 'fee_item' : $type;
	send_rows("text_$type", 't text', \@rows);
	sql(qq{
		CREATE FUNCTION read_$type(t text) RETURNS $type LANGUAGE plpgsql IMMUTABLE STRICT AS
		\$\$BEGIN RETURN t::$type;
		EXCEPTION WHEN invalid_text_representation THEN RETURN NULL; END\$\$;
		CREATE TABLE value_$type AS SELECT n, t, read_$type(t) AS code FROM text_$type;});
	my %seen;
	same_rows(
		"SELECT code, encode(${type}_send(code), 'hex'), ${opclass}_hash(code),
		   ${opclass}_hash_extended(code, 7)
		 FROM value_$type ORDER BY n",
		\@rows,
		sub {
			my $code = code_read($type, $_[0]);
			return (undef) x 4 unless defined $code;
			$seen{$code} = 1;
			my $bytes = code_bytes($type, $code);
			return (
				$code,
				unpack('H*', $bytes),
				unpack('l', pack('L', code_hash($bytes, 0) & 0xFFFFFFFF)),
				unpack('q', pack('Q', code_hash($bytes, 7))));
		},
		"$type: text, stored value and hashes");
	$values{$type} = [ sort keys %seen ];
	cmp_ok(scalar @{ $values{$type} }, '>', 100, "$type: there are values to compare");

	is( sql("SELECT string_agg(t, ' ') FROM (
			   SELECT t FROM value_$type
			   WHERE t ~ '^[ -~\\t\\r\\n]*\$' AND try_$type(t) IS DISTINCT FROM code
			   LIMIT 20) AS s"),
		'', "$type: of plain ASCII, try_ reads what input reads");
}

sql(q{
	CREATE FUNCTION mark_local(t text) RETURNS fee_item LANGUAGE plpgsql IMMUTABLE STRICT AS
	$$BEGIN RETURN local_code(t);
	EXCEPTION WHEN invalid_text_representation THEN RETURN NULL; END$$;});
same_rows(
	'SELECT mark_local(t) FROM text_fee_item ORDER BY n',
	[ map { [$_] } @{ $inputs{fee_item} } ],
	sub {
		my ($t) = @_;
		$t =~ s/\A[ \t\r\n]+|[ \t\r\n]+\z//g;
		return $t =~ /\A~/ ? undef : code_read('fee_item', "~$t");
	},
	'local_code');
same_rows(
	'SELECT kind(code) FROM value_fee_item ORDER BY n',
	[ map { [$_] } @{ $inputs{fee_item} } ],
	sub {
		my $code = code_read('fee_item', $_[0]);
		return defined $code ? code_kind($code) : undef;
	},
	'kind of a fee item');

# ----------------------------------------------------- order, containment ---
# Pairs: neighbours, a code and a prefix, a code and one like it, any two.
foreach my $type (qw(icd10 icd9cm3 fee_item))
{
	my @all = @{ $values{$type} };
	my @pairs;
	while (@pairs < 100_000)
	{
		my $i = int rand @all;
		my $code = $all[$i];
		my $other = $all[ min($#all, $i + int rand 4) ];
		if (@pairs % 4 == 1)
		{
			$other = substr($code, 0, 1 + rand length $code);
		}
		elsif (@pairs % 4 == 2)
		{
			$other = $code;
			substr($other, rand length $other, 1) = pick(@chars);
		}
		elsif (@pairs % 4 == 3)
		{
			$other = pick_of(\@all);
		}
		next unless code_is($type, $other);
		push @pairs, rand() < .5 ? [ $code, $other ] : [ $other, $code ];
	}
	send_rows("pair_$type", "a $type, b $type", \@pairs);
	same_rows(
		"SELECT ${type}_cmp(a, b), a < b, a <= b, a = b, a <> b, a >= b, a > b,
		   a <@ b, b @> a, is_within(a, b), contains_code(b, a)
		 FROM pair_$type ORDER BY n",
		\@pairs,
		sub {
			my ($a, $b) = @_;
			my $cmp = $a cmp $b;
			return ($cmp, map({ bool($_) } $cmp < 0, $cmp <= 0, $cmp == 0, $cmp != 0,
					$cmp >= 0, $cmp > 0, (code_within($a, $b)) x 4));
		},
		"$type: order and containment of pairs");

	# the whole order at once: a sort, then a btree
	my @texts = map { [$_] } @all;
	sql("CREATE TABLE order_$type AS SELECT DISTINCT code FROM value_$type WHERE code IS NOT NULL;");
	same_rows("SELECT code FROM order_$type ORDER BY code", \@texts, sub { @_ }, "$type: sorted");
	sql("CREATE INDEX ON order_$type (code); VACUUM ANALYZE order_$type;");
	my $ordered = "SET enable_seqscan = off; SET enable_sort = off; SET search_path = public, medsup;";
	like($node->safe_psql('postgres', "$ordered EXPLAIN SELECT code FROM order_$type ORDER BY code"),
		qr/Index Only Scan/, "$type: an index gives the order");
	$node->safe_psql('postgres',
		"$ordered CREATE TABLE index_$type AS SELECT row_number() OVER () AS n, code
		   FROM (SELECT code FROM order_$type ORDER BY code) AS s");
	same_rows("SELECT code FROM index_$type ORDER BY n", \@texts, sub { @_ }, "$type: by index");
}

$node->stop;
done_testing();
