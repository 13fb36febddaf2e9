# Tables, indexes, generated columns, partitions and views over the code types
# and their sets come out of pg_dump and restore as they were, whatever the
# search_path of the restore is; and the indexes pass amcheck.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('code_dump');
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', q{
	CREATE SCHEMA wh;
	SET search_path = wh, public, medsup;
	CREATE DOMAIN main_diagnosis AS icd10 CHECK (VALUE <> 'Z9Z');
	CREATE TABLE visit (
		id int PRIMARY KEY,
		diagnosis icd10 NOT NULL DEFAULT 'Z00',
		main main_diagnosis,
		operation icd9cm3,
		item fee_item CHECK (item < '~-' OR item <@ '~a'),
		drug drug_code,
		diagnoses icd10[],
		operations icd9cm3[],
		items fee_item[],
		drugs drug_code[],
		category icd10 GENERATED ALWAYS AS (ancestor(diagnosis, 3)) STORED,
		above icd10 GENERATED ALWAYS AS (parent(diagnosis)) STORED,
		is_diabetes boolean GENERATED ALWAYS AS (diagnosis <@ 'E11') STORED,
		chapter int GENERATED ALWAYS AS (chapter(diagnosis)) STORED);
	INSERT INTO visit (id, diagnosis, main, operation, item, drug, diagnoses, operations, items, drugs)
	SELECT n, d, d, p, f, g, ARRAY[d, NULL, 'I20.000'], ARRAY[[p, p], [p, NULL]], ARRAY[f], CASE WHEN n % 2 = 0 THEN ARRAY[g] END
	FROM (SELECT n, (CASE n % 4 WHEN 0 THEN 'E11.' || n % 10 || '00x' || to_char(n % 1000, 'FM000')
	                    WHEN 1 THEN 'E11.200x011+N0' || n % 10 || '.3*' WHEN 2 THEN 'S72.00' || n % 10 || 'A'
	                    ELSE chr(65 + n % 26) || to_char(n % 100, 'FM00') END)::icd10 AS d,
	             (CASE n % 3 WHEN 0 THEN '36.0' || to_char(n % 1000, 'FM000') WHEN 1 THEN '17.91' || n % 10 || 'A0' ELSE '86.700x0013' END)::icd9cm3 AS p,
	             (CASE n % 4 WHEN 0 THEN '0034010002' || to_char(n, 'FM00000') WHEN 1 THEN 'C010101001130' || to_char(n, 'FM0000000')
	                    WHEN 2 THEN '~a.' || n ELSE 'XB01ACA056A0120301' || to_char(n, 'FM00000') END)::fee_item AS f,
	             ('ZA04CAE00230101' || to_char(n, 'FM00000'))::drug_code AS g
	      FROM generate_series(1, 2000) AS n) AS s;
	INSERT INTO visit (id) VALUES (0);

	CREATE INDEX visit_diagnosis ON visit (diagnosis);
	CREATE INDEX visit_diagnosis_hash ON visit USING hash (diagnosis);
	CREATE INDEX visit_operation ON visit (operation DESC NULLS LAST) INCLUDE (id);
	CREATE UNIQUE INDEX visit_item ON visit (item, id) WITH (deduplicate_items = off);
	CREATE INDEX visit_drug ON visit (drug);
	CREATE INDEX visit_asterisk ON visit (asterisk(diagnosis)) WHERE is_pair(diagnosis);
	CREATE INDEX visit_parent ON visit (parent(diagnosis), kind(item));
	CREATE INDEX visit_generic ON visit (generic(drug));
	CREATE INDEX visit_diabetes ON visit (id) WHERE diagnosis <@ 'E11' AND item <@ '~a';
	CREATE INDEX visit_range ON visit (id) WHERE diagnosis >= 'E10' AND diagnosis < 'E15';
	CREATE INDEX visit_set ON visit (id) WHERE is_within(diagnosis, '{[E10,E15),[I20,I26)}'::icd10multirange);
	CREATE INDEX visit_diagnoses ON visit USING gin (diagnoses);
	CREATE INDEX visit_operations ON visit USING gin (operations icd9cm3_array_ops) WITH (fastupdate = off);
	CREATE INDEX visit_items ON visit USING gin (items);
	CREATE INDEX visit_drugs ON visit USING gin ((drugs::fee_item[]));
	CREATE INDEX visit_diagnoses_plain ON visit USING gin (diagnoses pg_catalog.array_ops);
	CREATE INDEX visit_brin ON visit USING brin (diagnosis, operation, item) WITH (pages_per_range = 4);
	CREATE INDEX visit_brin_multi ON visit USING brin (diagnosis icd10_minmax_multi_ops (values_per_range = 16), (drug::fee_item) fee_item_minmax_multi_ops);
	CREATE INDEX visit_brin_bloom ON visit USING brin (drug fee_item_bloom_ops (n_distinct_per_range = 100), operation icd9cm3_bloom_ops);
	CREATE STATISTICS visit_statistics ON (parent(diagnosis)), kind(item) FROM visit;

	CREATE TABLE rule_set (
		name text PRIMARY KEY,
		diagnoses icd10multirange NOT NULL DEFAULT '{[E10,E15)}',
		operation icd9cm3range,
		items fee_itemmultirange,
		valid icd10range,
		EXCLUDE USING gist (valid WITH &&));
	CREATE INDEX rule_set_diagnoses ON rule_set USING gist (diagnoses);
	INSERT INTO rule_set VALUES ('diabetes', DEFAULT, '[36,37)', '{[XA10,XA11),[~1,)}', '[A00,B00)'), ('heart', '{[I20,I26)}', 'empty', '{}', '[B00,C00]'),
		('hand', '{(,A00.000x001],(E11.200x011+N08.3*,E12)}', '(17.9,17.912A0]', '{(,)}', '(C00,)'), ('none', '{}', NULL, NULL, NULL);

	CREATE TABLE fee (item fee_item NOT NULL, amount numeric(16, 2)) PARTITION BY HASH (item);
	CREATE TABLE fee_0 PARTITION OF fee FOR VALUES WITH (MODULUS 3, REMAINDER 0);
	CREATE TABLE fee_1 PARTITION OF fee FOR VALUES WITH (MODULUS 3, REMAINDER 1);
	CREATE TABLE fee_2 PARTITION OF fee FOR VALUES WITH (MODULUS 3, REMAINDER 2);
	INSERT INTO fee SELECT item, id FROM visit WHERE item IS NOT NULL;
	CREATE INDEX ON fee (item);
	CREATE TABLE stay (diagnosis icd10, id int) PARTITION BY RANGE (diagnosis);
	CREATE TABLE stay_first PARTITION OF stay FOR VALUES FROM (MINVALUE) TO ('E11.200x011+N08.3*');
	CREATE TABLE stay_rest PARTITION OF stay FOR VALUES FROM ('E11.200x011+N08.3*') TO (MAXVALUE) PARTITION BY LIST (diagnosis);
	CREATE TABLE stay_pair PARTITION OF stay_rest FOR VALUES IN ('E11.200x011+N08.3*', NULL, 'S72.001A');
	CREATE TABLE stay_other PARTITION OF stay_rest DEFAULT;
	INSERT INTO stay SELECT diagnosis, id FROM visit;
	CREATE TABLE planned (operation icd9cm3, id int) PARTITION BY HASH (operation);
	CREATE TABLE planned_0 PARTITION OF planned FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE planned_1 PARTITION OF planned FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO planned SELECT operation, id FROM visit;

	CREATE VIEW diabetic AS
		SELECT v.id, v.diagnosis, r.name FROM visit v JOIN rule_set r ON v.diagnosis <@ r.diagnoses AND v.diagnoses @@ r.diagnoses
		WHERE v.diagnoses @@ 'E11'::icd10 AND v.item >= '0' ORDER BY v.diagnosis, v.id, r.name;
	CREATE MATERIALIZED VIEW category_count AS SELECT ancestor(diagnosis, 3) AS category, count(*) FROM visit GROUP BY 1;
	CREATE UNIQUE INDEX category_count_category ON category_count (category);
	CREATE FUNCTION of_node(node icd10) RETURNS bigint LANGUAGE sql STABLE
		BEGIN ATOMIC SELECT count(*) FROM visit WHERE diagnosis <@ node AND drug > 'ZA'; END;});

