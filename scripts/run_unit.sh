#!/bin/bash
# Compiles every test/unit/*.c with all *_core.c under the address and
# undefined-behaviour sanitizers and runs it.
# A test prints TAP or ends with "N passed, N failed".
#   scripts/run_unit.sh [name ...]      only test/unit/NAME.c
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
out=${BUILD:-$PWD/build}/unit
mkdir -p "$out"
CC=${UNIT_CC:-gcc}
flags=(-std=gnu11 -g -O1 -fno-omit-frame-pointer
  -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all
  -Wall -Wextra -Werror -Wno-unused-parameter -Wdeclaration-after-statement
  -I src -I test/unit)
export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
passed=0 failed=0

fail() { failed=$((failed + 1)); echo "unit: $*" >&2; }

# start COMMAND...: beside one other
running=0
start() {
  if [ $running = 2 ]; then wait -n; else running=$((running + 1)); fi
  "$@" &
}

# the cores once
shopt -s nullglob
cores=(src/*/*_core.c)
objs=()
for c in "${cores[@]}"; do
  o=$out/$(basename "$c" .c).o
  objs+=("$o")
  rm -f "$o"
  start "$CC" "${flags[@]}" -c "$c" -o "$o"
done
wait
running=0
for o in "${objs[@]}"; do [ -f "$o" ] || { fail "$o does not compile"; }; done
[ $failed = 0 ] || finish unit $passed $failed

names=("$@")
[ ${#names[@]} -gt 0 ] || for t in test/unit/*.c; do names+=("$(basename "$t" .c)"); done
# a test that did not compile has no exit status
run_one() {
  rm -f "$out/$1.rc"
  "$CC" "${flags[@]}" "test/unit/$1.c" "${objs[@]}" -lm -o "$out/$1" >"$out/$1.log" 2>&1 || return
  "$out/$1" >"$out/$1.log" 2>&1
  echo $? >"$out/$1.rc"
}
for n in "${names[@]}"; do start run_one "$n"; done
wait

for n in "${names[@]}"; do
  if [ ! -f "$out/$n.rc" ]; then
    cat "$out/$n.log" >&2
    fail "$n does not compile"; continue
  fi
  rc=$(<"$out/$n.rc")
  count_log "$out/$n.log"
  if [ "$rc" != 0 ] || [ "$n_failed" != 0 ] || [ "$n_passed" = 0 ]; then
    echo "--- $n (exit $rc)"; tail -40 "$out/$n.log"
    [ "$n_failed" != 0 ] || n_failed=1
  fi
  echo "unit $n: $n_passed passed, $n_failed failed"
  passed=$((passed + n_passed)) failed=$((failed + n_failed))
done
finish unit $passed $failed
