# The national knowledge points as published: every figure of the files is
# counted here a second time, by Perl, and must agree with what the database
# made of them.  Files are read from MEDSUP_DATA/rules/national.
use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Encode qw(decode_utf8 encode_utf8);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $base = medsup_data();
my $data = defined $base ? "$base/rules/national" : undef;
if (!defined $data || !-r "$data/kb_points.csv")
{
	plan skip_all =>
	  'the national points are not here: set MEDSUP_DATA to the data folder (rules/national/kb_points.csv)';
}

# csv: the rows of a CSV file as hashes; quoted fields may hold line breaks
sub csv
{
	my ($file) = @_;
	open(my $fh, '<:raw', "$data/$file") or die "$data/$file: $!";
	my $text = decode_utf8(do { local $/; <$fh> });
	close($fh);
	my (@rows, @row);
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\z)/g)
	{
		my ($quoted, $plain, $end) = ($1, $2, $3);
		last if $end eq '' && !@row && !defined $quoted && $plain eq '';
		$quoted =~ s/""/"/g if defined $quoted;
		push @row, defined $quoted ? $quoted : $plain;
		if ($end ne ',')
		{
			push @rows, [@row];
			@row = ();
		}
	}
	my $names = shift @rows;
	return map { my %h; @h{@$names} = @$_; \%h } @rows;
}

my @points = csv('kb_points.csv');
my @limits = csv('nhsa_points.csv');
my @pairs = csv('nhsa_exclusive_pairs.csv');
my @long = csv('kb_codes_long.csv');

my $node = medsup_node('national');

sub sql { return decode_utf8($node->safe_psql('postgres', encode_utf8($_[0]))); }

# ---------------------------------------------------------------- counting ---
my (%superseded, %live_class, %value, %value_of_code);
foreach my $p (@points)
{
	(my $old = $p->{supersedes}) =~ tr/"//d;
	$superseded{$old} = 1 if $old ne '';
}
my @live = grep { !$superseded{ $_->{kp_id} } } @points;
push @{ $live_class{ $_->{rule_class} } }, $_ foreach @live;
foreach my $l (@limits)
{
	my @class =
	    $l->{rule_class} eq '药品限儿童使用/儿童专用' ? ('药品限儿童使用', '药品儿童专用')
	  : $l->{rule_class} eq '药品限工伤/生育保险' ? ('药品限工伤保险', '药品限生育保险')
	  : ($l->{rule_class});
	foreach my $c (@class)
	{
		$value{$c}{ $l->{name} } = $l->{limit_value};
		$value_of_code{$c}{ $l->{code} } = 1;
	}
}
my %distinct = map { $_->{code} => 1 } @long;
my %classes = map { $_->{rule_class} => 1 } @points;
sub codes_of { my %c; foreach my $p (@_) { $c{$_} = 1 foreach split /;/, $p->{codes}; } return keys %c; }

is(scalar(@points), 3899, 'points in the file');
is(scalar(@live), 3502, 'of them in force');
is(scalar(keys %superseded), 397, 'and superseded');
is(scalar(keys %distinct), 19800, 'distinct codes');
is(scalar(keys %classes), 21, 'classes');
is(scalar(@pairs), 900, 'pairs');

# points without any limit, counted from the files alone
my @no_sex = grep { $_->{codes} ne '' && !defined $value{ $_->{rule_class} }{ $_->{item_name} } }
  map { @{ $live_class{$_} } } ('药品区分性别使用', '医疗服务项目区分性别使用');
