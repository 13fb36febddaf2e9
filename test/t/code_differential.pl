# The code types against an independent, slow re-implementation of their
# documentation in Perl (lib/CodeModel.pm): reading, canonical text, stored
# value, hash, order, containment.  Inputs are all texts of the real lists and
# seeded mutations of them; without the lists, a few codes of every form are
# mutated all the more.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use List::Util qw(min);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;
use CodeDifferential;

my $codes = real_codes();
my $node = start_node('differential');

my %inputs;
foreach my $type (sort keys %$codes)
{
	my $real = $codes->{$type};
	my %seen = map { $_ => 1 } @$real;
	my $rounds = int(60_000 / @$real) || 1;
	my @mutated = grep { defined && !$seen{$_}++ }
	  map { mutate($_, $real) } (@$real) x $rounds;

	# a part of every other type's, so that none takes what another owns
	my @others = grep { rand() < .02 }
	  map { @{ $codes->{$_} } } grep { $_ ne $type } sort keys %$codes;
	$inputs{$type} = [ '', ' ', @$real, @mutated, @others ];
}
$inputs{drug_code} = [ grep { rand() < .3 } @{ $inputs{fee_item} } ];

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
			substr($other, rand length $other, 1) = pick(@code_chars);
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

	# ranges and sets made by hand, with bounds of every kind
	my @members;
	my $wanted_in = sub {
		my ($code, $first, $set, @ranges) = @_;
		my @in = map {
			my ($low, $from, $to, $high) = @$_;
			(!defined $from || ($low eq '[' ? $from le $code : $from lt $code))
			  && (!defined $to || ($high eq ']' ? $code le $to : $code lt $to))
		} @ranges;
		return map { bool($_) } ($in[0]) x 4, (!!grep { $_ } @in) x 5;
	};
	while (@members < 15_000)
	{
		my $size = rand() < .003 ? 400 : int rand(rand() < .1 ? 40 : 4);
		my @ranges;
		foreach (0 .. $size)
		{
			my $at = int rand @all;
			my ($from, $to) = @all[ $at, min($#all, $at + int rand(rand() < .5 ? 3 : 300)) ];
			my ($low, $high) = (pick('[', '('), pick(']', ')'));
			($low, $from) = ('(', undef) if rand() < .02;
			($to, $high) = (undef, ')') if rand() < .02;
			push @ranges, [ $low, $from, $to, $high ];
		}
		my @text = map { my ($low, $from, $to, $high) = @$_; join '', $low, $from // '', ',', $to // '', $high } @ranges;

		# some codes for one set, as when a rule's set meets a table
		my @near = map { grep { defined } @$_[ 1, 2 ] } @ranges;
		foreach (0 .. rand 3)
		{
			my $code = rand() < .7 && @near ? pick_of(\@near) : pick_of(\@all);
			push @members, [ $code, $text[0], '{' . join(',', @text) . '}', @ranges ];
		}
	}
	send_rows("member_$type", "code $type, range ${type}range, set ${type}multirange",
		[ map { [ @$_[ 0 .. 2 ] ] } @members ]);
	same_rows(
		"SELECT code <@ range, range @> code, is_within(code, range), contains_code(range, code),
		   code <@ set, set @> code, is_within(code, set), contains_code(set, code),
		   set OPERATOR(pg_catalog.@>) code
		 FROM member_$type ORDER BY n",
		\@members, $wanted_in, "$type: in a range, in a set");

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
