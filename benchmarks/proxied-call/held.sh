#!/bin/bash
# Live heap per held dialog of a record-routing proxy: opens calls, lets their transactions end, and counts what is left. Usage:
#
#   benchmarks/proxied-call/held.sh [CALLS]            default 20000
#
# Needs: the packaged distribution (mvn -DskipTests package), sipp, taskset, jcmd.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${SERVER_CPU:=0}" "${LOAD_CPU:=1}"
calls=${1:-20000}
host=127.0.0.1 port=${SIP_PORT:-5060} caller=${CALLER_PORT:-5080} callee=${CALLEE_PORT:-5090}
work=$(mktemp -d)
. "$here/servers.sh"

# bytes that are reachable
live() {
  "${JAVA_HOME:+$JAVA_HOME/bin/}jcmd" "$server" GC.class_histogram | awk '/^Total/ { print $3 }'
}

start_trapezoid
sipp_at "$callee" callee.xml &
answering=$!
sleep 0.5
load 500 4 || true
sleep 40
before=$(live)
limit=120 sipp_at "$caller" holder.xml "$host:$port" -r 1000 -m "$calls" -l "$calls" -d 100000 &
holding=$!
sleep $((calls / 1000 + 45)) # Timers L and M have ended
held=$(live)
pkill -P "$holding" 2>/dev/null || true
wait "$holding" 2>/dev/null || true
echo "$calls calls held: $(((held - before) / calls)) bytes of heap each"
