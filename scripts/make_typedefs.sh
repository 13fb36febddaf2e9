#!/bin/bash
# Writes scripts/typedefs.list: the type names of the server headers that this
# project includes, for pg_bsd_indent.  Names come from the debug information
# of one object that includes all of those headers.
set -euo pipefail
cd "$(dirname "$0")/.."
pg_config=${PG_CONFIG:-pg_config}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
inc=$("$pg_config" --includedir-server)
{ echo '#include "postgres.h"'
  { cat <<'LIST'
access/brin_tuple.h
access/gin.h
access/heapam.h
access/htup_details.h
access/relscan.h
access/stratnum.h
access/xact.h
catalog/namespace.h
catalog/pg_type.h
commands/trigger.h
common/cryptohash.h
common/hashfn.h
executor/executor.h
executor/spi.h
fmgr.h
funcapi.h
lib/stringinfo.h
libpq/pqformat.h
mb/pg_wchar.h
miscadmin.h
nodes/makefuncs.h
nodes/nodeFuncs.h
nodes/supportnodes.h
optimizer/optimizer.h
parser/parse_type.h
port/pg_bitutils.h
port/pg_bswap.h
postmaster/bgworker.h
storage/ipc.h
storage/lock.h
storage/shm_toc.h
utils/array.h
utils/builtins.h
utils/catcache.h
utils/date.h
utils/datum.h
utils/expandeddatum.h
utils/guc.h
utils/hsearch.h
utils/inval.h
utils/json.h
utils/jsonb.h
utils/lsyscache.h
utils/memutils.h
utils/numeric.h
utils/rangetypes.h
utils/multirangetypes.h
utils/rel.h
utils/selfuncs.h
utils/snapmgr.h
utils/sortsupport.h
utils/syscache.h
utils/timestamp.h
utils/tuplestore.h
utils/tuplesort.h
utils/typcache.h
utils/varbit.h
LIST
    sed -nE 's/^#include "([a-z_0-9]+\/[a-z_0-9]+\.h|[a-z_0-9]+\.h)".*/\1/p' src/*.[ch] src/*/*.[ch]
  } | sort -u | while read -r h; do if [ -f "$inc/$h" ]; then echo "#include \"$h\""; fi; done
} >"$tmp/all.c"
gcc -g -fno-eliminate-unused-debug-types -I"$inc" -c "$tmp/all.c" -o "$tmp/all.o"
objdump -W "$tmp/all.o" 2>/dev/null |
  awk '/DW_TAG_/ { t = /DW_TAG_typedef/ } t && /DW_AT_name/ { print $NF; t = 0 }' |
  grep -E '^[A-Za-z_][A-Za-z0-9_]*$' | LC_ALL=C sort -u >scripts/typedefs.list
echo "scripts/typedefs.list: $(wc -l <scripts/typedefs.list) names"
