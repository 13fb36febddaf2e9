#!/bin/bash
# Tests of the demo warehouse's generator; needs a C compiler, no server.
#   test/demo/gen_test.sh
# The last line is "demo-generator: N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC1091
. scripts/lib.sh
tmp=$(mktemp -d "${TMPDIR:-/tmp}/medsup-gen.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0
check() { # NAME COMMAND...: passes when the command does
  local name=$1
  shift
  if "$@" >"$tmp/log" 2>&1; then
    passed=$((passed + 1)); echo "ok - $name"
  else
    failed=$((failed + 1)); echo "not ok - $name"; sed 's/^/    /' "$tmp/log" | tail -20
  fi
}
# empty FILE: and show what is in it
empty() { head -5 "$1"; [ ! -s "$1" ]; }
refused() { ! "$@"; }
same() { cmp "$1" "$2"; }
differ() { ! cmp -s "$1" "$2"; }

gen=$tmp/gen_warehouse
check "builds without warnings" make -s -f test/demo/gen.mk GEN="$gen"
check "builds with sanitizers" make -s -f test/demo/gen.mk GEN="$tmp/gen_asan" \
  GEN_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all'
[ -x "$gen" ] || finish demo-generator "$passed" "$failed"

mkdir "$tmp/a" "$tmp/b" "$tmp/c" "$tmp/t"
check "runs clean under sanitizers" "$tmp/gen_asan" --sf 0.05 --out "$tmp/a"
"$gen" --sf 0.05 --out "$tmp/b"
"$gen" --sf 0.05 --seed 2 --out "$tmp/c"
"$gen" --sf 0.05 --typed --out "$tmp/t"
tables="fee_list_d mdtrt_d setl_d outmed_setl_d setl_list_diag_d setl_list_oprn_d fixmedins_b place_d truth truth_gathering truth_skip truth_total"
for t in $tables; do
  check "$t: same seed, same bytes" same "$tmp/a/$t.copy" "$tmp/b/$t.copy"
  "$gen" --sf 0.05 --table "$t" >"$tmp/one"
  check "$t: alone as together" same "$tmp/one" "$tmp/a/$t.copy"
  n=$("$gen" --schema | awk -v t="$t" '$3 == t { f = 1; next } /^\);/ { f = 0 } f { n++ } END { print n }')
  for d in a t; do
    awk -F'\t' -v n="$n" 'NF != n' "$tmp/$d/$t.copy" >"$tmp/bad"
    check "$t ($d): every row has its $n columns" empty "$tmp/bad"
  done
done
# what COPY would refuse
cat >"$tmp/typed.awk" <<'AWK'
# not every awk knows {2}
BEGIN { two = "[0-9][0-9]"; day = "^" two two "-" two "-" two }
NR == FNR { if ($1 == "CREATE") { t = $3; n = 0 } else if ($1 !~ /\)/) type[t, ++n] = $2; next }
FNR == 1 { t = FILENAME; sub(/.*\//, "", t); sub(/\.copy$/, "", t); FS = "\t"; $0 = $0 }
{ for (i = 1; i <= NF; i++) if ($i != "\\N") {
    k = type[t, i]
    if (k ~ /^numeric/) ok = $i ~ /^-?[0-9]+(\.[0-9]+)?$/
    else if (k ~ /^(integer|bigint)/) ok = $i ~ /^-?[0-9]+$/
    else if (k ~ /^timestamp/) ok = $i ~ day " " two ":" two ":" two "$"
    else if (k ~ /^date/) ok = $i ~ day "$"
    else ok = 1
    if (!ok) print t, i, k, $i } }
AWK
"$gen" --schema --typed | sed "s/([0-9,]*)//; s/,$//" >"$tmp/schema"
for t in $tables; do
  awk -f "$tmp/typed.awk" "$tmp/schema" "$tmp/t/$t.copy" >"$tmp/bad"
  check "$t: typed values are of their types" empty "$tmp/bad"
done
check "another seed, another warehouse" differ "$tmp/a/fee_list_d.copy" "$tmp/c/fee_list_d.copy"
"$gen" --schema | awk '$3 == "truth" { exit } /^    / && $2 !~ /^varchar,?$/' >"$tmp/bad"
check "schema: every column of the warehouse is varchar" empty "$tmp/bad"
check "schema: 82 columns of fee lines" test "$("$gen" --schema | awk '/^\);/ { exit } /^    / { n++ } END { print n }')" = 82

# The address space is capped far below what the rows take.
for sf in 0.02 1; do
  check "needs no more than 16 MB at scale $sf" \
    bash -c "ulimit -v 16384; '$gen' --sf $sf --table fee_list_d >'$tmp/big'"
done
lines=$(wc -l <"$tmp/big")
check "scale 1 has about a million lines ($lines)" test "$lines" -gt 950000 -a "$lines" -lt 1050000
rm -f "$tmp/big"

for bad in "--sf 0" "--sf 1.2345" "--sf x" "--seed y" "--table nothing" "--out /nonexistent/x" "--what" "" \
           "--sf 1" "--knowledge /nonexistent --table truth"; do
  # shellcheck disable=SC2086
  check "refuses '$bad'" refused "$gen" $bad
done

# ------------------------------------------------------------- the rows -----
cat >"$tmp/fee.awk" <<'AWK'
# columns: 1 sn, 2 visit, 4 settlement, 6 institution, 8 person, 13 cnt,
# 15 amount, 18 own, 20 first share, 21 in scope, 65 void flag; of settlements 49 total, 50 own,
# 53 in scope, 57 and 60 to 66 funds, 67 their sum, 69 70 73 the person's
BEGIN { FS = "\t" }
function fen(x) { return x == "" || x == "\\N" ? 0 : sprintf("%.0f", x * 100) }
FILENAME ~ /setl_d/ { total[$1] = fen($49); inscp[$1] = fen($53); own[$1] = fen($50)
  funds = fen($57); for (i = 60; i <= 66; i++) funds += fen($i)
  if (funds != fen($67)) print "funds", $1
  if (fen($67) + fen($69) + fen($70) + fen($73) != fen($49)) print "total", $1
  next }
{ seen[$1]++; if (seen[$1] > 1) print "twice", $1
  sum[$4] += fen($15); insum[$4] += fen($21); ownsum[$4] += fen($18)
  if ($15 !~ /^-?[0-9]+\.[0-9][0-9]$/ || $65 != "1") dirty[$4] = 1
  else if ($21 != "" && fen($15) != fen($18) + fen($20) + fen($21)) print "line", $1
  if ($4 != "" && !($4 in total)) print "settlement", $1
  if ($6 !~ /^[HP]999999[0-9][0-9][0-9][0-9][0-9](\\t)?$/) print "institution", $1 }
END { for (s in sum) if (s != "" && !(s in dirty) &&
  (sum[s] != total[s] || insum[s] != inscp[s] || ownsum[s] != own[s])) print "settlement sums", s }
AWK
awk -f "$tmp/fee.awk" "$tmp/a/setl_d.copy" "$tmp/a/outmed_setl_d.copy" "$tmp/a/fee_list_d.copy" >"$tmp/bad"
check "money adds up from lines to settlements to payers" empty "$tmp/bad"
awk -F'\t' '{ print $28 }' "$tmp/a/fee_list_d.copy" | sed -E 's/(\\t| )$//' | tr '[:lower:]' '[:upper:]' |
  grep -cvE '^(X[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{3}[A-Z][0-9]{12}|Z[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{13}|[0-9]{15})$' >"$tmp/n"
check "codes parse but for a few dirty ones ($(cat "$tmp/n"))" test "$(cat "$tmp/n")" -gt 0 -a "$(cat "$tmp/n")" -lt 200
awk -F'\t' 'FILENAME ~ /fee/ { line[$2 "/" $1] = 1; next } !(($6 "/" $7) in line)' \
  "$tmp/a/fee_list_d.copy" "$tmp/a/truth.copy" >"$tmp/bad"
check "every line of the truth is there" empty "$tmp/bad"
grep -hE '(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]([^0-9]|$)' \
  "$tmp/a/mdtrt_d.copy" "$tmp/a/setl_d.copy" >"$tmp/bad"
check "no certificate number looks real" empty "$tmp/bad"

total() { awk -F'\t' -v n="$1" '$1 == n { printf "%d", $2 }' "$tmp/a/truth_total.copy"; }
check "total of lines" test "$(total lines)" = "$(wc -l <"$tmp/a/fee_list_d.copy")"
check "total of visits" test "$(total encounters)" = "$(wc -l <"$tmp/a/mdtrt_d.copy")"
check "lines = checked + skipped with reasons" test "$(total lines)" = \
  $(($(total lines_checked) + $(awk -F'\t' '{ n += $2 } END { print n }' "$tmp/a/truth_skip.copy")))
check "total of findings" test "$(total findings)" = "$(grep -cE $'\t(violation|late_posting)\t' "$tmp/a/truth.copy")"
check "half of the lines have an entry" test $(($(total lines_with_entry) * 2)) -ge "$(total lines)"

# ------------------------------------------------------------- the cases ----
"$gen" --sf 0.02 --table truth >"$tmp/small"
for r in 001 002 007 010 012 013 023 025 027 029 031 065 067 080 081; do
  n=$(grep -cE $'\tviolation\t'"N25-$r"$'\t' "$tmp/small")
  check "rule N25-$r: violations at the smallest demo ($n)" test "$n" -ge 2
done
for k in own_paid approval_flag family_account refunded refunded_unnamed refund_to_limit cancelled void \
         interim_settlement_within missing_diagnosis boundary_day other_institution before_in_force \
         level_reached flag_in_hospital eye_hospital not_first new_course boundary_time; do
  check "near miss: $k" grep -qE $'\tnear_miss\t[^\t]*\t'"$k"$'\t' "$tmp/small"
done
for k in sex_unknown birth_missing birth_unreadable birth_implausible insurance_unknown level_unknown \
         setting_unknown prescriber_unknown institution_type_unknown no_clock inscp_amt_missing; do
  check "undecided: $k" grep -qE $'\tundecided\t.*\t'"$k"$'\t' "$tmp/small"
done
# under its own kind of care and under pooled outpatient care, chronic programmes, special drugs
"$gen" --sf 0.02 --table mdtrt_d >"$tmp/visits"
n=$("$gen" --schema | awk '$3 == "mdtrt_d" { f = 1; next } f { n++ } f && $1 == "med_type" { print n; exit }')
for r in 012 013; do
  care=$(awk -F'\t' -v n="$n" -v r="N25-$r" 'NR == FNR { if ($3 == r && /prescriber_unknown/) visit[$6] = 1; next }
    $1 in visit { print $n }' "$tmp/small" "$tmp/visits" | sort -u | tr '\n' ' ')
  check "N25-$r: outside prescriptions under every kind of care ($care)" test "$care" = "11 14 15 41 "
done
check "late posting is worth nothing" grep -qE $'\tlate_posting\t.*\t1.0000\t0.00\t0.00\t0.00\t' "$tmp/small"
check "cases paid by group have no share of the fund" \
  bash -c "awk -F'\t' '\$13 == \"none\" && \$12 != \"\\\\N\"' '$tmp/small' | (! grep .)"
check "every case name is used once" bash -c "[ -z \"\$('$gen' --cases | sort | uniq -d)\" ]"


# ------------------------------------------------------- the gatherings -----
awk -F'\t' 'FILENAME ~ /mdtrt/ { visit[$1 "/" $3 "/" $32] = 1; next } !(($4 "/" $3 "/" $5) in visit)' \
  "$tmp/a/mdtrt_d.copy" "$tmp/a/truth_gathering.copy" >"$tmp/bad"
check "every visit of a gathering is there" empty "$tmp/bad"
awk -F'\t' '{ if (!(($1 "/" $3) in seen)) n[$1]++; seen[$1 "/" $3] = 1 } END { for (g in n) if (n[g] < 5 || n[g] > 30) print g, n[g] }' \
  "$tmp/a/truth_gathering.copy" >"$tmp/bad"
check "gatherings have 5 to 30 members" empty "$tmp/bad"
for k in travel village street; do
  check "gatherings: $k" test "$(cut -f1 "$tmp/a/truth_gathering.copy" | sort -u | grep -c "^$k#")" -ge 2
done
awk -F'\t' 'FILENAME ~ /mdtrt/ { person[$3] = 1; next } $3 != "" { n[$3]++; if ($8 !~ /^(point|village|township)$/ || $7 != "CGCS2000") print }
  END { for (p in person) if (n[p] != 1) print "home", p }' "$tmp/a/mdtrt_d.copy" "$tmp/a/place_d.copy" >"$tmp/bad"
check "everybody lives somewhere, once" empty "$tmp/bad"
awk -F'\t' 'FILENAME ~ /truth_gathering/ { member[$3] = 1; next } $5 in member' "$tmp/a/truth_gathering.copy" "$tmp/a/truth.copy" >"$tmp/bad"
check "nobody of a gathering breaks a rule" empty "$tmp/bad"

finish demo-generator "$passed" "$failed"