my %state = (
	'rows of visit' => q{SELECT count(*), sha256(string_agg(v::text, E'\n' ORDER BY id)::bytea) FROM wh.visit v},
	'sets' => q{SELECT string_agg(r::text, E'\n' ORDER BY name) FROM wh.rule_set r},
	'hash partitions' => q{SELECT count(*), sha256(string_agg(tableoid::regclass || ' ' || item || ' ' || amount, E'\n' ORDER BY item)::bytea) FROM wh.fee},
	'range and list partitions' => q{SELECT count(*), sha256(string_agg(tableoid::regclass || ' ' || id || ' ' || diagnosis, E'\n' ORDER BY id)::bytea) FROM wh.stay},
	'hash partitions of operations' => q{SELECT count(*), sha256(string_agg(concat(tableoid::regclass, ' ', operation, ' ', id), E'\n' ORDER BY id)::bytea) FROM wh.planned},
	'indexes' => q{SELECT string_agg(pg_get_indexdef(indexrelid), E'\n' ORDER BY indexrelid::regclass::text COLLATE "C") FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'wh'::regnamespace)},
	'indexes are valid' => q{SELECT bool_and(indisvalid AND indisready), count(*) FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'wh'::regnamespace)},
	'operator classes' => q{SELECT string_agg(i.indexrelid::regclass || ' ' || o.opcname, ', ' ORDER BY i.indexrelid::regclass::text COLLATE "C", k.n) FROM pg_index i, unnest(i.indclass) WITH ORDINALITY AS k (opclass, n), pg_opclass o WHERE o.oid = k.opclass AND i.indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'wh'::regnamespace)},
	'columns' => q{SELECT string_agg(concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated, pg_get_expr(d.adbin, d.adrelid)), E'\n' ORDER BY c.relname, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relnamespace = 'wh'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')},
	'constraints' => q{SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), E'\n' ORDER BY conname, conrelid::regclass::text) FROM pg_constraint WHERE connamespace = 'wh'::regnamespace},
	'bounds of partitions' => q{SELECT string_agg(relname || ' ' || pg_get_expr(relpartbound, oid), E'\n' ORDER BY relname) FROM pg_class WHERE relnamespace = 'wh'::regnamespace AND relpartbound IS NOT NULL},
	'view' => q{SELECT pg_get_viewdef('wh.diabetic'::regclass)},
	'rows of the view' => q{SELECT count(*), sha256(string_agg(d::text, E'\n')::bytea) FROM wh.diabetic d},
	'materialized view' => q{SELECT string_agg(c::text, E'\n' ORDER BY category) FROM wh.category_count c},
	'function' => q{SELECT wh.of_node('E11'), pg_get_functiondef('wh.of_node'::regproc)});

