#!/bin/bash
# What two nodes keep: heap of each per binding and per held dialog, and how long the second one takes over the calls of the first one when
# that is killed. Usage:
#
#   benchmarks/replicated-call/held.sh [CALLS [BINDINGS]]     default 200000 1000000
#
# Needs: the packaged distribution (mvn -DskipTests package), sipp, taskset, curl, jcmd; some 14 GB of memory.
# Settings: CALL_RATE 1000, REGISTER_RATE 2000 (a second), SERVER_CPU and LOAD_CPU 0,1, JAVA_HOME, JAVA_OPTS.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/benchmarks/proxied-call # the scenarios
: "${CALL_RATE:=1000}" "${REGISTER_RATE:=2000}" "${SERVER_CPU:=0,1}" "${LOAD_CPU:=0,1}"
calls=${1:-200000} bindings=${2:-1000000}
host=127.0.0.1 port=${SIP_PORT:-5060} caller=${CALLER_PORT:-5080} callee=${CALLEE_PORT:-5090} pages=${HTTP_PORT:-8080}
work=$(mktemp -d)
. "$here/servers.sh"
: "${JAVA_OPTS:=-Xms6g -Xmx6g}"
JAVA_OPTS="$JAVA_OPTS -Dfixed.minutes=60"
heartbeat_timeout=60s # each histogram collects the whole heap in one pause
registrar=1

live() { # bytes that are reachable
  "${JAVA_HOME:+$JAVA_HOME/bin/}jcmd" "$1" GC.class_histogram | awk '/^Total/ { print $3 }'
}

owned() { # HTTP port -> how many sessions that node has
  curl -s "http://$host:$1/metrics" | awk '/^cluster_sessions/ { value = $2 } END { printf "%d", value }'
}

now() { # milliseconds
  date +%s%3N
}

members="TRAPEZOID_CLUSTER_MEMBERS=$host:5701,$host:5702"
start_node one "$port" "$pages" "$members" TRAPEZOID_CLUSTER_PORT=5701
one=$server
start_node two $((port + 1)) $((pages + 1)) "$members" TRAPEZOID_CLUSTER_PORT=5702
two=$server
sipp_at "$callee" callee.xml &
answering=$!
sleep 0.5
for rate in 100 500 1000; do
  load "$rate" 15 || true
done
sleep 40
first=$(live "$one") second=$(live "$two")

if ((bindings > 0)); then
  begun=$(now)
  # the rate rises for a minute, while the nodes compile
  limit=$((bindings / REGISTER_RATE + 180)) sipp_at "$caller" ../replicated-call/registrant.xml "$host:$port" -r $((REGISTER_RATE / 20)) \
    -rate_increase $((REGISTER_RATE / 20)) -rate_interval 3s -rate_max "$REGISTER_RATE" -no_rate_quit -m "$bindings" -l 20000 -trace_stat -fd 1 -stf "$work/calls.csv" || true
  took=$(($(now) - begun))
  sleep 40
  one_more=$(live "$one") two_more=$(live "$two")
  done=$(counted 'SuccessfulCall(C)')
  echo "$done bindings ($(counted 'FailedCall(C)') failed) in $((took / 1000)) s: $(((one_more - first) / done)) and $(((two_more - second) / done)) bytes of heap each"
  first=$one_more second=$two_more
fi

rm -f "$work/calls.csv" # what was counted before
limit=$((calls / CALL_RATE + 600)) sipp_at "$caller" holder.xml "$host:$port" -r "$CALL_RATE" -m "$calls" -l "$calls" -d 600000 \
  -trace_stat -fd 1 -stf "$work/held.csv" &
holding=$!
cp "$work/held.csv" "$work/calls.csv" 2>/dev/null || true
until (($(counted 'TotalCallCreated') >= calls)); do # SIPp is slower the more it holds
  sleep 1
  cp "$work/held.csv" "$work/calls.csv" 2>/dev/null || true
done
sleep 45 # Timers L and M have ended
held=$(owned "$pages")
echo "$held calls held ($(counted 'FailedCall(C)') failed): $((($(live "$one") - first) / held)) and $((($(live "$two") - second) / held)) bytes of heap each"

kill -9 "$one"
wait "$one" 2>/dev/null || true
begun=$(now)
until has=$(owned $((pages + 1))) && ((has >= held)); do
  (($(now) - begun < 300000)) || break
  sleep 0.5
done
echo "after kill -9 of the first node: the second one has $has of these calls $(($(now) - begun)) ms after the kill"
grep -o '[0-9]* of [0-9]* sessions.*' "$work/two.log" || true
pkill -P "$holding" 2>/dev/null || true
wait "$holding" 2>/dev/null || true
{ grep -hE 'WARN|ERROR' "$work/one.log" "$work/two.log" || true; } | cut -c1-160 | sort -u -k4 | head -20 >&2
