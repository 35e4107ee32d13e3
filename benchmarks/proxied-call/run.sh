#!/bin/bash
# CPU time per proxied, record-routed INVITE call (INVITE 180 200 ACK BYE 200 to a SIPp callee), this server beside Kamailio, each on
# the same core, SIPp on another one. Prints a line for each run: calls that succeeded and failed, messages SIPp's caller repeated,
# datagrams that the machine lost in full receive buffers. The server's warnings go to the standard error. Usage:
#
#   benchmarks/proxied-call/run.sh [RATE...]           calls per second, default 1000 4000
#
# Needs: the packaged distribution (mvn -DskipTests package), sipp, taskset; kamailio if it is to be compared.
# Settings: SERVERS (trapezoid kamailio), RUNS 3, SECS 10, WARM 80 (seconds, trapezoid only: half at 500 calls/s, half at the first rate), SERVER_CPU 0, LOAD_CPU 1, JAVA_HOME, JAVA_OPTS.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${SERVERS:=trapezoid kamailio}" "${RUNS:=3}" "${SECS:=10}" "${WARM:=80}" "${SERVER_CPU:=0}" "${LOAD_CPU:=1}"
rates=("$@")
[[ ${#rates[@]} -gt 0 ]] || rates=(1000 4000)
host=127.0.0.1 port=${SIP_PORT:-5060} caller=${CALLER_PORT:-5080} callee=${CALLEE_PORT:-5090}
work=$(mktemp -d)
. "$here/servers.sh"

printf '%-10s %8s %6s %12s %8s %8s %8s %8s\n' server 'calls/s' run 'CPU µs/call' calls failed repeats lost
for name in $SERVERS; do
  [[ $name != kamailio ]] || PATH=$PATH:/usr/sbin command -v kamailio >/dev/null || continue
  "start_$name"
  sipp_at "$callee" callee.xml &
  answering=$!
  sleep 0.5
  if [[ $name == trapezoid ]]; then
    load 500 $((WARM / 2)) || true
    load "${rates[0]}" $((WARM / 2)) || true
  fi
  for rate in "${rates[@]}"; do
    load "$rate" 2 || true
    for ((run = 1; run <= RUNS; run++)); do
      lost=$(lost_datagrams)
      before=$(ticks "$server")
      load "$rate" "$SECS" || true
      after=$(ticks "$server")
      awk -v n="$name" -v r="$rate" -v i="$run" -v t=$((after - before)) -v hz="$hz" -v ok="$(counted 'SuccessfulCall(C)')" \
        -v f="$(counted 'FailedCall(C)')" -v again="$(counted 'Retransmissions(C)')" -v lost=$(($(lost_datagrams) - lost)) \
        'BEGIN { printf "%-10s %8d %6d %12.1f %8d %8d %8d %8d\n", n, r, i, ok ? 1e6 * t / hz / ok : 0, ok, f, again, lost }'
    done
  done
  stop_answering
  [[ $name != trapezoid ]] || { grep -E 'WARN|ERROR' "$work/trapezoid.log" || true; } >&2
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=''
done
