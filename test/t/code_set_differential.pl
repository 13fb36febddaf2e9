# Sets of codes against a model (lib/CodeSetModel.pm): random sets as authors
# write them, with every separator, sign and case, must give the same bounds,
# the same answer for codes in and around them, and come back from set_text;
# every pattern and prefix of the real rule lists is read as the model reads
# it.  Mutated texts are refused with a position, or read the same again from
# what set_text makes of them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use List::Util qw(min shuffle);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;
use CodeSetModel;
use CodeDifferential;

my $codes = real_codes();
my $node = start_node('set_differential');

my @separators = (
	', ', ',', ' ', ';', '; ', '|', ' | ', "\n", "\t", ",\n",
	map { pack('C*', @$_) } (
		[ 0xEF, 0xBC, 0x8C ],     # full-width comma
		[ 0xE3, 0x80, 0x81 ],     # ideographic comma
		[ 0xEF, 0xBC, 0x9B ],     # full-width semicolon
		[ 0xE3, 0x83, 0xBB ],     # katakana middle dot
		[ 0xE3, 0x80, 0x80 ]));   # ideographic space

# shorter than any code
my %beginnings = (
	icd10 => [ '', 'A' .. 'Z', map { pick('A' .. 'Z') . $_ } 0 .. 9 ],
	icd9cm3 => [ '', 0 .. 9 ],
	fee_item => [ '', '~' ]);

