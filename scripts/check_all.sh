#!/bin/bash
# make check: set-up, then every test.  One line per suite at the end, and the
# last line is "N passed, N failed".
#   ONLY="unit regress" scripts/check_all.sh     only these suites
#   KEEP=1                                       keep the temporary folder
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
top=$PWD
began=$SECONDS
# a make above this one must not lend its flags to the builds below
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD

if ! scripts/setup.sh; then
  echo "0 passed, 1 failed"
  exit 1
fi

export MEDSUP_DATA=${MEDSUP_DATA:-$top/../shared/data}
MEDSUP_DATA=$(realpath -m "$MEDSUP_DATA")
[ -d "$MEDSUP_DATA" ] || say "note: no real code lists ($(basename "$MEDSUP_DATA") of MEDSUP_DATA): tests that need them are left out"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/medsup-check.XXXXXX")
chmod 755 "$tmp"
mkdir "$tmp/log"
cleanup() { [ -n "${KEEP:-}" ] && { echo "kept: $tmp"; return; }; rm -rf "$tmp"; }
trap cleanup EXIT
trap 'exit 130' INT TERM

export PG_CONFIG=${PG_CONFIG:-pg_config}
builds=${CHECK_BUILD:-$top/build/check}
gcc_build=$builds/gcc clang_build=$builds/clang
stage=$tmp/stage
failed=
names=() passes=() fails=() times=()
total_passed=0 total_failed=0

# suite NAME COMMAND...: runs it, counts what its log says
suite() {
  local name=$1 t0=$SECONDS rc log
  shift
  case " ${ONLY:-$name} " in *" $name "*) ;; *) return 0 ;; esac
  log=$tmp/log/$name
  printf '== %s\n' "$name"
  ("$@") >"$log" 2>&1
  rc=$?
  count_log "$log"
  [ "$rc" = 0 ] || [ "$n_failed" != 0 ] || n_failed=1
  [ "$n_passed" != 0 ] || [ "$n_failed" != 0 ] || { n_failed=1; echo "$name: nothing ran" >>"$log"; }
  if [ "$n_failed" != 0 ]; then
    echo "---- $name failed; its log:"
    tail -n "${LOG_LINES:-120}" "$log"
    echo "----"
    # and once more what failed, for the end, where it is looked for
    failed+="-- $name"$'\n'$(grep -E -A 6 '^(not ok|#   Failed test|test .*FAILED)|: (error|warning):' "$log" | head -40)$'\n'
  fi
  grep -hE '^(note|skip|# skip)' "$log" || true
  names+=("$name") passes+=("$n_passed") fails+=("$n_failed") times+=($((SECONDS - t0)))
  total_passed=$((total_passed + n_passed))
  total_failed=$((total_failed + n_failed))
  printf '   %s: %s passed, %s failed (%d s)\n' "$name" "$n_passed" "$n_failed" $((SECONDS - t0))
}

# build COMPILER FOLDER [make variable...]
build() {
  local cc=$1 dir=$2
  shift 2
  if make -s -j2 BUILD="$dir" CC="$cc" WERROR=1 "$@" all; then finish "build with $cc" 1 0
  else finish "build with $cc" 0 1; fi
}

stage_it() {
  if make -s BUILD="$gcc_build" CC=gcc WERROR=1 DESTDIR="$stage" install &&
     chmod -R a+rX "$stage"; then finish stage 1 0; else finish stage 0 1; fi
}

# pg_regress prints "test NAME ... ok" before 16, TAP since
count_regress() {
  local rc=$1 log=$2 ok bad
  ok=$(grep -cE '^(test +.*\.\.\. ok|ok +[0-9]+)' "$log")
  bad=$(grep -cE '^(test +.*\.\.\. FAILED|not ok +[0-9]+)' "$log")
  if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  cat "$log"
  if [ "$bad" != 0 ]; then cat "$3/regression.diffs" 2>/dev/null | head -400; fi
  finish "$4" "$ok" "$bad"
}

