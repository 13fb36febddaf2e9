# Binary exchange of the code types: what is sent is received, and of forged
# bytes exactly those are taken that the documented form has for a code.  The
# forgeries are every single-bit change of a value of each form, every kind
# tag, every length, values beyond the last and noise; each alone, and as the
# element of an array, a domain, a record, a range and a multirange.  What a
# value means is asked of lib/CodeModel.pm, not of medsup.
use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;

my $node = medsup_node('binary');
my $dir = abs_path(PostgreSQL::Test::Utils::tempdir());
srand(20260102);

sub sql
{
	return $node->safe_psql('postgres', "SET search_path = public, medsup;\n$_[0]");
}

my %forms = (
	icd10 => [
		qw(A00 E11. E11.2 E11.20 E11.200 I10.x00 I10.X00 E11.200x E11.200x011
		  S72.001A C7A.098 Z9Z.ZZZZ A17.000+G01* A01.001+K77.0*
		  A38.x00x002+I41* E11.200x011+N08.3*) ],
	icd9cm3 => [
		qw(00 36. 36.06 36.0600 01.6x00 00.0200x001 17.9 17.91100 17.912A0
		  86.700x0013 99.9x99x999) ],
	fee_item => [
		qw(0 0031 003401000230600 999999999999999 C C0101010011303807555
		  C01010100113038075551234567 X XB01ACA056A0 XB01ACA056A012030101554
		  XZ99ZZZ999Z999999999999 ZA04CAE0023010100166 T001700368
		  T0017003680123456789 J0A1B2C3D4E5F6G7 ~1 ~110200002a ~._/-
		  ~zzzzzzzzzzzzzzzz) ],
	drug_code => [ qw(X XB01ACA056A012030101554 ZA04CAE0023010100166 T001700368 J0A) ]);

# ------------------------------------------------------------- round trip ---
sql(q{
CREATE TABLE sent (d icd10, o icd9cm3, f fee_item, g drug_code);
INSERT INTO sent VALUES
  ('E11.200x011+N08.3*', '17.912A0', 'XB01ACA056A012030101554', 'ZA04CAE0023010100166'),
  ('A00', '00', '0', 'X'), ('Z9Z.ZZZZ', '99.9x99x999', '~zzzzzzzzzzzzzzzz', 'JZZZZZZZZZZZZZZZ'),
  (NULL, NULL, NULL, NULL);
CREATE TABLE received (LIKE sent);
});
sql("COPY sent TO '$dir/binary' (FORMAT binary); COPY received FROM '$dir/binary' (FORMAT binary);");
is( sql('SELECT count(*) FROM (TABLE sent EXCEPT TABLE received) AS s'),
	'0', 'binary COPY out and in');

# ------------------------------------------------------------- forgeries ---
sub field { my ($bytes) = @_; return pack('l>', length $bytes) . $bytes; }

