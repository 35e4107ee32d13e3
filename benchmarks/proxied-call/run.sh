#!/bin/bash
# CPU time per proxied, record-routed INVITE call (INVITE 180 200 ACK BYE 200 to a SIPp callee), this server beside Kamailio, each on
# the same core, SIPp on another one. Prints a line for each server and rate. Usage:
#
#   benchmarks/proxied-call/run.sh [RATE...]           calls per second, default 1000 4000
#
# Needs: the packaged distribution (mvn -DskipTests package), sipp, taskset; kamailio if it is to be compared.
# Settings: SERVERS (trapezoid kamailio), RUNS 3, SECS 10, WARM 60 (seconds, trapezoid only), SERVER_CPU 0, LOAD_CPU 1, JAVA_HOME, JAVA_OPTS.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${SERVERS:=trapezoid kamailio}" "${RUNS:=3}" "${SECS:=10}" "${WARM:=60}" "${SERVER_CPU:=0}" "${LOAD_CPU:=1}"
rates=("$@")
[[ ${#rates[@]} -gt 0 ]] || rates=(1000 4000)
host=127.0.0.1 port=${SIP_PORT:-5060} caller=${CALLER_PORT:-5080} callee=${CALLEE_PORT:-5090}
work=$(mktemp -d)
hz=$(getconf CLK_TCK)
server='' answering=''

stop_answering() { # the shell of the function, and SIPp below it
  [[ -n "$answering" ]] || return 0
  pkill -P "$answering" 2>/dev/null || true
  wait "$answering" 2>/dev/null || true
  answering=''
}

finish() {
  stop_answering
  [[ -z "$server" ]] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  rm -rf "$work"
}
trap finish EXIT

# utime + stime of a process and its children, in ticks
ticks() {
  local total=0 pid fields
  for pid in "$1" $(pgrep -P "$1" || true); do
    [[ -r /proc/$pid/stat ]] || continue
    read -r -a fields <<<"$(sed 's/.*) //' "/proc/$pid/stat")"
    total=$((total + fields[11] + fields[12]))
  done
  echo "$total"
}

start_trapezoid() {
  local base=$work/base classes=$work/sar/WEB-INF/classes
  mkdir -p "$base/deploy" "$classes"
  cp -r "$root/distribution/target/trapezoid/conf" "$base/"
  (cd "$root/benchmarks/target/classes" && cp --parents org/trapezoid/benchmarks/call/*.class "$classes/")
  (cd "$work/sar" && "${JAVA_HOME:+$JAVA_HOME/bin/}jar" cf "$base/deploy/fixed.sar" WEB-INF)
  echo 'ALL: ("fixed", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0")' >"$base/conf/dar.properties"
  TRAPEZOID_BASE=$base TRAPEZOID_SIP_PORT=$port TRAPEZOID_HTTP_PORT=${HTTP_PORT:-8080} \
    JAVA_OPTS="${JAVA_OPTS:--Xms2g -Xmx2g -Xmn1500m -XX:+AlwaysPreTouch} -Dfixed.target=sip:callee@$host:$callee" \
    taskset -c "$SERVER_CPU" "$root/distribution/target/trapezoid/bin/trapezoid" run >"$work/trapezoid.log" 2>&1 &
  server=$!
  for ((i = 0; i < 300; i++)); do
    grep -q ' ready in ' "$work/trapezoid.log" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/trapezoid.log" >&2; exit 1; }
    sleep 0.1
  done
}

start_kamailio() {
  sed -e "s/@TARGET@/$host:$callee/" "$here/kamailio.cfg" >"$work/kamailio.cfg"
  # the allocator that production builds use; Debian's default is a debugging one that costs three times as much
  taskset -c "$SERVER_CPU" "$(PATH=$PATH:/usr/sbin command -v kamailio)" -x tlsf -X tlsf -f "$work/kamailio.cfg" -DD -E -Y "$work" -m 1024 -M 32 \
    -l "udp:$host:$port" -n 2 >"$work/kamailio.log" 2>&1 &
  server=$!
  sleep 1
  kill -0 "$server" 2>/dev/null || { cat "$work/kamailio.log" >&2; exit 1; }
}

sipp_at() { # PORT SCENARIO OPTIONS...
  local at=$1 scenario=$2
  shift 2
  (cd "$work" && exec taskset -c "$LOAD_CPU" sipp -sf "$here/$scenario" -i "$host" -p "$at" -nostdin -buff_size 4194304 -timer_resol 1 \
    -deadcall_wait 0 -max_recv_loops 1000 -watchdog_minor_threshold 60000 -watchdog_major_threshold 60000 "$@" >/dev/null 2>&1)
}

load() { # RATE SECONDS -> exit code of the calling SIPp; 0 when every call succeeded
  sipp_at "$caller" caller.xml "$host:$port" -r "$1" -m $(($1 * $2)) -l $(($1 * 2)) -timeout $(($2 + 30)) -cid_str "%u-$RANDOM$RANDOM@%s"
}

printf '%-10s %8s %6s %12s %s\n' server 'calls/s' run 'CPU µs/call' result
for name in $SERVERS; do
  [[ $name != kamailio ]] || PATH=$PATH:/usr/sbin command -v kamailio >/dev/null || continue
  "start_$name"
  sipp_at "$callee" callee.xml &
  answering=$!
  sleep 0.5
  if [[ $name == trapezoid ]]; then
    load 500 $((WARM / 2)) || true
    load 2000 $((WARM / 2)) || true
  fi
  for rate in "${rates[@]}"; do
    load "$rate" 2 || true
    for ((run = 1; run <= RUNS; run++)); do
      before=$(ticks "$server")
      result=ok
      load "$rate" "$SECS" || result='calls failed'
      after=$(ticks "$server")
      awk -v n="$name" -v r="$rate" -v i="$run" -v t=$((after - before)) -v hz="$hz" -v c=$((rate * SECS)) -v res="$result" \
        'BEGIN { printf "%-10s %8d %6d %12.1f %s\n", n, r, i, 1e6 * t / hz / c, res }'
    done
  done
  stop_answering
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=''
done
