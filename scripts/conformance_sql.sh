#!/bin/sh
# Prints the SQL that installs conformance files: conformance_sql.sh FILE...
# A file is named after its rule, as N25-067.json.
set -eu
for f in "$@"; do
  code=$(basename "$f" .json)
  case $code in
    N25-[0-9][0-9][0-9]) ;;
    *) echo "conformance_sql.sh: $f should be named after a rule, as N25-067.json" >&2; exit 1 ;;
  esac
  if grep -qF '$conformance$' "$f"; then
    echo "conformance_sql.sh: $f holds its own quotation mark" >&2
    exit 1
  fi
  printf "INSERT INTO medsup.conformance_file (rule_code, content) VALUES ('%s', \$conformance\$" "$code"
  cat "$f"
  printf "\$conformance\$);\n"
done
