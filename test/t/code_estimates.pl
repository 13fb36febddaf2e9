# How many rows the planner expects within a node or a set, against how many
# there are: columns of 300,000 rows and more drawn from the real lists, every
# code as often as any other, or few codes much more often than most.  For every
# node that holds a thousandth of the rows the estimate is within a factor of 3;
# what is said of smaller nodes is reported.
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

my $node = medsup_node('estimates', conf => "autovacuum = off\n");

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres',
		"SET search_path = public, medsup;\n$query");
}

# The rows that the planner expects of a condition.
sql(q{
CREATE FUNCTION expected_of(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (plan->0->'Plan'->>'Plan Rows')::float8;
END $$;
CREATE FUNCTION expected_rows(relation text, condition text) RETURNS float8 LANGUAGE sql
    AS $$SELECT expected_of(format('SELECT FROM %I WHERE %s', relation, condition))$$;
});

# Loads the first column of a list as the codes of a type, numbered at random.
sub load
{
	my ($list, $file, $columns, $type) = @_;
	my $csv = join(', ', map { "c$_ text" } 1 .. $columns);
	sql("CREATE TABLE ${list}_csv ($csv)");
	$node->command_ok(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'),
			'-c', "\\copy ${list}_csv FROM '$data/codes/$file' CSV HEADER"
		],
		"\\copy of $file");
	sql("SELECT setseed(0.5);
		CREATE TABLE $list AS
		SELECT code, row_number() OVER (ORDER BY random()) AS n
		FROM (SELECT DISTINCT c1::$type AS code FROM ${list}_csv ORDER BY 1) AS s;
		CREATE UNIQUE INDEX ON $list (n);");
	return;
}

# Draws a column of $rows rows: evenly, or the n-th code about as 1/n.
sub draw
{
	my ($table, $list, $type, $rows, $skewed) = @_;
	my $share = $skewed ? '(m + 1) ^ random() - 1' : 'm * random()';
	sql("SELECT setseed(0.25);
		CREATE TABLE $table AS
		SELECT d.code::$type AS code
		FROM (SELECT 1 + floor($share)::bigint AS n
			  FROM generate_series(1, $rows), (SELECT count(*) AS m FROM $list) AS c) AS r
		JOIN $list d USING (n);
		ANALYZE $table;");
	return;
}

# Compares the estimates of conditions, given as (spelt, real rows, condition).
sub compare
{
	my ($name, $table, $conditions, $at_least) = @_;
	my $judged = "SELECT spelt, found, expected,
			greatest(expected, 1) / found AS ratio,
			found >= 0.001 * (SELECT count(*) FROM $table) AS large
		FROM (SELECT spelt, found, expected_rows('$table', condition) AS expected
			  FROM ($conditions) AS c) AS s";
	my $answer = sql("CREATE TEMPORARY TABLE judged AS $judged;
		SELECT count(*) FILTER (WHERE large),
		       round(min(ratio) FILTER (WHERE large)::numeric, 2),
		       round(max(ratio) FILTER (WHERE large)::numeric, 2),
		       count(*) FILTER (WHERE large AND ratio NOT BETWEEN 1/3.0 AND 3),
		       string_agg(format('%s: %s rows, %s expected', spelt, found, expected), '; ')
		           FILTER (WHERE large AND ratio NOT BETWEEN 1/3.0 AND 3),
		       count(*) FILTER (WHERE NOT large),
		       round(avg((ratio BETWEEN 1/3.0 AND 3)::int) FILTER (WHERE NOT large) * 100),
		       round(max(ratio) FILTER (WHERE NOT large)::numeric, 1),
		       round(max(1 / ratio) FILTER (WHERE NOT large)::numeric, 1)
		FROM judged");
	my ($large, $low, $high, $wrong, $which, $small, $good, $over, $under) =
	  split(/\|/, $answer);
	cmp_ok($large, '>=', $at_least, "$name: $large hold a thousandth of the rows");
	is($wrong, 0, "$name: expected rows are within 3 times, $low to $high")
	  or diag($which);
	note("$name: $small smaller ones, $good % of them within 3 times; "
		  . "at worst $over times too many, $under times too few")
	  if $small;
	return;
}

# The nodes of some lengths above the codes of a column.
sub nodes
{
	my ($table, $type, $lengths) = @_;
	return "SELECT spelt, count(*)::float8 AS found,
			format('code <@ %L', spelt::$type) AS condition
		FROM (SELECT left(code::text, n) AS spelt
			  FROM $table, unnest(ARRAY[$lengths]) AS n WHERE length(code::text) >= n
			  AND position('+' IN left(code::text, n)) = 0) AS s
		GROUP BY spelt";
}

load('dx', 'icd10_yibao_v2.csv', 2, 'icd10');
load('op', 'icd9cm3_yibao_v2.csv', 2, 'icd9cm3');
load('drug', 'drug_codes_liangku.csv', 5, 'fee_item');
load('service', 'service_item_codes_liangku.csv', 5, 'fee_item');

my @columns = (
	# list, type of the column, of a node, lengths of nodes, enough of them
	[ 'dx', 'icd10', 'icd10', '3, 5, 7', 100 ],
	[ 'op', 'icd9cm3', 'icd9cm3', '2, 4, 5, 7', 100 ],
	[ 'drug', 'drug_code', 'fee_item', '1, 2, 4, 6, 10', 80 ],
	[ 'service', 'fee_item', 'fee_item', '3, 4, 6, 8, 11, 15', 60 ],);

foreach my $c (@columns)
{
	my ($list, $type, $node_type, $lengths, $enough) = @$c;
	foreach my $skewed (0, 1)
	{
		my $kind = $skewed ? 'skewed' : 'uniform';
		my $table = "${list}_$kind";
		draw($table, $list, $type, 300_000, $skewed);
		compare("$list, $kind", $table, nodes($table, $node_type, $lengths),
			$enough);
	}
}

# Sets: one to four ranges of categories, in a column that has no index, where
# our own estimator is asked, and in one that has, where they are comparisons.
sql(q{CREATE TABLE category AS
	SELECT a, row_number() OVER (ORDER BY a) AS n, count(*) OVER () AS total
	FROM (SELECT DISTINCT left(code::text, 3) COLLATE "C" AS a FROM dx) AS s;
	CREATE TABLE probe AS
	SELECT i, icd10_set(string_agg(lo.a || '-' || hi.a, ', ')) AS codes
	FROM generate_series(1, 200) AS i CROSS JOIN LATERAL generate_series(1, 1 + i % 4) AS j
	JOIN category lo ON lo.n = 1 + (i * 37 + j * 401) % (lo.total - 20)
	JOIN category hi ON hi.n = lo.n + (i * j) % 20
	GROUP BY i;});
foreach my $indexed (0, 1)
{
	sql('CREATE INDEX ON dx_skewed (code)') if $indexed;
	compare(
		'sets of diagnoses' . ($indexed ? ', indexed' : ''),
		'dx_skewed',
		q{SELECT codes::text AS spelt, count(*)::float8 AS found,
			format('code <@ %L::icd10multirange', codes) AS condition
		  FROM probe JOIN dx_skewed ON codes OPERATOR(pg_catalog.@>) code
		  GROUP BY codes},
		150);
}

# The function twin and the commuted forms are estimated alike.
is( sql(q{SELECT count(DISTINCT expected_rows('dx_skewed', c)) FROM unnest(ARRAY[
		'code <@ ''E11''', '''E11'' @> code', 'is_within(code, ''E11'')',
		'contains_code(''E11'', code)']) AS c}),
	1, 'all forms of a node are expected to hold the same');

# What stays a call: a set of many ranges, estimated by ours, both ways.
my $many = "icd10_set(''" . join(' ', map { "$_" . '10' } 'A' .. 'T') . "'')";
is( sql("SELECT count(DISTINCT expected_rows('dx_uniform', c)) FROM unnest(ARRAY[
		'code <@ $many', '$many \@> code', 'is_within(code, $many)', 'contains_code($many, code)']) AS c"),
	1, 'all forms of a set are expected to hold the same');

# A join with a table of nodes: the average over what it holds.
sql(q{CREATE TABLE rule AS SELECT DISTINCT left(code::text, 3)::icd10 AS node FROM dx WHERE n <= 300;
	  ANALYZE rule;});
foreach my $join ('code <@ node', 'contains_code(node, code)')
{
	my $query = "SELECT FROM dx_skewed JOIN rule ON $join";
	my $ratio = sql("SELECT expected_of('$query') / (SELECT count(*) FROM dx_skewed JOIN rule ON $join)");
	cmp_ok($ratio, '>', 1 / 3, "join by $join: not too few rows expected");
	cmp_ok($ratio, '<', 3, "join by $join: not too many");
}

# A statistics target that somebody has set is kept.
sql('ALTER TABLE dx_uniform ALTER code SET STATISTICS 20; ANALYZE dx_uniform');
is( sql(q{SELECT array_length(histogram_bounds::text::text[], 1) FROM pg_stats WHERE tablename = 'dx_uniform'}),
	21, 'an explicit statistics target is respected');
sql('ALTER TABLE dx_uniform ALTER code SET STATISTICS -1; ANALYZE dx_uniform');
cmp_ok(
	sql(q{SELECT array_length(histogram_bounds::text::text[], 1) FROM pg_stats WHERE tablename = 'dx_uniform'}),
	'>', 4000, 'by default the histogram is fine');
is( sql(q{SELECT count(*) FROM (SELECT b, lag(b) OVER (ORDER BY n) AS before
			FROM pg_stats, unnest(histogram_bounds::text::icd10[]) WITH ORDINALITY AS h (b, n)
			WHERE tablename = 'dx_skewed') AS s WHERE before > b}),
	0, 'its bounds ascend');

# NULLs and an empty table
sql('CREATE TABLE half (code fee_item); INSERT INTO half SELECT code FROM drug_uniform; INSERT INTO half SELECT NULL FROM drug_uniform; ANALYZE half');
compare('half NULL', 'half', nodes('half', 'fee_item', '1, 2, 4'), 20);
sql('CREATE TABLE unknown AS SELECT NULL::icd10 AS code FROM generate_series(1, 10000); ANALYZE unknown');
is( sql(q{SELECT expected_rows('unknown', 'is_within(code, icd10_set(''A01 A03''))')}),
	1, 'a column of NULLs holds no code');
sql('CREATE TABLE nothing (code icd10); ANALYZE nothing');
cmp_ok(sql(q{SELECT expected_rows('nothing', 'code <@ ''E11''')}), '>=', 1,
	'a column without statistics');

$node->stop;
done_testing();