my @no_codes = grep { $_->{codes} eq '' } @live;
# points that wait for a number the files do not give
my @child = map { @{ $live_class{$_} } } ('药品儿童专用', '医疗服务项目儿童专用');
push @child, grep { $_->{constraint} !~ /[0-9]+岁?(?:-|至)[0-9]+岁/ } @{ $live_class{'药品限儿童使用'} };
my @working = @{ $live_class{'医疗服务项目限年龄'} };
my @course = grep { $_->{constraint} !~ /单次|个月/ } @{ $live_class{'药品限支付疗程'} };
push @course, @{ $live_class{'医疗服务项目限支付疗程'} };
my @eye = grep { $_->{constraint} =~ /眼科专科医院/ } @{ $live_class{'药品限医疗机构级别'} };
# points that name diseases or treatments in words only
my @no_diagnoses = @{ $live_class{'药品限适应症'} };
my @no_prerequisite = @{ $live_class{'药品限二线使用'} };
my $limitless = @no_sex + @no_codes + @no_diagnoses + @no_prerequisite;
# whole incision groups, whose rate is local
my @discount = @{ $live_class{'手术项目未按规定折价收费'} };
my $unset = $limitless + @child + @working + @course + @eye + @discount;

# ----------------------------------------------------------------- loading ---
my $row = sql("SELECT added, changed, unchanged, points, in_force, superseded, unset, codes, classes, pairs FROM medsup.load_knowledge('$data')");
is($row, join('|', 3899, 0, 0, 3899, 3502, 397, $unset, 19800, 21, 900), 'load_knowledge says what the files hold');
diag("points 3899: 3502 in force, 397 superseded, $unset unset ($limitless without a known limit, the others wait for parameters)");
$row = sql("SELECT added, changed, unchanged FROM medsup.load_knowledge('$data')");
is($row, '0|0|3899', 'the same files again change nothing');

is(sql('SELECT rule_class, count(*) FROM medsup.knowledge_status WHERE in_force GROUP BY 1 ORDER BY rule_class COLLATE "C"'),
	join("\n", map { "$_|" . @{ $live_class{$_} } } sort keys %live_class),
	'points in force per class');
is(sql('SELECT entry_code || \' \' || code FROM medsup.knowledge_code ORDER BY entry_code COLLATE "C", code::text COLLATE "C"'),
	join("\n", sort map { "$_->{kp_id} $_->{code}" } @long),
	'every code of every point');
is(sql(q{SELECT string_agg(entry_code, ' ' ORDER BY entry_code COLLATE "C") FROM medsup.unset_entry WHERE missing IN ('limit', 'codes')}),
	join(' ', sort map { $_->{kp_id} } @no_sex, @no_codes), 'points without a known limit');
is(sql(q{SELECT string_agg(entry_code, ' ' ORDER BY entry_code COLLATE "C") FROM medsup.unset_entry WHERE missing LIKE 'parameter%'}),
	join(' ', sort map { $_->{kp_id} } @child, @working, @course, @eye, @discount), 'points that wait for a parameter');

foreach my $c ([ 'diagnoses', \@no_diagnoses ], [ 'prerequisite', \@no_prerequisite ])
{
	is(sql("SELECT string_agg(entry_code, ' ' ORDER BY entry_code COLLATE \"C\") FROM medsup.unset_entry WHERE missing = '$c->[0]' AND hint ~ 'add_knowledge, with'"),
		join(' ', sort map { $_->{kp_id} } @{ $c->[1] }), "points that wait for an author: $c->[0]");
}