# what each index finds, with and without it
my %question = (
	'btree' => q{diagnosis >= 'E11' AND diagnosis < 'E12'},
	'hash' => q{diagnosis = 'E11.200x011+N01.3*'},
	'expression' => q{medsup.parent(diagnosis) = 'E11.200'},
	'partial' => q{medsup.asterisk(diagnosis) = 'N01.3' AND medsup.is_pair(diagnosis)},
	'gin' => q{diagnoses @@ 'E11.2'::medsup.icd10},
	'gin on a cast' => q{drugs @@ 'ZA04'::medsup.fee_item},
	'gin, two dimensions' => q{operations @@ '17.9'::medsup.icd9cm3},
	'brin' => q{operation = '86.700x0013' AND drug = 'ZA04CAE0023010101001'});

sub answers
{
	my ($db) = @_;
	my %answer;
	foreach my $q (sort keys %question)
	{
		my @n = map {
			$node->safe_psql($db,
				"SET search_path = wh, public, medsup; SET enable_seqscan = $_; SET enable_indexscan = "
				  . ($_ eq 'on' ? 'off' : 'on') . "; SET enable_bitmapscan = "
				  . ($_ eq 'on' ? 'off' : 'on') . "; SELECT count(*) FROM visit WHERE $question{$q}")
		} qw(on off);
		is($n[1], $n[0], "$q: the index finds what a scan finds, $db");
		$answer{$q} = $n[0];
	}
	return \%answer;
}

