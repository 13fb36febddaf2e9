# CodeDifferential: what the tests share that compare medsup with CodeModel.
#
#   my $codes = real_codes();          texts of the real lists by type, each once
#   my $t = mutate($text, $others);    what people and machines do to codes
#   start_node('name');                a server with medsup
#   send_rows($table, $columns, $rows);
#   same_rows($query, $rows, $wanted, $name);
#
# Without the lists there are a few codes of every form.  Another seed than
# always the same one: CODE_SEED=42.
package CodeDifferential;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

our @EXPORT = qw(@code_chars pick pick_of real_codes mutate start_node sql send_rows
  same_rows bool);

my $seed = $ENV{CODE_SEED} // 20260101;
srand($seed);

sub pick { return $_[ rand @_ ]; }
sub pick_of { my ($list) = @_; return $list->[ rand @$list ]; }
sub bool { return $_[0] ? 't' : 'f'; }

# ----------------------------------------------------------------- texts ---
# A few codes of every form, real ones where there are any.
my %few = (
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

# type, list, columns
my @lists = (
	[ 'icd10', 'icd10_yibao_v2.csv', 1 ],
	[ 'icd10', 'icd10_yibao_map.csv', 1, 2 ],
	[ 'icd10', 'icd10_who_2019.csv', 2 ],
	[ 'icd10', 'disease_class_prefix.csv', 2 ],
	[ 'icd10', 'tcm_codes_sample.csv', 1 ],
	[ 'icd9cm3', 'icd9cm3_yibao_v2.csv', 1 ],
	[ 'icd9cm3', 'icd9cm3_yibao_map.csv', 1, 2 ],
	[ 'fee_item', 'drug_codes_liangku.csv', 1 ],
	[ 'fee_item', 'drug_class_prefix.csv', 1 ],
	[ 'fee_item', 'drug_rule_prefix.csv', 1 ],
	[ 'fee_item', 'service_item_codes_liangku.csv', 1 ],
	[ 'fee_item', 'service_rule_patterns.csv', 1 ],
	[ 'fee_item', 'service_class_prefix.csv', 1, 4, 5 ],
	[ 'fee_item', 'consumable_classes.csv', 1 ],
	[ 'fee_item', 'consumable_codes_sample.csv', 1 ]);

# One column of a list; codes hold no comma and no quote.
sub column
{
	my ($path, $column) = @_;
	my @texts;
	open(my $fh, '<:raw', $path) or die "$path: $!";
	<$fh>;
	while (my $line = <$fh>)
	{
		$line =~ s/\r?\n\z//;
		push @texts, (split /,/, $line)[ $column - 1 ] // '';
	}
	close($fh);
	return @texts;
}

sub real_codes
{
	my %codes = map { $_ => [ @{ $few{$_} } ] } keys %few;
	my $data = medsup_data();

  SKIP:
	{
		skip 'real code lists not found; set MEDSUP_DATA to their folder', 1
		  unless defined $data;
		foreach my $list (@lists)
		{
			my ($type, $file, @columns) = @$list;
			push @{ $codes{$type} }, column("$data/codes/$file", $_) foreach @columns;
		}
		cmp_ok(scalar map({ @$_ } values %codes), '>', 150_000, 'the real lists were read');
	}
	foreach my $texts (values %codes)
	{
		my %seen;
		$texts = [ grep { $_ ne '' && !$seen{$_}++ } @$texts ];
	}
	return \%codes;
}

# Mutations: what people and machines do to codes.
our @code_chars = (
	'0' .. '9', 'A' .. 'Z', qw(a e i l m o t x x X X z),
	split //, " \t\n\r.+*~/-_(|,!\\'\"\x{b}\x{1}");
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
	sub { my $t = shift; substr($t, rand(1 + length $t), 0) = pick(@code_chars); $t },
	sub { my $t = shift; substr($t, rand(length $t), 1) = ''; $t },
	sub { my $t = shift; substr($t, rand(length $t), 1) = pick(@code_chars); $t },
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

# One or two mutations; undef if that cut a character in two, since such a text
# never reaches the database.
sub mutate
{
	my ($text, $others) = @_;
	$text = pick_of(\@mutations)->($text, pick_of($others));
	$text = pick_of(\@mutations)->($text, pick_of($others)) if $text ne '' && rand() < .3;
	return utf8::decode(my $copy = $text) ? $text : undef;
}

# -------------------------------------------------------------- database ---
my ($node, $dir);

sub start_node
{
	my ($name) = @_;
	# a forbidden scan costs so much that each query would be compiled
	$node = medsup_node($name, conf => "jit = off\n");
	$dir = abs_path(PostgreSQL::Test::Utils::tempdir());
	note("seed $seed");
	return $node;
}

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

1;
