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

# the cores once, two at a time
shopt -s nullglob
cores=(src/*/*_core.c)
objs=()
pids=()
for c in "${cores[@]}"; do
  o=$out/$(basename "$c" .c).o
  objs+=("$o")
  rm -f "$o"
  "$CC" "${flags[@]}" -c "$c" -o "$o" &
  pids+=($!)
  if [ ${#pids[@]} -ge 2 ]; then wait "${pids[0]}"; pids=("${pids[@]:1}"); fi
done
wait
for o in "${objs[@]}"; do [ -f "$o" ] || { fail "$o does not compile"; }; done
[ $failed = 0 ] || finish unit $passed $failed

names=("$@")
[ ${#names[@]} -gt 0 ] || for t in test/unit/*.c; do names+=("$(basename "$t" .c)"); done
for n in "${names[@]}"; do
  if ! "$CC" "${flags[@]}" "test/unit/$n.c" "${objs[@]}" -lm -o "$out/$n"; then
    fail "$n does not compile"; continue
  fi
  "$out/$n" >"$out/$n.log" 2>&1
  rc=$?
  count_log "$out/$n.log"
  if [ $rc != 0 ] || [ "$n_failed" != 0 ] || [ "$n_passed" = 0 ]; then
    echo "--- $n (exit $rc)"; tail -40 "$out/$n.log"
    [ "$n_failed" != 0 ] || n_failed=1
  fi
  echo "unit $n: $n_passed passed, $n_failed failed"
  passed=$((passed + n_passed)) failed=$((failed + n_failed))
done
finish unit $passed $failed