# ------------------------------------------------- limits inherited by name ---
foreach my $c ([ '药品区分性别使用', 6574, 118, 4 ], [ '药品限就医方式', 779, 71, 0 ])
{
	my ($class, $all, $without, $left) = @$c;
	my @codes = codes_of(@{ $live_class{$class} });
	is(scalar(@codes), $all, encode_utf8("$class: codes in force"));
	is(scalar(grep { !$value_of_code{$class}{$_} } @codes), $without, encode_utf8("$class: codes without a value row of their own"));
	is(sql("SELECT count(DISTINCT c.code) FROM medsup.knowledge_status s JOIN medsup.knowledge_code c USING (entry_code)
			WHERE s.rule_class = '$class' AND s.in_force AND s.status <> 'ready'"), $left,
		encode_utf8("$class: codes left without a limit"));
}

# --------------------------------------------- the text outranks the value ---
sub batch_codes
{
	my ($where) = @_;
	return sql("SELECT count(*) FROM medsup.knowledge k JOIN medsup.knowledge_code c USING (entry_code) WHERE $where");
}
is(batch_codes("batch_tag = 'batch_04'"), 736, 'batch 4');
is(batch_codes("batch_tag = 'batch_04' AND settings = '{inpatient,emergency}' AND item_name = '安宫牛黄丸' AND limit_value_text = '住院'"), 207,
	'Angong Niuhuang pills: the value says inpatient, the text emergency or inpatient');
is(batch_codes("batch_tag = 'batch_04' AND settings = '{inpatient}'"), 736 - 207, 'the others of batch 4 are inpatient');
is(batch_codes("batch_tag = 'batch_05' AND level_first_only AND level_min = 2 AND item_name ~ '^(度拉糖肽|利司那肽|聚乙二醇洛塞那肽)'"), 15,
	'the level binds only the first prescription');
is(batch_codes("batch_tag = 'batch_05' AND level_first_only"), 15, 'and of no other drug');
is(batch_codes("batch_tag = 'batch_05' AND level_min = 3 AND alt_level_min = 2 AND alt_medins_type_parameter IS NOT NULL AND limit_value_text = '三级'"), 10,
	'eye drugs: level 3, or eye hospitals of level 2');
is(sql("SELECT count(*) FROM medsup.knowledge WHERE batch_tag = 'batch_05' AND alt_level_min = 2"), 5, 'five of them');
is(batch_codes("batch_tag = 'batch_06' AND scope = 'stay'"), 16, 'courses per stay');
is(batch_codes("batch_tag = 'batch_06' AND scope IN ('course', 'lifetime')"), 1131, 'courses per course of disease');
is(sql("SELECT string_agg(DISTINCT scope || ' ' || limit_value::int || ' ' || limit_value_text, ', ') FROM medsup.knowledge WHERE rule_class = '药品限支付疗程' AND item_name = '注射用益气复脉(冻干)'"),
	'stay 14 15天', 'Yiqi Fumai: 14 in the text, 15 in the value');
is(sql("SELECT string_agg(DISTINCT item_name, ' ' ORDER BY item_name) FROM medsup.knowledge
		WHERE widened AND widen_reason IS NOT NULL AND rule_class IN ('药品限就医方式', '药品限医疗机构级别')"),
	join(' ', sort('安宫牛黄丸', '结构脂肪乳注射液(C6～24)', '度拉糖肽注射液', '聚乙二醇洛塞那肽注射液', '利司那肽注射液',
			'地塞米松玻璃体内植入剂', '阿柏西普眼内注射溶液', '法瑞西单抗注射液', '康柏西普眼用注射液', '雷珠单抗注射液', '布西珠单抗注射液')),
	'texts that widen their value');
is(sql("SELECT count(*) FROM medsup.knowledge WHERE rule_class ~ '性别' AND sex IS NOT NULL AND limit_from <> 'value'"), 0, 'sex is never read from a text');
is(sql("SELECT scope, count(*) FROM medsup.knowledge WHERE rule_code = 'N25-025' GROUP BY 1 ORDER BY 2"),
	"hour|7\n6h|18\nvisit|429\nday|446", 'windows of the pairs');
is(sql("SELECT measure, limit_value::int, count(*) FROM medsup.knowledge WHERE rule_code = 'N25-027' GROUP BY 1, 2 ORDER BY 2"),
	"quantity|1|34\nhours|24|33", 'daily caps');
is(sql("SELECT window_days, count(*) FROM medsup.knowledge WHERE rule_code = 'N25-031' GROUP BY 1 ORDER BY 1"), "7|2\n14|9\n15|3", 'cycles');
is(sql("SELECT measure, limit_value::int, count(*) FROM medsup.knowledge WHERE rule_code = 'N25-023' GROUP BY 1, 2 ORDER BY 1, 2"),
	"days|30|3\ndays|90|4\nspan_days|90|3\nspan_days|365|1", 'courses of service items');
is(sql("SELECT string_agg(DISTINCT age_below_parameter, ' ') || ' ' || count(age_below) FROM medsup.knowledge WHERE rule_class = '药品儿童专用'"),
	'child_age_below_years 0', 'a child is a parameter, not a number');

# ------------------------------------------ classes that the class itself reads ---
is(sql("SELECT rule_class, measure, scope, settings, count(*) FROM medsup.knowledge WHERE limit_from = 'class' AND rule_code IN ('N25-003', 'N25-004', 'N25-047') GROUP BY 1, 2, 3, 4 ORDER BY rule_class COLLATE \"C\""),
	join("\n", sort('中药饮片单复方均不予支付|never|line||' . @{ $live_class{'中药饮片单复方均不予支付'} },
			'中药饮片单方使用不予支付|closure|prescription||' . @{ $live_class{'中药饮片单方使用不予支付'} },
			'超互联网医院药品支付范围|||{inpatient,emergency,outpatient,chronic,pharmacy}|' . @{ $live_class{'超互联网医院药品支付范围'} })),
	'herbs and internet visits');

# -------------------------------------------------------------- publishing ---
my %parameter = (
	child_age_below_years => 14, newborn_age_below_days => 28, infant_age_below_months => 36,
	working_age_from_years => 16, working_age_below_years => 60, course_gap_days => 30,
	eye_hospital_medins_type => 'EYE', discount_rate_second => '0.5');
sql("SELECT medsup.set_parameter('$_', '$parameter{$_}', 'test')") foreach sort keys %parameter;
is(sql('SELECT unset FROM medsup.knowledge_summary()'), $limitless, 'with every parameter set only those without a limit are left');
is(sql("SELECT medsup.publish_rulebook('national')"), 1, 'published');
is(sql("SELECT medsup.publish_rulebook('again')"), 1, 'the same content is no new version');
is(sql(q{SELECT string_agg(concat_ws(' ', item, entry_code, problem), '; ') FROM medsup.lint_rulebook() WHERE item <> 'unset'}),
	'overlap KP-45756864a975a242 ZA06DAX0489020200430 and 3 more: the same is said in KP-6183b433d9bdba41',
	'the national points contradict each other nowhere; two of them name four drugs for children twice');

# Every class is evaluated, or says what an author has to supply: all codes of one
# point of each rule on one bill, and each rule tells what became of its lines.
is(sql(q{SELECT string_agg(rule_class || ' ' || missing, ', ' ORDER BY rule_class COLLATE "C") FROM (
	SELECT rule_class, string_agg(DISTINCT missing, ' ') AS missing FROM medsup.knowledge_status
	WHERE in_force GROUP BY 1 HAVING NOT bool_or(status = 'ready')) AS c}),
	join(', ', sort('药品限适应症 diagnoses', '药品限二线使用 prerequisite')),
	'classes that wait for an author');
is(sql(q{WITH one AS (SELECT DISTINCT ON (rule_code) rule_code, entry_code FROM medsup.knowledge_status WHERE status = 'ready' ORDER BY rule_code, entry_code),
	line AS (SELECT jsonb_populate_record(NULL::medsup.claim_fee_line, jsonb_build_object('feedetl_sn', row_number() OVER (), 'mdtrt_id', 'M', 'psn_no', 'P',
		'fixmedins_code', 'H', 'fee_ocur_time', '2026-07-01 10:00', 'med_list_codg', code, 'cnt', 1, 'pric', 10, 'det_item_fee_sumamt', 10, 'inscp_amt', 10)) AS l
		FROM (SELECT DISTINCT c.code::text AS code FROM one JOIN medsup.knowledge_code c USING (entry_code)) AS d)
	SELECT string_agg(DISTINCT rule_code, ' ' ORDER BY rule_code) = (SELECT string_agg(rule_code, ' ' ORDER BY rule_code) FROM one)
	FROM medsup.rulebook b, medsup.evaluate(b.compiled, NULL, NULL,
		ARRAY[jsonb_populate_record(NULL::medsup.claim_encounter, '{"mdtrt_id": "M", "psn_no": "P", "gend": "1", "brdy": "1950-01-01", "fixmedins_code": "H",
			"hosp_lv": "02", "insutype": "310", "med_type": "11", "begntime": "2026-07-01 08:00"}')],
		NULL, (SELECT array_agg(l) FROM line), NULL, NULL, NULL) v
	WHERE b.version = 1 AND v.what = 'T' AND v.rule_code IS NOT NULL}), 't', 'every rule with ready points tells of its lines');

# The bundled points say what the published ones say, and a database that began
# with them ends with the same book.
$node->safe_psql('postgres', 'CREATE DATABASE bundled');
$node->safe_psql('bundled', 'CREATE EXTENSION medsup CASCADE');
my $facts = q{SELECT entry_code || ' ' || rule_code || ' ' || item_name || ' ' || ROW(sex, age_from, age_below, age_unit, age_from_parameter, age_below_parameter,
	insurance, settings, level_min, level_first_only, alt_level_min, alt_medins_type_parameter, scope, window_days, count_key, measure, limit_value, unit,
	valid_from, basis, basis_no, widened, widen_reason)::text FROM medsup.knowledge WHERE %s ORDER BY entry_code COLLATE "C"};
cmp_ok($node->safe_psql('bundled', 'SELECT medsup.load_bundled_knowledge()'), '>=', 40, 'bundled points');
my $bundled = $node->safe_psql('bundled', sprintf($facts, 'true'));
$node->safe_psql('bundled', 'CREATE TABLE had AS SELECT entry_code, role, code FROM medsup.knowledge_code');
# these files come by \copy, as from a client's own disk
my %columns = (
	kb_points => [ 'import_point', 'kp_id, rule_class, gz_code, level1, level2, item_name, "constraint", detect_logic, batch, batch_tag, supersedes, n_codes, codes' ],
	kb_codes_long => [ 'import_code', 'kp_id, rule_class, batch_tag, item_name, code' ],
	nhsa_points => [ 'import_limit', 'batch, rule_class, kind, name, code, limit_kind, limit_value, "window", text' ],
	nhsa_exclusive_pairs => [ 'import_pair', 'seq, "window", main_name, main_code, sub_name, sub_code, note' ]);
foreach my $file (sort keys %columns)
{
	my ($table, $list) = @{ $columns{$file} };
	$node->safe_psql('bundled', "\\copy medsup.$table ($list) from '$data/$file.csv' with (format csv, header match)");
}
$node->safe_psql('bundled', 'SELECT medsup.load_knowledge()');
is($node->safe_psql('bundled', sprintf($facts, 'entry_code IN (SELECT entry_code FROM had)')), $bundled, 'bundled facts are the published ones');
is($node->safe_psql('bundled', 'SELECT * FROM had EXCEPT SELECT entry_code, role, code FROM medsup.knowledge_code'), '', 'and so are their codes');
$node->safe_psql('bundled', encode_utf8("SELECT medsup.set_parameter('$_', '$parameter{$_}', 'test')")) foreach sort keys %parameter;
$node->safe_psql('bundled', 'SELECT medsup.publish_rulebook()');
is($node->safe_psql('bundled', 'SELECT digest FROM medsup.current_rulebook()'), $node->safe_psql('postgres', 'SELECT digest FROM medsup.current_rulebook()'),
	'the same content in another database gives the same digest');

# ------------------------------------------------------------- broken files ---
my $dir = $node->basedir . '/broken';
mkdir $dir or die "$dir: $!";
sub copy_files
{
	my ($file, $change) = @_;
	foreach my $f (map { "$_.csv" } keys %columns)
	{
		my $text = slurp_file("$data/$f");
		if ($f eq $file)
		{
			my $before = $text;
			$text = $change->($text);
			die "$f was not changed" if $text eq $before;
		}
		open(my $out, '>:raw', "$dir/$f") or die "$dir/$f: $!";
		print $out $text;
		close($out);
	}
}
my $had = sql('SELECT md5(string_agg(k::text, chr(10) ORDER BY entry_code)) FROM medsup.knowledge k');
sub refused
{
	my ($name, @patterns) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "SELECT medsup.load_knowledge('$dir')");
	$err = decode_utf8($err);
	isnt($rc, 0, "$name is refused");
	like($err, $_, encode_utf8("$name: $_")) foreach @patterns;
	is(sql('SELECT md5(string_agg(k::text, chr(10) ORDER BY entry_code)) FROM medsup.knowledge k'), $had, "$name: nothing changed");
}
copy_files('nhsa_points.csv', sub { my $t = shift; my $n = encode_utf8('限定性别对象,男'); my $x = encode_utf8('限定性别对象,难'); $t =~ s/\Q$n\E/$x/; return $t });
refused('a value outside its domain', qr/have 1 broken row,/, qr/nhsa_points\.csv row [0-9]+, column limit_value: found "难", allowed is 男 or 女/, qr/HINT/);
copy_files('kb_points.csv', sub { my $t = shift; $t =~ s/XL02BBA326A001010102180;/XL02BBA326A00101010218?;/; return $t });
refused('a mistyped code', qr/kb_points\.csv row 1, column codes: found "XL02BBA326A00101010218\?"/, qr/kb_codes_long\.csv/);
copy_files('nhsa_exclusive_pairs.csv', sub { my $t = shift; $t =~ s/\n2,/\n2,,/; return $t });
refused('a row with a column too many', qr/"nhsa_exclusive_pairs\.csv" cannot be read at line 3/, qr/extra data after last expected column/, qr/HINT/);
copy_files('kb_points.csv', sub { my $t = shift; $t =~ s/item_name/item/; return $t });
refused('another header', qr/"kb_points\.csv" cannot be read at line 1/, qr/item_name/);
copy_files('kb_points.csv', sub { return "\xEF\xBB\xBF" . shift });
refused('a byte order mark', qr/cannot be read at line 1/, qr/without byte order mark/);
copy_files('nhsa_points.csv', sub { my $t = shift; my $n = encode_utf8('限定性别对象'); my $x = "\xcf\xde\xb6\xa8"; $t =~ s/\Q$n\E/$x/; return $t });
refused('another encoding', qr/"nhsa_points\.csv" cannot be read at line [0-9]+/, qr/invalid byte sequence/, qr/GB 18030/);
copy_files('kb_points.csv', sub { return '' });
refused('an empty file', qr/"kb_points\.csv" cannot be read/);
copy_files('', sub { });
unlink "$dir/kb_codes_long.csv";
refused('a missing file', qr/knowledge file ".*kb_codes_long\.csv" not found/, qr/HINT/);

# ------------------------------------------------------------------- rights ---
$node->safe_psql('postgres', q{CREATE ROLE tap_author LOGIN; SELECT medsup.grant_access('tap_author', 'author')});
my ($rc, $out, $err) = $node->psql('postgres', "SELECT medsup.load_knowledge('$data')", extra_params => [ '-U', 'tap_author' ]);
isnt($rc, 0, 'an author may not read files of the server');
like($err, qr/permission denied|must be superuser/, 'and is told so');
my $as_author = join("\n", map { my ($t, $l) = @{ $columns{$_} }; "\\copy medsup.$t ($l) from '$data/$_.csv' with (format csv, header match)" } sort keys %columns);
is($node->safe_psql('postgres', "$as_author\nSELECT added, changed, unchanged FROM medsup.load_knowledge();\nSELECT medsup.publish_rulebook();", extra_params => [ '-U', 'tap_author' ]),
	"0|0|3899\n1", 'but loads and publishes by \copy');

# ------------------------------------------------- lists of typical problems ---
SKIP:
{
	skip 'problem_list.csv is not there', 2 unless -r "$data/problem_list.csv";
	my @problems = csv('problem_list.csv');
	my %types;
	$types{ $_->{violation_type} }++ foreach @problems;
	$node->safe_psql('postgres',
		qq{\\copy medsup.import_line (line) FROM '$data/problem_list.csv' (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')});
	is(sql('SELECT medsup.load_problem_list()'), scalar(@problems), 'every typical problem is loaded');
	is( sql(q{SELECT string_agg(v || ' ' || n, E'\n' ORDER BY v COLLATE "C")
		FROM (SELECT violation_type AS v, count(*) AS n FROM medsup.negative_list WHERE source = 'problem' GROUP BY 1) x}),
		join("\n", map { "$_ $types{$_}" } sort { encode_utf8($a) cmp encode_utf8($b) } keys %types),
		'kind by kind');
}

$node->stop;
done_testing();