my $has_amcheck = have_extension('amcheck');

sub check_indexes
{
	my ($db) = @_;
  SKIP:
	{
		skip 'no amcheck', 2 unless $has_amcheck;
		$node->safe_psql($db, 'CREATE EXTENSION IF NOT EXISTS amcheck');
		is( $node->safe_psql($db,
				q{SELECT count(bt_index_parent_check(c.oid, true, true)) > 10 FROM pg_class c JOIN pg_am a ON a.oid = c.relam
				  WHERE a.amname = 'btree' AND c.relkind = 'i' AND c.relnamespace = 'wh'::regnamespace}),
			't', "every btree index agrees with its table, $db");
		$node->command_ok(
			[ 'pg_amcheck', '--install-missing', '--heapallindexed', '--rootdescend', '--schema=wh', $db ],
			"pg_amcheck, $db");
	}
}

my %before = map { $_ => $node->safe_psql('postgres', $state{$_}) } keys %state;
like($before{'rows of visit'}, qr/^2001\|/, 'there is something to dump');
like($before{indexes}, qr/icd10_minmax_multi_ops \(values_per_range='16'\)/, 'with options of operator classes');
my $answers = answers('postgres');
ok(!(grep { $_ == 0 } values %$answers), 'every question has an answer');
check_indexes('postgres');

my $first = slurp_file(dump_of('postgres'));
foreach my $format ('plain', 'custom', 'directory', 'custom --section')
{
	(my $db = "restored_$format") =~ s/\W+/_/g;
	my $file = "$dir/$db.dump";
	my ($flag) = $format =~ /^(\w+)/;

	$node->command_ok([ 'pg_dump', "--format=$flag", '--file', $file, 'postgres' ], "pg_dump $format");
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	if ($flag eq 'plain')
	{
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, $db ], "restore $format");
	}
	else
	{
		my @sections =
		  $format =~ /section/ ? map { [ "--section=$_" ] } qw(pre-data data post-data) : ([]);
		$node->command_ok([ 'pg_restore', '--exit-on-error', @$_, '-d', $db, $file ], "restore $format @$_")
		  foreach @sections;
	}
	is($node->safe_psql($db, $state{$_}), $before{$_}, "$_, $format") foreach sort keys %state;
	is_deeply(answers($db), $answers, "the same answers, $format");
	check_indexes($db);
	is(slurp_file(dump_of($db)), $first, "a dump of the restored database is the same, $format");
}

# dump_of writes a plain dump of the schema without what differs by nature
sub dump_of
{
	my ($db) = @_;
	my $file = "$dir/again_$db.sql";
	$node->run_log([ 'pg_dump', '--schema=wh', '--file', $file, $db ]);
	my $text = slurp_file($file);
	$text =~ s/^\\(un)?restrict.*\n//mg;
	open(my $fh, '>', $file) or die "cannot write $file: $!";
	print $fh $text;
	close $fh;
	return $file;
}

# REINDEX and CREATE INDEX run with a search_path of their own in newer servers
$node->safe_psql('restored_plain', 'REINDEX SCHEMA wh; REFRESH MATERIALIZED VIEW CONCURRENTLY wh.category_count; ANALYZE; VACUUM FULL wh.visit');
is_deeply(answers('restored_plain'), $answers, 'the same answers after REINDEX and VACUUM FULL');

$node->stop;
done_testing();
