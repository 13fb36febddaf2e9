#!/bin/bash
# Shell scripts pass shellcheck.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
command -v shellcheck >/dev/null || { echo "scripts:1: shellcheck is missing; install the package shellcheck"; exit 1; }
files=()
while IFS= read -r f; do
  case $(head -c 60 "$f" | head -1) in
    '#!'*bash* | '#!/bin/sh'* | '# shellcheck shell='*) files+=("$f") ;;
  esac
done < <(find scripts test .ci -type f ! -path '*/tmp_check/*' 2>/dev/null | sort)
[ ${#files[@]} -gt 0 ] || { echo "scripts:1: no shell script found"; exit 1; }
shellcheck -x -f gcc -S warning "${files[@]}"
