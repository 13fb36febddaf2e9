# Whatever way a query goes, it finds the same codes: nodes and sets as
# constants, parameters and join columns, as operator, commuted and by name,
# over a bare table, btree, BRIN, partitions by range and hash, and GIN over
# arrays.  What is to be found is counted by the model (lib/CodeSetModel.pm).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use List::Util qw(min sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;
use CodeSetModel;
use CodeDifferential;

my $codes = real_codes();
my $node = start_node('plan_differential');

# codes before a bound, in an ascending list
sub before
{
	my ($all, $bound) = @_;
	return scalar @$all unless defined $bound;
	my ($low, $high) = (0, scalar @$all);
	while ($low < $high)
	{
		my $middle = int(($low + $high) / 2);
		if ($all->[$middle] lt $bound) { $low = $middle + 1; }
		else { $high = $middle; }
	}
	return $low;
}

sub count_in
{
	my ($all, @pieces) = @_;
	return sum0(map { before($all, $_->[1]) - before($all, $_->[0]) } @pieces);
}

foreach my $type (sort keys %$codes)
{
	my %seen;
	my @read = grep { defined } map { scalar code_read($type, $_) } @{ $codes->{$type} };
	my @all = sort grep { rand() < 3_000 / @read && !$seen{$_}++ } @read, @read;

	# nodes above real codes, beside them, and the outermost
	my @nodes;
	while (@nodes < 40)
	{
		my $code = pick_of(\@all);
		$code = substr($code, 0, 1 + rand length $code);
		push @nodes, $code if code_is($type, $code);
	}
	push @nodes, code_first($type, ''), code_last($type, '');
	my @node_rows = map { [ $_, node_piece($type, $_) ] } @nodes;

	# sets of no piece to hundreds, open at either end; NULL
	my @set_rows = (undef, []);
	while (@set_rows < 40)
	{
		my $size = pick(1, 1, 1, 2, 3, 10, 60, 400);
		my @pieces;
		foreach (1 .. $size)
		{
			my $at = int rand @all;
			push @pieces, [ @all[ $at, min($#all, $at + 1 + int rand pick(3, 20, 800)) ] ];
		}
		$pieces[0][1] = undef if rand() < .1;
		$pieces[0][0] = code_first($type, '') if rand() < .1;
		@pieces = grep { !defined $_->[1] || $_->[0] lt $_->[1] } @pieces;
		push @set_rows, [ set_unite(@pieces) ];
	}
	@set_rows = map { [ defined $_ ? set_print(@$_) : undef, @{ $_ || [] } ] } @set_rows;

	send_rows("node_$type", "what $type", [ map { [ $_->[0] ] } @node_rows ]);
	send_rows("set_$type", "what ${type}multirange", [ map { [ $_->[0] ] } @set_rows ]);
	send_rows("bare_$type", "code $type", [ map { [$_] } @all ]);
	my @cuts = @all[ map { int(@all * $_ / 4) } 1 .. 3 ];
	sql(qq{
		CREATE TABLE btree_$type AS TABLE bare_$type;
		CREATE INDEX ON btree_$type (code);
		CREATE TABLE multi_$type AS TABLE bare_$type ORDER BY code;
		CREATE INDEX ON multi_$type USING brin (code ${type}_minmax_multi_ops) WITH (pages_per_range = 2);
		CREATE TABLE brin_$type AS TABLE bare_$type ORDER BY code;
		CREATE INDEX ON brin_$type USING brin (code ${type}_minmax_ops) WITH (pages_per_range = 2);
		CREATE TABLE range_$type (n int, code $type) PARTITION BY RANGE (code);
		CREATE TABLE range0_$type PARTITION OF range_$type FOR VALUES FROM (MINVALUE) TO ('$cuts[0]');
		CREATE TABLE range1_$type PARTITION OF range_$type FOR VALUES FROM ('$cuts[0]') TO ('$cuts[1]');
		CREATE TABLE range2_$type PARTITION OF range_$type FOR VALUES FROM ('$cuts[1]') TO ('$cuts[2]');
		CREATE TABLE range3_$type PARTITION OF range_$type FOR VALUES FROM ('$cuts[2]') TO (MAXVALUE);
		INSERT INTO range_$type TABLE bare_$type;
		CREATE TABLE hash_$type (n int, code $type) PARTITION BY HASH (code);
		CREATE TABLE hash0_$type PARTITION OF hash_$type FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE hash1_$type PARTITION OF hash_$type FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		INSERT INTO hash_$type TABLE bare_$type;
		CREATE INDEX ON hash_$type (code);
		CREATE TABLE partial_$type AS TABLE bare_$type;
		CREATE INDEX ON partial_$type (code) WHERE code <@ '$nodes[0]';
		INSERT INTO btree_$type SELECT -i, NULL FROM generate_series(1, 50) AS i;
		INSERT INTO brin_$type SELECT -i, NULL FROM generate_series(1, 50) AS i;
		INSERT INTO hash_$type SELECT -i, NULL FROM generate_series(1, 50) AS i;
		ANALYZE;});

	# what each table holds; drugs are in a column of their own type too
	my %holds = map { $_ => \@all } qw(bare btree multi brin range hash partial);
	if ($type eq 'fee_item')
	{
		$holds{drug} = [ grep { code_is('drug_code', $_) } @all ];
		sql("CREATE TABLE drug_$type AS SELECT n, drug_code(code) AS code FROM bare_$type
			 WHERE kind(code) LIKE 'drug%';
			 CREATE INDEX ON drug_$type (code); ANALYZE drug_$type;");
	}

	foreach my $kind ([ 'node', $type, \@node_rows ], [ 'set', "${type}multirange", \@set_rows ])
	{
		my ($what, $param, $rows) = @$kind;
		foreach my $table (sort keys %holds)
		{
			# an outer row's; a constant, the index preferred or forbidden; a
			# parameter in a generic and in a custom plan; what is left
			my %body = (
				constant => [
					"EXECUTE format('SELECT count(*) FROM ${table}_$type WHERE code <@ %L::$param', what) INTO c;",
					'SET enable_seqscan = off' ],
				constant_scanned => [
					"EXECUTE format('SELECT count(*) FROM ${table}_$type WHERE %L::$param @> code', what) INTO c;",
					'SET enable_indexscan = off SET enable_bitmapscan = off SET enable_indexonlyscan = off' ],
				generic => [
					"SELECT count(*) INTO c FROM ${table}_$type WHERE code <@ what;",
					'SET plan_cache_mode = force_generic_plan SET enable_seqscan = off' ],
				custom => [
					"SELECT count(*) INTO c FROM ${table}_$type WHERE is_within(code, what);",
					'SET plan_cache_mode = force_custom_plan SET enable_seqscan = off' ],
				others => [
					"SELECT (SELECT count(*) FROM ${table}_$type) - count(*) INTO c
					 FROM ${table}_$type WHERE (code <@ what) IS NOT TRUE;",
					'' ]);
			my @ways = map { "(SELECT count(*) FROM ${table}_$type WHERE $_)" }
			  ('code <@ what', 'what @> code', 'is_within(code, what)', 'contains_code(what, code)');
			foreach my $name (sort keys %body)
			{
				my ($count, $settings) = @{ $body{$name} };
				my $function = "count_${name}_${what}_${table}_$type";
				sql(qq{
					CREATE FUNCTION $function(what $param) RETURNS bigint LANGUAGE plpgsql $settings AS
					\$f\$DECLARE c bigint; BEGIN
					$count
					RETURN c;
					END\$f\$;});
				push @ways, "$function(what)";
			}
			same_rows('SELECT ' . join(', ', @ways) . " FROM ${what}_$type ORDER BY n",
				$rows,
				sub {
					my ($text, @pieces) = @_;
					return (count_in($holds{$table}, @pieces)) x @ways;
				},
				"$type: $what, $table table, " . @ways . ' ways');
		}

		# any element of an array: rows of one to six codes, in every order
		if ($what eq 'node')
		{
			sql(qq{
				CREATE TABLE array_$type AS
				SELECT n / 5 AS g, array_agg(code ORDER BY n) || (ARRAY[NULL, '$all[0]']::$type\[])[1:n / 5 % 3] AS codes
				FROM bare_$type GROUP BY n / 5;
				INSERT INTO array_$type VALUES (-1, '{}'), (-2, NULL), (-3, '{NULL}');
				CREATE TABLE gin_$type AS TABLE array_$type;
				CREATE INDEX ON gin_$type USING gin (codes ${type}_array_ops);
				ANALYZE;});
		}
		my $found = "COALESCE((SELECT string_agg(g::text, ',' ORDER BY g) FROM %s_$type WHERE %s), '-')";
		my @ways;
		foreach my $table ('array', 'gin')
		{
			push @ways, map { sprintf $found, $table, $_ }
			  ('codes @@ what', 'what @@ codes', 'any_within(codes, what)', 'contains_any(what, codes)');
		}
		foreach my $plan ('generic', 'custom')
		{
			my $function = "any_${plan}_${what}_$type";
			sql(qq{
				CREATE FUNCTION $function(what $param) RETURNS text LANGUAGE plpgsql
				SET plan_cache_mode = force_${plan}_plan SET enable_seqscan = off AS
				\$\$BEGIN RETURN @{[ sprintf $found, 'gin', 'codes @@ what' ]}; END\$\$;});
			push @ways, "$function(what)";
		}
		my $by_hand = sprintf $found, 'array', 'EXISTS (SELECT FROM unnest(codes) AS c WHERE c <@ what)';
		is( sql("SELECT count(*) FROM (SELECT $by_hand AS wanted, ARRAY["
				  . join(', ', @ways)
				  . "] AS got FROM ${what}_$type) AS x
				 WHERE EXISTS (SELECT FROM unnest(got) AS g WHERE g IS DISTINCT FROM wanted)"),
			'0', "$type: $what, any of an array, " . @ways . ' ways');
	}
}

# Either half of a pair, with an index on each.
my %seen;
my @diagnoses = sort grep { defined && !$seen{$_}++ && (/[+]/ || rand() < .05) }
  map { scalar code_read('icd10', $_) } @{ $codes->{icd10} };
my @asterisks = map { /[+](.*)[*]/ ? $1 : () } @diagnoses;
send_rows('either', 'code icd10', [ map { [$_] } @diagnoses ]);
sql('CREATE INDEX ON either (code); CREATE INDEX ON either (asterisk(code)); ANALYZE either;');
my @sought;
while (@sought < 60)
{
	my @pieces = map {
		my $code = pick(pick_of(\@diagnoses), pick_of(\@asterisks));
		node_piece('icd10', substr($code, 0, pick(3, 5)))
	} 1 .. pick(1, 2, 5);
	push @sought, [ set_print(set_unite(@pieces)), set_unite(@pieces) ];
}
send_rows('sought', 'what icd10multirange', [ map { [ $_->[0] ] } @sought ]);
sql(q{CREATE FUNCTION count_either(what icd10multirange) RETURNS bigint LANGUAGE plpgsql
	SET enable_seqscan = off AS
	$$DECLARE c bigint; BEGIN
	EXECUTE format('SELECT count(*) FROM either WHERE is_within_either(code, %L::icd10multirange)', what) INTO c;
	RETURN c; END$$;});
same_rows(
	'SELECT (SELECT count(*) FROM either WHERE is_within_either(code, what)), count_either(what)
	 FROM sought ORDER BY n',
	\@sought,
	sub {
		my ($text, @pieces) = @_;
		my $n = grep {
			set_has(\@pieces, $_) || (/[+](.*)[*]/ && set_has(\@pieces, $1))
		} @diagnoses;
		return ($n, $n);
	},
	'icd10: either half of a pair');

$node->stop;
done_testing();