regress() {
  (scripts/cluster.sh run --stage "$stage" -- make -s BUILD="$gcc_build" CC=gcc WERROR=1 \
    TAP_TESTS= ISOLATION= installcheck) >"$tmp/regress.out" 2>&1
  (count_regress $? "$tmp/regress.out" "$gcc_build" regress)
}

isolation() {
  (scripts/cluster.sh run --stage "$stage" --set max_prepared_transactions=10 -- \
    make -s BUILD="$gcc_build" CC=gcc WERROR=1 TAP_TESTS= REGRESS= installcheck) >"$tmp/isolation.out" 2>&1
  (count_regress $? "$tmp/isolation.out" "$gcc_build/output_iso" isolation)
}

# PostgreSQL::Test refuses root, and the tree may be unreadable for others:
# the tests run on a copy.  A test that hangs is stopped and fails: its log
# says where, and a time limit above this one would say nothing.
tap() {
  local as=(env) owner=postgres rc files
  mapfile -t files < <(compgen -G "test/t/${TAP:-*}.pl")
  mkdir -p "$tmp/tap/log"
  cp -r test scripts sql Makefile medsup.control "$tmp/tap/"
  [ ! -d docs ] || cp -r docs "$tmp/tap/"
  if [ -d "$MEDSUP_DATA" ]; then mkdir "$tmp/data" && cp -r "$MEDSUP_DATA/." "$tmp/data/"; fi
  chmod -R a+rX "$tmp/tap" "$tmp/data" 2>/dev/null
  if [ "$(id -u)" = 0 ]; then
    id -u "$owner" >/dev/null 2>&1 || owner=nobody
    chown -R "$owner" "$tmp/tap"
    as=(setpriv "--reuid=$owner" "--regid=$(id -gn "$owner")" --init-groups env)
  fi
  (cd "$tmp/tap" && "${as[@]}" \
    PERL5LIB="$(dirname "$("$PG_CONFIG" --pgxs)")/../test/perl:$tmp/tap/test/t/lib" \
    HOME="$tmp/tap" TESTDIR="$tmp/tap" PG_CONFIG="$PG_CONFIG" \
    MEDSUP_STAGE="$stage" MEDSUP_DATA="$tmp/data" LC_ALL=C.UTF-8 \
    PATH="$("$PG_CONFIG" --bindir):$PATH" \
    PG_REGRESS="$(dirname "$("$PG_CONFIG" --pgxs)")/../test/regress/pg_regress" \
    prove -v -j2 --exec "timeout -k 30 ${TAP_SECONDS:-1200} perl" "${files[@]}")
  rc=$?
  if [ $rc != 0 ]; then
    # servers of a test that was stopped
    head -qn 1 "$tmp"/tap/tmp_check/*/pgdata/postmaster.pid 2>/dev/null | xargs -r kill -QUIT
    for f in "$tmp"/tap/tmp_check/log/*; do
      [ -f "$f" ] || continue
      echo "--- $(basename "$f")"; tail -30 "$f"
    done
  fi
  return $rc
}

doc_examples() {
  scripts/cluster.sh run --stage "$stage" --cron --database medsup_docs -- scripts/run_doc_examples.pl
}

suite build-gcc build gcc "$gcc_build"
suite build-clang build clang "$clang_build" with_llvm=no
suite stage stage_it
suite source scripts/check_source.sh --so "$gcc_build/medsup.so"
suite source-selftest test/check_source_selftest --so "$gcc_build/medsup.so"
suite unit env BUILD="$builds" scripts/run_unit.sh
suite fuzz env BUILD="$builds" FUZZ_SECONDS="${FUZZ_SECONDS:-3}" scripts/run_fuzz.sh
suite demo-generator test/demo/gen_test.sh
suite regress regress
suite isolation isolation
suite tap tap
suite docs doc_examples

echo
for i in "${!names[@]}"; do
  printf '%-16s %6d passed, %3d failed  %4d s\n' "${names[i]}" "${passes[i]}" "${fails[i]}" "${times[i]}"
done
printf '%s' "$failed"
printf 'all in %d s\n' $((SECONDS - began))
[ ${#names[@]} -gt 0 ] || total_failed=1
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" = 0 ]