# Offers each of @$offers to the binary input of a type, one COPY each, and
# compares what comes of it with the text WANTED gives; undef: refused.
sub offered
{
	my ($type, $offers, $wanted, $name) = @_;
	foreach my $n (0 .. $#$offers)
	{
		open(my $fh, '>:raw', "$dir/offer.$n") or die $!;
		print $fh "PGCOPY\n\377\r\n\0", pack('NN', 0, 0), pack('n', 2),
		  field(pack('N', $n)), field($offers->[$n]), pack('n', 0xFFFF);
		close($fh);
	}
	my $last = $#$offers;
	my $out = sql(qq{
		SET client_min_messages = warning;
		DROP TABLE IF EXISTS taken, refused;
		CREATE TABLE taken (n int, value $type);
		CREATE TABLE refused (n int, state text);
		DO \$\$BEGIN
			FOR i IN 0..$last LOOP
				BEGIN
					EXECUTE format('COPY taken FROM %L (FORMAT binary)', '$dir/offer.' || i);
				EXCEPTION WHEN OTHERS THEN
					INSERT INTO refused VALUES (i, SQLSTATE);
				END;
			END LOOP;
		END\$\$;
		SELECT COALESCE(state, value::text) FROM taken FULL JOIN refused USING (n) ORDER BY n;});
	my @got = split /\n/, $out;
	my ($different, $taken) = (abs(@got - @$offers), 0);
	foreach my $n (0 .. $last)
	{
		my $want = $wanted->($offers->[$n]);
		my $got = $got[$n] // 'nothing';
		$taken++ if defined $want;

		# invalid_binary_representation, or a message that ends too early
		next if defined $want ? $got eq $want : $got =~ /^(?:22P03|08P01)$/;
		diag("$name: of " . unpack('H*', $offers->[$n]) . " medsup makes $got, the model "
			  . ($want // 'nothing'))
		  if $different++ < 20;
	}
	is($different, 0,
		sprintf('%s: %d forgeries, %d of them codes', $name, scalar @$offers, $taken));
	return;
}

foreach my $type (sort keys %forms)
{
	my $size = $type =~ /^icd/ ? 8 : 16;
	my @values = map { code_bytes($type, $_) } @{ $forms{$type} };
	my $is_code = sub { return scalar code_of_bytes($type, $_[0]) };

	my @flips;
	foreach my $value (@values)
	{
		foreach my $bit (0 .. 8 * $size - 1)
		{
			push @flips, $value;
			vec($flips[-1], $bit, 1) ^= 1;
		}
	}
	offered($type, [ @values, @flips ], $is_code, "$type: every bit of a value of each form");
	offered($type,
		[ map { substr($values[0] x 4, 0, $_) } grep { $_ != $size } 0 .. 20 ],
		sub { undef }, "$type: every other length");

	my @noise = map { join '', map { chr int rand 256 } 1 .. $size } 1 .. 300;
	if ($size == 8)
	{
		# a small number high up, so that some are codes; neighbours of all
		push @noise, map { pack('Q>', int(rand 2**32) << 31 & ~0xFFFFFF) } 1 .. 300;
		push @noise, map {
			my $v = unpack('Q>', $_);
			map { pack('Q>', $v + ($_ << ($type eq 'icd10' ? 16 : 24))) } -2 .. 2
		} @values;
	}
	else
	{
		# every tag before every form's fields; fields without their end
		foreach my $tag (0 .. 255)
		{
			push @noise, chr($tag) . substr($values[ $tag % @values ], 1);
			push @noise, chr($tag) . "\0" x 15;
		}
		push @noise, map { substr($_, 0, 8) . "\0" x 8, "$_" & ("\xFF" x 15 . "\0") } @values;
	}
	offered($type, \@noise, $is_code, "$type: noise, edges and tags");
}

# ------------------------------------------------------------- containers ---
# Within another value the element's own input must look at it.
my %container = (
	array => {
		of => sub { "$_[0]\[]" },
		bytes => sub {
			my ($oid, @e) = @_;
			return pack('NNNNN', 1, 0, $oid, scalar @e, 1) . join('', map { field($_) } @e);
		},
		text => sub { '{' . join(',', @_) . '}' } },
	record => {
		of => sub { "record_of_$_[0]" },
		bytes => sub {
			my ($oid, @e) = @_;
			return pack('N', scalar @e) . join('', map { pack('N', $oid) . field($_) } @e);
		},
		text => sub { '(' . join(',', @_) . ')' } },
	range => {
		of => sub { "$_[0]range" },
		bytes => sub { my ($oid, @e) = @_; return range_bytes(@e) },
		text => sub { "[$_[0],$_[1])" } },
	multirange => {
		of => sub { "$_[0]multirange" },
		bytes => sub { my ($oid, @e) = @_; return pack('N', 1) . field(range_bytes(@e)) },
		text => sub { "{[$_[0],$_[1])}" } });

# [a, b): a flag byte and both bounds
sub range_bytes { return pack('C', 2) . join('', map { field($_) } @_); }

foreach my $type (sort keys %forms)
{
	my @good = sort @{ $forms{$type} };
	my ($low, $high) = map { code_bytes($type, $_) } @good[ 0, -1 ];
	my $oid = sql("SELECT '$type'::regtype::oid");
	my @forged;
	foreach my $bit (0 .. 8 * length($high) - 1)
	{
		push @forged, $high;
		vec($forged[-1], $bit, 1) ^= 1;
	}
	# what is a code and sorts below the first is another error
	@forged = grep { !defined code_of_bytes($type, $_) } @forged;
	push @forged, substr($high, 1);

	sql("CREATE TYPE record_of_$type AS (a $type, b $type); CREATE DOMAIN domain_of_$type AS $type;");
	offered("domain_of_$type", [ $high, @forged, "$high\0" ],
		sub { $_[0] eq $high ? $good[-1] : undef }, "domain over $type");

	foreach my $name (sort keys %container)
	{
		my $c = $container{$name};
		my $whole = $c->{of}->($type);
		next if sql("SELECT to_regtype('$whole')") eq '';
		my $valid = $c->{bytes}->($oid, $low, $high);
		my @offers = ($valid);
		push @offers, $c->{bytes}->($oid, $low, $_), $c->{bytes}->($oid, $_, $high)
		  foreach @forged;

		# the server itself does not look behind the bound of a range
		push @offers, $c->{bytes}->($oid, $low, "$high\0") unless $name =~ /range/;
		my $text = $c->{text}->(@good[ 0, -1 ]);
		offered($whole, \@offers, sub { $_[0] eq $valid ? $text : undef }, "$name of $type");
	}
}

$node->stop;
done_testing();
