# CodeCleanModel: cleaning of dirty text once more, in the order that
# docs/dirty-text.md gives.  Nothing is taken from the C code.
#
#   clean_read($type, $text)       as try_ reads it; UTF-8 bytes in and out
package CodeCleanModel;

use strict;
use warnings;
use utf8;

use Encode qw(decode_utf8 encode_utf8);
use Exporter 'import';
use Unicode::Normalize qw(NFKC);
use CodeModel;

our @EXPORT = qw(clean_read);

# one character in its plain width and style
sub plain
{
	my ($c) = @_;
	return $c if $c =~ /[\p{Dt=Super}\p{Dt=Sub}\p{Dt=Circle}\p{Dt=Square}\p{Dt=Fraction}]/;
	my $to = NFKC($c);
	return length $to == 1 ? $to : $c;
}

sub clean_read
{
	my ($type, $bytes) = @_;
	my $text = decode_utf8($bytes);

	# 1 to 3: outer blanks, widths and styles, look-alikes
	$text =~ s/\A[\p{White_Space}\p{Cf}]+//;
	$text =~ s/[\p{White_Space}\p{Cf}]+\z//;
	$text = join '', map { plain($_) } split //, $text;
	$text =~ tr/×†∗⁎∕⁄/x+**\/\//;
	$text =~ tr/‐‒–—―−/-/;
	$text =~ tr/АВЕКМНОРСТУХ/ABEKMHOPCTYX/;
	$text =~ tr/ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ/ABEZHIKMNOPTYX/;

	# the dots of diagnoses and operations, unless they part codes
	my @parts = split /[。・·]/, $text, -1;
	if (@parts > 1 && $type =~ /^icd/)
	{
		return unless grep { !defined code_read($type, encode_utf8($_)) } @parts;
		$text =~ s/(?<=[0-9A-Za-z])[。・·](?=[0-9A-Za-z])/./g;
	}

	# 4 to 6: what input does
	return scalar code_read($type, encode_utf8($text));
}

1;
