#!/bin/bash
# CPU time per proxied, record-routed call of one server alone, and of two nodes of a cluster together, of which the second one keeps
# what the first one handles; all on the same core, SIPp on another one, but in the warm-up: two virtual machines that compile on one core
# would leave nothing of it for calls. Prints a line for each run, with the saves and saved bytes per call and
# the messages that left unprotected. Usage:
#
#   benchmarks/replicated-call/run.sh [RATE...]        calls per second, default 500 2000
#
# Needs: the packaged distribution (mvn -DskipTests package), sipp, taskset, curl.
# Settings: RUNS 3, SECS 10, WARM 60 and WARM_RATE 400 (seconds, calls per second), SERVER_CPU 0, LOAD_CPU 1, JAVA_HOME, JAVA_OPTS.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/benchmarks/proxied-call # the scenarios
: "${RUNS:=3}" "${SECS:=10}" "${WARM:=60}" "${WARM_RATE:=400}" "${SERVER_CPU:=0}" "${LOAD_CPU:=1}"
measured_cpu=$SERVER_CPU
SERVER_CPU=$SERVER_CPU,$LOAD_CPU
rates=("$@")
[[ ${#rates[@]} -gt 0 ]] || rates=(500 2000)
host=127.0.0.1 port=${SIP_PORT:-5060} caller=${CALLER_PORT:-5080} callee=${CALLEE_PORT:-5090} pages=${HTTP_PORT:-8080}
work=$(mktemp -d)
. "$here/servers.sh"

metric() { # NAME -> its value at the first node, 0 without one
  curl -s "http://$host:$pages/metrics" | awk -v name="$1" '$1 == name { value = $2 } END { print value + 0 }'
}

both() { # ticks of all servers
  local total=0
  for each in "$@"; do total=$((total + $(ticks "$each"))); done
  echo "$total"
}

measure() { # NAME PROCESS...
  local name=$1
  shift
  sipp_at "$callee" callee.xml &
  answering=$!
  sleep 0.5
  load "$WARM_RATE" "$WARM" || true
  for each in "$@"; do
    taskset -acp "$measured_cpu" "$each" >/dev/null
  done
  for rate in "${rates[@]}"; do
    load "$rate" 5 || true
    for ((run = 1; run <= RUNS; run++)); do
      local before saves bytes bare
      before=$(both "$@") saves=$(metric cluster_saves_seconds_count) bytes=$(metric cluster_saved_bytes_total) bare=$(metric cluster_unprotected_total)
      load "$rate" "$SECS" || true
      awk -v n="$name" -v r="$rate" -v i="$run" -v t=$(($(both "$@") - before)) -v hz="$hz" -v ok="$(counted 'SuccessfulCall(C)')" \
        -v f="$(counted 'FailedCall(C)')" -v s="$saves" -v s2="$(metric cluster_saves_seconds_count)" -v b="$bytes" -v b2="$(metric cluster_saved_bytes_total)" \
        -v u="$bare" -v u2="$(metric cluster_unprotected_total)" \
        'BEGIN { printf "%-9s %8d %4d %12.1f %8d %7d %11.2f %11.0f %12d\n", n, r, i, ok ? 1e6 * t / hz / ok : 0, ok, f, ok ? (s2 - s) / ok : 0, ok ? (b2 - b) / ok : 0, u2 - u }'
    done
  done
  stop_answering
}

printf '%-9s %8s %4s %12s %8s %7s %11s %11s %12s\n' servers 'calls/s' run 'CPU µs/call' calls failed 'saves/call' 'bytes/call' unprotected
start_node alone "$port" "$pages"
measure alone "$server"
kill "$server"
wait "$server" 2>/dev/null || true

: "${JAVA_OPTS:=-Xms1g -Xmx1g -Xmn160m -XX:+UseParallelGC -XX:+AlwaysPreTouch}"
members="TRAPEZOID_CLUSTER_MEMBERS=$host:5701,$host:5702"
start_node one "$port" "$pages" "$members" TRAPEZOID_CLUSTER_PORT=5701
one=$server
start_node two $((port + 1)) $((pages + 1)) "$members" TRAPEZOID_CLUSTER_PORT=5702
measure 'one + two' "$one" "$server"
{ grep -hE 'WARN|ERROR' "$work/one.log" "$work/two.log" || true; } >&2
kill "$one"
wait "$one" 2>/dev/null || true
