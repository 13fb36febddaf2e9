# The real code lists: all 33,304 diagnoses, 13,686 operations, 13,738 drugs
# and 3,109 service items parse, print back, sort as C collation does, and keep
# the laws of their types; so does every prefix of each.  The lists are loaded
# by client-side \copy from MEDSUP_DATA.
use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('codes', conf => "jit = off\n");
my $data = medsup_data();
my $dir = abs_path(PostgreSQL::Test::Utils::tempdir());

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres',
		"SET search_path = public, medsup;\n$query");
}

# lists of one column: the query must give no row
sub none
{
	my ($query, $name) = @_;
	my $got = sql("SELECT * FROM ($query) AS offenders LIMIT 5");
	is($got, '', $name);
}

# Loads column $column of a CSV with $columns columns into a table of its own.
sub load
{
	my ($table, $file, $column, $columns) = @_;
	my $list = join(', ', map { "c$_ text" } 1 .. $columns);
	sql("CREATE TABLE ${table}_csv ($list);");
	$node->command_ok(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'),
			'-c', "\\copy ${table}_csv FROM '$data/codes/$file' CSV HEADER"
		],
		"\\copy of $file");
	sql("CREATE TABLE $table AS SELECT DISTINCT c$column AS spelt FROM ${table}_csv;"
	);
	return;
}

# Lists of service items and drugs are of one type; from = shortest node.
my %list = (
	icd10 => {
		type => 'icd10', count => 33304, from => 3,
		file => 'icd10_yibao_v2.csv', columns => 2 },
	icd9cm3 => {
		type => 'icd9cm3', count => 13686, from => 2,
		file => 'icd9cm3_yibao_v2.csv', columns => 2 },
	drug => {
		type => 'fee_item', count => 13738, from => 1,
		file => 'drug_codes_liangku.csv', columns => 5 },
	service => {
		type => 'fee_item', count => 3109, from => 1,
		file => 'service_item_codes_liangku.csv', columns => 5 },
	consumable => {
		type => 'fee_item', count => 23, from => 1,
		file => 'consumable_codes_sample.csv', columns => 10 },);

