#!/bin/bash
# Formats the C files as PostgreSQL's own pgindent does.
#   scripts/indent.sh            rewrite the files
#   scripts/indent.sh --check    only report what would change (file:line)
#   scripts/indent.sh [--check] FILE...
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
check=0
[ "${1:-}" = --check ] && { check=1; shift; }
command -v pg_bsd_indent >/dev/null || die "formatting needs pg_bsd_indent: install the package pg-bsd-indent (make setup)"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

shopt -s nullglob
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(src/*.[ch] src/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch] test/demo/*.[ch] test/demo/*.[ch])

# The server's types are listed; the project's own are read from its sources.
{ cat scripts/typedefs.list
  sed -nE -e 's/^typedef .*[^A-Za-z0-9_]([A-Za-z_][A-Za-z0-9_]*);.*/\1/p' \
    -e 's/^}[[:space:]]*([A-Za-z_][A-Za-z0-9_]*);.*/\1/p' \
    -e 's/^typedef .*\(\*[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)\).*/\1/p' \
    src/*.[ch] src/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch] test/demo/*.[ch] test/demo/*.[ch]
} | sort -u >"$tmp/typedefs"

# pg_bsd_indent damages some bytes beyond ASCII (Chinese in strings and
# comments): they travel as one control character each and come back in order.
hide() { perl -0777 -pe 's/[\x80-\xff]/\x01/g' "$1"; }
unhide() {
  perl -0777 -e 'open(my $f, "<", $ARGV[0]) or die; my $t = <$f>;
    my @b = $t =~ /[\x80-\xff]/g; my $o = <STDIN>;
    my $n = () = $o =~ /\x01/g;
    die "$n of " . scalar(@b) . " bytes beyond ASCII came back\n" if $n != @b;
    $o =~ s/\x01/shift @b/ge;
    # as pgindent: the star of a return type on its own line stays close
    $o =~ s/^((?:[A-Za-z_]\w* )*[A-Za-z_]\w*)[ \t]+(\*+)$/$1 $2/gm;
    print $o' "$1"
}

bad=0
for f in "${files[@]}"; do
  failed=0
  pg_bsd_indent -bad -bap -bbb -bc -bl -cli1 -cp33 -cdb -nce -d0 -di12 \
    -nfc1 -i4 -l79 -lp -lpl -nip -npro -sac -tpg -ts4 -U"$tmp/typedefs" \
    < <(hide "$f") 2>"$tmp/err" | unhide "$f" >"$tmp/out" 2>>"$tmp/err" || failed=1
  # what it cannot read it tells in a comment of its output
  sed -nE 's,.*/\*\*INDENT\*\* ([A-Za-z]+)@([0-9]+): (.*) \*/.*,\2: pg_bsd_indent: \1: \3,p' "$tmp/out" >"$tmp/told"
  if [ $failed = 1 ] || [ -s "$tmp/err" ] || [ -s "$tmp/told" ]; then
    sed "s|^|$f:|" "$tmp/told" >&2
    sed "s|^|$f: |" "$tmp/err" >&2
    echo "$f: cannot be formatted and is left as it is; write what pg_bsd_indent reads (a variable instead of a compound literal, say)" >&2
    bad=$((bad + 1))
    continue
  fi
  cmp -s "$f" "$tmp/out" && continue
  if [ $check = 1 ]; then
    line=$(diff "$f" "$tmp/out" | sed -n '1s/^\([0-9]*\).*/\1/p')
    echo "$f:$line: not formatted; run: make indent"
    diff -u "$f" "$tmp/out" | sed -n '3,12s/^/    /p'
    bad=$((bad + 1))
  else
    cat "$tmp/out" >"$f"
    echo "formatted $f"
  fi
done
[ $bad = 0 ]