# Letters are not minded, but in local codes; nor the x where only one fits.
sub spelt
{
	my ($type, $code) = @_;
	return $code if $code =~ /^~/ || rand() < .8;
	my $other = pick(lc $code, uc $code);
	return (code_read($type, $other) // '') eq $code ? $other : $code;
}

# One term: the text and the piece that it means.
sub term
{
	my ($type, $all) = @_;
	my $at = int rand @$all;
	my $code = $all->[$at];
	$code = substr($code, 0, 1 + rand length $code) if rand() < .4;

	# behind a local code that ends with a hyphen only a comma will do
	return term($type, $all) unless code_is($type, $code) && $code !~ /-$/;
	my $how = rand();
	if ($how < .03)
	{
		my $beginning = pick_of($beginnings{$type});
		return ("$beginning*", node_piece($type, $beginning));
	}
	return ('=' . spelt($type, $code), code_piece($type, $code)) if $how < .15;
	if ($how < .4)
	{
		my $to = $all->[ min($#$all, $at + int rand 40) ];
		$to = substr($to, 0, length $code) if rand() < .7;
		if (code_is($type, $to) && $code le $to && "$code$to" !~ /[~*+]/)
		{
			# behind a dot, "- " is the WHO's sign for all below
			my $hyphen = pick('-', ' - ', ' -', $code =~ /[.]$/ ? '-' : '- ');
			my $star = $to =~ /^[0-9]/ && length $to < length $code ? '*' : pick('', '', '*');
			return (spelt($type, $code) . $hyphen . spelt($type, $to) . $star,
				range_piece($type, $code, $to));
		}
	}
	my $star = $code =~ /[*]/ ? '' : pick('', '', '*');
	return (spelt($type, $code) . $star, node_piece($type, $code));
}

# A set: its text and its pieces.
sub written
{
	my ($type, $all) = @_;
	my (@items, @in, @out);
	foreach (1 .. pick(1, 1, 2, 3, 5, 8))
	{
		my @terms = map { [ term($type, $all) ] } 1 .. pick(1, 1, 1, 1, 3);
		my $text = join(pick(@separators), map { $_->[0] } @terms);
		$text = pick("($text)", "( $text )") if @terms > 1 || rand() < .1;
		my $out = rand() < .2;
		push @{ $out ? \@out : \@in }, map { $_->[1] } @terms;
		push @items, $out ? "!$text" : $text;
	}
	my $text = join('', map { $_, pick(@separators) } @items);
	$text =~ s/\s*\z// if rand() < .5;
	push @in, node_piece($type, '') if !@in;
	my @set = set_subtract([ set_unite(@in) ], [ set_unite(@out) ]);
	return ($text, set_unite(@set));
}

foreach my $type (sort keys %$codes)
{
	my %seen;
	my @all = sort grep { defined && !$seen{$_}++ } map { scalar code_read($type, $_) } @{ $codes->{$type} };
	my @sets;
	foreach (1 .. 6000)
	{
		my ($text, @pieces) = written($type, \@all);
		my @near = map { grep { defined } @$_ } @pieces;
		my $code = @near && rand() < .7 ? pick_of(\@near) : pick_of(\@all);
		$code = code_last($type, substr($code, 0, pick(3, 5, 7))) if rand() < .2;
		push @sets, [ $text, $code, \@pieces ];
	}
	send_rows("set_$type", "t text, code $type", [ map { [ @$_[ 0, 1 ] ] } @sets ]);

	# lowest bound: the first code and none are the same
	my $least = code_first($type, '');
	same_rows(
		"SELECT replace(s::text, '{(,', '{[$least,'), code <@ s,
		   ${type}_set(set_text(s)) = s, try_${type}_set(t) = s
		 FROM (SELECT n, t, code, ${type}_set(t) AS s FROM set_$type) AS x ORDER BY n",
		\@sets,
		sub {
			my ($text, $code, $pieces) = @_;
			return (set_print(@$pieces), bool(set_has($pieces, $code)), 't', 't');
		},
		"$type: sets as authors write them");

	# nodes and ranges by function
	my @nodes = map { [$_] } @all[ grep { $_ % 5 == 0 } 0 .. $#all ];
	send_rows("node_$type", "code $type", \@nodes);
	same_rows(
		"SELECT node_range(code) FROM node_$type ORDER BY n",
		\@nodes,
		sub {
			my $piece = node_piece($type, $_[0]);
			return "[$piece->[0]," . ($piece->[1] // '') . ')';
		},
		"$type: the range of a node");

	# sets made by hand: bounds of every kind
	sql("CREATE TABLE hand_$type AS
		SELECT ${type}multirange(${type}range(LEAST(a.code, b.code), GREATEST(a.code, b.code),
		  (ARRAY['[]', '()', '[)', '(]'])[1 + a.n % 4])) AS s, a.code AS a, b.code AS b
		FROM node_$type a JOIN node_$type b ON b.n = (a.n * 7919) % (SELECT count(*) FROM node_$type);");
	is( sql("SELECT string_agg(s::text, ' ') FROM (SELECT s FROM hand_$type
			 WHERE (a <@ s) <> (a <@ ${type}_set(set_text(s))) OR (b <@ s) <> (b <@ ${type}_set(set_text(s)))
			    OR set_text(${type}_set(set_text(s))) <> set_text(s) LIMIT 5) AS x"),
		'', "$type: sets made by hand come back from set_text");

	# anything else: refused with MS001, or a set that comes back
	my @mutated = map { [$_] } grep { defined } map { mutate($_->[0], \@all) } @sets;
	send_rows("mutated_set_$type", 't text', \@mutated);
	sql(qq{
		CREATE FUNCTION read_set_$type(t text, OUT s ${type}multirange, OUT state text, OUT detail text, OUT hint text)
		LANGUAGE plpgsql AS
		\$\$BEGIN s := ${type}_set(t);
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		END\$\$;
		CREATE TABLE tried_$type AS SELECT n, t, r.* FROM mutated_set_$type, read_set_$type(t) AS r;});
	is( sql("SELECT string_agg(t, E'\\n') FROM (SELECT t FROM tried_$type
			 WHERE (s IS NULL) <> (state IS NOT NULL) OR state <> 'MS001'
			    OR (state IS NOT NULL AND detail !~ '(position [0-9]+|^The text is empty)')
			    OR try_${type}_set(t) IS DISTINCT FROM s
			    OR ${type}_set(set_text(s)) <> s LIMIT 5) AS x"),
		'', "$type: a mutated set is refused with a position, or comes back");
	cmp_ok(sql("SELECT count(*) FROM tried_$type WHERE state IS NOT NULL"), '>', 1000,
		"$type: many were refused");
}

# ------------------------------------------------------------ real rules ---
SKIP:
{
	my $data = medsup_data();
	skip 'real rule lists not found; set MEDSUP_DATA to their folder', 1
	  unless defined $data;

	# the first field of a row, which may be quoted
	my %rules;
	foreach my $list ([ 'fee_item', 'service_rule_patterns.csv', 0 ],
		[ 'fee_item', 'drug_rule_prefix.csv', 0 ], [ 'icd10', 'disease_class_prefix.csv', 1 ])
	{
		my ($type, $file, $column) = @$list;
		open(my $fh, '<:raw', "$data/codes/$file") or die "$file: $!";
		<$fh>;
		while (my $line = <$fh>)
		{
			next if $file =~ /disease/ && $line !~ /^\xE8\xA5\xBF\xE5\x8C\xBB/;    # Western ones
			my @fields = $line =~ /\G("(?:[^"]|"")*"|[^,\r\n]*),?/g;
			push @{ $rules{$type} }, $fields[$column] =~ s/"//gr;
		}
		close($fh);
	}
	foreach my $type (sort keys %rules)
	{
		my %seen;
		my @rows = map { [$_] } grep { !$seen{$_}++ } @{ $rules{$type} };
		cmp_ok(scalar @rows, '>', 1000, "$type: rules as published");
		send_rows("rule_$type", 't text', \@rows);
		same_rows(
			"SELECT try_${type}_set(t), ${type}_set(set_text(try_${type}_set(t))) FROM rule_$type ORDER BY n",
			\@rows,
			sub {
				my ($text) = @_;
				my @nodes = map { code_read($type, $_) // die "no code: $_" } split /[|]/, $text =~ s/[()]//gr;
				my $set = set_print(set_unite(map { node_piece($type, $_) } @nodes));
				return ($set, $set);
			},
			"$type: rules as published are sets");
	}
}

$node->stop;
done_testing();
