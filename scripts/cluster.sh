#!/bin/bash
# A private PostgreSQL cluster: own folder, Unix socket only, no TCP port, no
# trace in the system.  As root the server runs as user postgres.
#
#   cluster.sh start DIR [options]        start (or restart afresh) in DIR
#   cluster.sh stop DIR                   stop it; the files stay
#   cluster.sh resume DIR                 start it again as it was
#   cluster.sh remove DIR                 stop it and remove DIR
#   cluster.sh run [options] -- CMD...    throw-away cluster around CMD
#
# options:
#   --stage DIR       use medsup staged there by make install DESTDIR=DIR
#   --cron            preload pg_cron, in the database given by --database
#   --database NAME   create it; it becomes PGDATABASE (default: postgres)
#   --set NAME=VALUE  further settings
#
# CMD, and whoever sources DIR/env, get PGHOST, PGPORT, PGUSER, PGDATABASE.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir 2>/dev/null) || die "no pg_config; run: make setup"
[ -x "$bindir/initdb" ] || die "no server in $bindir; run: make setup"
major=$("$pg_config" --version | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
libdir=$("$pg_config" --pkglibdir)
sharedir=$("$pg_config" --sharedir)

# The server refuses root.
if [ "$(id -u)" = 0 ]; then
  owner=postgres
  id -u "$owner" >/dev/null 2>&1 || owner=nobody
  group=$(id -gn "$owner")
  as=(setpriv "--reuid=$owner" "--regid=$group" --init-groups env -u LD_PRELOAD)
else
  owner=$(id -un) group=$(id -gn)
  as=(env)
fi

stage='' cron=0 database=postgres sets=()
parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      --stage) stage=$2; shift 2 ;;
      --cron) cron=1; shift ;;
      --database) database=$2; shift 2 ;;
      --set) sets+=("$2"); shift 2 ;;
      --) shift; break ;;
      *) die "cluster.sh: unknown option $1" ;;
    esac
  done
  rest=("$@")
}

server() { (cd "$1" && shift && exec "${as[@]}" PATH="$bindir:/usr/bin:/bin" HOME="$PWD" LC_ALL=C.UTF-8 "$@"); }

start() {
  local dir=$1 g
  chmod 755 "$dir"
  mkdir -p "$dir/socket"
  if [ "$(id -u)" = 0 ]; then chown "$owner:$group" "$dir" "$dir/socket"; fi
  chmod 755 "$dir/socket"
  server "$dir" "$bindir/initdb" -D "$dir/data" -U postgres -A trust --no-sync \
    -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
  {
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$dir/socket'"
    echo "fsync = off"
    echo "full_page_writes = off"
    echo "autovacuum_naptime = 20s"
    echo "shared_buffers = 256MB"
    echo "max_wal_size = 4GB"
    echo "work_mem = 64MB"
    echo "maintenance_work_mem = 128MB"
    echo "max_worker_processes = 24"
    echo "max_prepared_transactions = 10"
    echo "log_line_prefix = '%m [%p] %q%a '"
    if [ $cron = 1 ]; then
      # background workers: no connection, hence nothing to authenticate
      echo "shared_preload_libraries = 'pg_cron'"
      echo "cron.database_name = '$database'"
      echo "cron.host = '$dir/socket'"
      echo "cron.use_background_workers = on"
    fi
    if [ -n "$stage" ]; then
      echo "dynamic_library_path = '$stage$libdir:\$libdir'"
      if [ "$major" -ge 18 ]; then
        echo "extension_control_path = '$stage$sharedir:\$system'"
      else
        echo "extension_destdir = '$stage'"
      fi
    fi
    for g in ${sets[@]+"${sets[@]}"}; do echo "${g%%=*} = '${g#*=}'"; done
  } >"$dir/medsup.conf"
  chmod 644 "$dir/medsup.conf"
  echo "include '$dir/medsup.conf'" | server "$dir" tee -a "$dir/data/postgresql.conf" >/dev/null
  if [ "$database" != postgres ]; then
    # before the server starts, since pg_cron looks for it at once
    echo "CREATE DATABASE $database;" |
      server "$dir" "$bindir/postgres" --single -D "$dir/data" -c shared_preload_libraries= postgres >"$dir/single.log" 2>&1 ||
      { cat "$dir/single.log" >&2; die "cannot create database $database"; }
  fi
  resume "$dir"
  cat >"$dir/env" <<ENV
export PGHOST='$dir/socket' PGPORT=5432 PGUSER=postgres PGDATABASE='$database'
export PG_CONFIG='$(command -v "$pg_config")' PATH="$bindir:\$PATH"
unset PGSERVICE PGPASSWORD PGOPTIONS
ENV
}

resume() {
  server "$1" "$bindir/pg_ctl" -D "$1/data" -l "$1/server.log" -w -t 60 start >"$1/start.log" 2>&1 ||
    { tail -30 "$1/server.log" "$1/start.log" >&2; die "the private server did not start"; }
}

stop() {
  local dir=$1
  [ -f "$dir/data/postmaster.pid" ] || return 0
  server "$dir" "$bindir/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null 2>&1 ||
    server "$dir" "$bindir/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
}

case ${1:-} in
  start)
    dir=$2; shift 2; parse "$@"
    [ ! -e "$dir/data" ] || { stop "$dir"; rm -rf "$dir/data" "$dir/socket"; }
    start "$dir"
    ;;
  stop)
    stop "$2"
    ;;
  resume)
    resume "$2"
    ;;
  remove)
    stop "$2"
    [ -f "$2/medsup.conf" ] || [ -f "$2/initdb.log" ] || [ ! -e "$2" ] ||
      die "$2 is no cluster of medsup; not removed"
    rm -rf "$2"
    ;;
  run)
    shift; parse "$@"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/medsup-test.XXXXXX")
    # shellcheck disable=SC2064,SC2154
    trap "rc=\$?; stop '$dir'; [ \$rc = 0 ] || { echo '--- server log (tail)'; tail -40 '$dir/server.log'; } >&2; rm -rf '$dir'; exit \$rc" EXIT
    trap 'exit 130' INT TERM
    start "$dir"
    # shellcheck disable=SC1091
    . "$dir/env"
    "${rest[@]}"
    ;;
  *)
    sed -n '2,20s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