# The grammars once more, as domain knowledge has them: regular expressions.
my $icd10_re =
    q{^[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?}
  . q{(\+[A-Z][0-9]{2}(\.[0-9])?\*)?$};

SKIP:
{
	skip 'real code lists not found; set MEDSUP_DATA to their folder', 1
	  unless defined $data;

	foreach my $name (sort keys %list)
	{
		my $l = $list{$name};
		my $type = $l->{type};
		my $t = "list_$name";
		load($t, $l->{file}, 1, $l->{columns});
		is(sql("SELECT count(*) FROM $t"), $l->{count}, "$name: the list is whole");
		sql("ALTER TABLE $t ADD code $type; UPDATE $t SET code = spelt::$type; ANALYZE $t;"
		);
		none("SELECT spelt FROM $t WHERE code::text IS DISTINCT FROM spelt",
			"$name: every code prints back");
		none(
			"SELECT spelt FROM (SELECT spelt, row_number() OVER (ORDER BY code) AS n,
			   row_number() OVER (ORDER BY spelt COLLATE \"C\") AS m FROM $t) AS s
			 WHERE n <> m", "$name: the order is C collation");
		none(
			"SELECT spelt FROM (SELECT spelt, code, lag(code) OVER w AS before,
			   lead(code, 7) OVER w AS later FROM $t WINDOW w AS (ORDER BY code)) AS s
			 WHERE NOT (before < code AND before <= code AND before <> code
			            AND code > before AND code >= before AND NOT code = before)
			    OR ${type}_cmp(before, code) <> -1 OR ${type}_cmp(code, before) <> 1
			    OR ${type}_cmp(code, code) <> 0
			    OR NOT (later > before)",
			"$name: the operators agree");
		none(
			"SELECT spelt FROM $t
			 WHERE code <> lower(spelt)::$type OR code <> (E' ' || spelt || E'\\t')::$type
			    OR ${type}_hash(code) <> ${type}_hash(lower(spelt)::$type)
			    OR ${type}_hash_extended(code, 7) <> ${type}_hash_extended(lower(spelt)::$type, 7)",
			"$name: small letters and blanks give the same value and hash");
		cmp_ok(
			sql("SELECT count(*) - count(DISTINCT ${type}_hash(code)) FROM $t"),
			'<=', 2, "$name: the hash spreads");
		is( sql("SELECT count(*) - count(DISTINCT ${type}_hash_extended(code, 0)) FROM $t"),
			'0', "$name: the 64-bit hash has no collision");

		# Every prefix.  A pair is a code only when complete.
		sql(qq{CREATE TABLE ${t}_node AS
			SELECT DISTINCT left(spelt, n) AS spelt FROM $t,
			  generate_series($l->{from}, length(spelt)) AS n
			WHERE position('+' IN left(spelt, n)) = 0 OR n = length(spelt);
			ALTER TABLE ${t}_node ADD code $type;
			UPDATE ${t}_node SET code = spelt::$type;
			ANALYZE ${t}_node;});
		none("SELECT spelt FROM ${t}_node WHERE code::text <> spelt",
			"$name: every prefix is a value and prints back");
		none(
			"WITH pair AS MATERIALIZED (
			   SELECT spelt, code, left(spelt, k) AS head
			   FROM $t CROSS JOIN generate_series($l->{from}, length(spelt)) AS k),
			 found AS MATERIALIZED (
			   SELECT p.spelt, p.code, n.spelt AS node_spelt, n.code AS node
			   FROM pair p JOIN ${t}_node n ON n.spelt = p.head)
			 SELECT spelt, node_spelt FROM found
			 WHERE NOT (code <@ node AND node @> code AND node <= code)",
			"$name: every code lies within each of its prefixes");
		none(
			"SELECT n.spelt FROM (SELECT * FROM ${t}_node ORDER BY ${type}_hash(code) LIMIT 300) n
			 WHERE (SELECT count(*) FROM $t c WHERE c.code <@ n.code)
			    <> (SELECT count(*) FROM $t c WHERE starts_with(c.spelt, n.spelt))",
			"$name: a node holds what begins with it and nothing else");
		none(
			"SELECT n.spelt FROM ${t}_node n WHERE try_$type(n.spelt) IS DISTINCT FROM n.code",
			"$name: try_$type agrees");

		# any three, and three that are near or equal
		none(
			"WITH shuffled AS (
			   SELECT code, row_number() OVER (ORDER BY ${type}_hash_extended(code, 1)) AS i,
			     row_number() OVER (ORDER BY ${type}_hash_extended(code, 2)) AS j,
			     row_number() OVER (ORDER BY ${type}_hash_extended(code, 3)) AS k FROM ${t}_node),
			 twice AS (SELECT code FROM ${t}_node UNION ALL SELECT lower(spelt)::$type FROM ${t}_node),
			 triple AS (
			   SELECT a.code AS a, b.code AS b, c.code AS c
			   FROM shuffled a JOIN shuffled b ON b.j = a.i JOIN shuffled c ON c.k = a.i
			   UNION ALL
			   SELECT code, lead(code, 1, code) OVER w, lead(code, 3, code) OVER w
			   FROM twice WINDOW w AS (ORDER BY code))
			 SELECT a, b, c FROM triple
			 WHERE (a <= b AND b <= c AND NOT a <= c) OR (c <= b AND b <= a AND NOT c <= a)
			    OR (a <= b AND b <= a) <> (a = b)
			    OR ${type}_cmp(a, b) <> - ${type}_cmp(b, a)
			    OR (a = b) <> (${type}_cmp(a, b) = 0)
			    OR (a < b)::int + (a = b)::int + (a > b)::int <> 1
			    OR (a = b AND (${type}_hash(a) <> ${type}_hash(b)
			         OR ${type}_hash_extended(a, 5) <> ${type}_hash_extended(b, 5)))",
			"$name: the order is antisymmetric and transitive, what is equal hashes alike");

		# text out and in was above; binary out and in
		sql(qq{COPY ${t}_node (code) TO '$dir/$t' (FORMAT binary);
			CREATE TABLE ${t}_received (code $type);
			COPY ${t}_received FROM '$dir/$t' (FORMAT binary);});
		none(
			"(SELECT code, ${type}_send(code) FROM ${t}_node
			  EXCEPT ALL SELECT code, ${type}_send(code) FROM ${t}_received)
			 UNION ALL
			 (SELECT code, ${type}_send(code) FROM ${t}_received
			  EXCEPT ALL SELECT code, ${type}_send(code) FROM ${t}_node)",
			"$name: what is sent is received");

		# index order and content
		sql("CREATE INDEX ON $t (code); ANALYZE $t;");
		is( sql(
				"SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off;
				 SELECT md5(string_agg(code::text, ',')) FROM (SELECT code FROM $t ORDER BY code) AS s"
			),
			sql("SELECT md5(string_agg(spelt, ',' ORDER BY spelt COLLATE \"C\")) FROM $t"),
			"$name: the index gives the same order");
		is( sql("SELECT count(*) FROM $t a JOIN $t b USING (code)"),
			$l->{count}, "$name: joins with itself");
	}

	# ranges as rules write them, counted in every way, without and with the index
	foreach my $r (
		[ 'E10', 'E14', 'E15', 506 ], [ 'I20', 'I25', 'I26', 216 ],
		[ 'C00', 'C97', 'C98', 1687 ], [ 'V01', 'Y98', 'Y99', 1136 ],
		[ 'A15', 'A19', 'A20', 513 ])
	{
		my ($first, $last, $end, $count) = @$r;
		my %condition = (
			comparison => "code >= '$first' AND code < '$end'",
			range => "code <@ icd10range('$first', '$end')",
			set => "code <@ icd10_set('$first-$last')",
			'sum of sets' => "code <@ (icd10_set('$first-$last, !$last')
			  + icd10multirange(node_range('$last'::icd10)))");
		foreach my $how (sort keys %condition)
		{
			my $query = "SELECT count(*) FROM list_icd10 WHERE $condition{$how}";
			is(sql("SET enable_indexscan = off; SET enable_indexonlyscan = off;
					SET enable_bitmapscan = off; $query"),
				$count, "icd10: $first-$last by $how, without index");
			is(sql("SET enable_seqscan = off; $query"),
				$count, "icd10: $first-$last by $how, with index");
		}
	}
	like(
		sql("SET enable_seqscan = off; EXPLAIN SELECT count(*) FROM list_icd10
			 WHERE code >= 'E10' AND code < 'E15'"),
		qr/Index Cond: .*E10/, 'icd10: the index was used');

	# the WHO's own list
	load('who', 'icd10_who_2019.csv', 2, 6);
	sql("DELETE FROM who w USING who_csv c WHERE c.c2 = w.spelt AND c.c1 IN ('chapter', 'block');"
	);
	is(sql('SELECT count(*) FROM who'), 12246, 'the list of the WHO is whole');
	none("SELECT spelt FROM who WHERE try_icd10(spelt)::text IS DISTINCT FROM spelt",
		'every code of the WHO is a diagnosis');

	# the old codes: exactly the malformed ones are refused
	load('old', 'icd10_yibao_map.csv', 1, 2);
	is(sql('SELECT count(*) FROM old'), 35591, 'the conversion list is whole');
	none(
		"SELECT spelt FROM old WHERE (try_icd10(spelt) IS NOT NULL) <> (btrim(spelt) ~ '$icd10_re')",
		'of the old codes exactly the malformed ones are refused');
	is( sql(q{SELECT string_agg(spelt, ' ' ORDER BY spelt COLLATE "C") FROM old
			 WHERE try_icd10(spelt) IS NULL}),
		'B37.600I39.8 C22.101M81600/3 C81.001M96590/3 C83.812M96730/3'
		  . ' C84.000M97000/3 C85.707M97190/3 C85.710M97160/3 C88.100M97620/3'
		  . ' C88.200M97630/3 C90.101M98310/1 C91.306M98341/3 C96.701M97271/3'
		  . ' D24.x01M85060/0 D47.200M97650/1 E88.902+M90.803*'
		  . ' K74.300x011+I98.2 K74.300x012+I98.3 Q85.001M95400/1 T66.x02H47.5',
		'they are the known ones');
	load('old_op', 'icd9cm3_yibao_map.csv', 1, 2);
	is( sql(q{SELECT string_agg(spelt, ' ' ORDER BY spelt COLLATE "C") FROM old_op
			 WHERE try_icd9cm3(spelt) IS NULL}),
		'66.69x001 66.69x002',
		'two old operation codes lack their 00');

	# what rule authors name drugs by
	load('rule', 'drug_rule_prefix.csv', 1, 2);
	none("SELECT spelt FROM rule WHERE try_drug_code(spelt)::text IS DISTINCT FROM spelt",
		'every prefix in a drug rule is a node');
}

$node->stop;
done_testing();
