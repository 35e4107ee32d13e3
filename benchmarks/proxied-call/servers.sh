# Starts the servers and SIPp for the scripts beside it, which source this file. Needs: host, port, caller, callee, here, root, work,
# SERVER_CPU, LOAD_CPU.
hz=$(getconf CLK_TCK)
server='' answering='' started=()

stop_answering() { # the shell of the function, and SIPp below it
  [[ -n "$answering" ]] || return 0
  pkill -P "$answering" 2>/dev/null || true
  wait "$answering" 2>/dev/null || true
  answering=''
}

finish() {
  stop_answering
  for each in "${started[@]}" $server; do
    { kill "$each" 2>/dev/null && wait "$each" 2>/dev/null; } || true
  done
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

# NAME SIP_PORT HTTP_PORT [VARIABLE=VALUE...]: starts a server whose process is $server
start_node() {
  local name=$1 at=$2 pages=$3 base=$work/$1 classes=$work/sar/WEB-INF/classes
  shift 3
  mkdir -p "$base/deploy" "$classes"
  cp -r "$root/distribution/target/trapezoid/conf" "$base/"
  (cd "$root/benchmarks/target/classes" && cp --parents org/trapezoid/benchmarks/call/*.class "$classes/")
  (cd "$work/sar" && "${JAVA_HOME:+$JAVA_HOME/bin/}jar" cf "$base/deploy/fixed.sar" WEB-INF)
  [[ -z "${heartbeat_timeout:-}" ]] || sed -i "s/<cluster /<cluster heartbeat-timeout=\"$heartbeat_timeout\" /" "$base/conf/trapezoid.xml"
  echo 'ALL: ("fixed", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0")' >"$base/conf/dar.properties"
  if [[ -n "${registrar:-}" ]]; then
    cp "$root/distribution/target/trapezoid/deploy/registrar.sar" "$base/deploy/"
    echo 'REGISTER: ("registrar", "DAR:To", "NEUTRAL", "", "NO_ROUTE", "0")' >>"$base/conf/dar.properties"
  fi
  env "$@" TRAPEZOID_BASE="$base" TRAPEZOID_SIP_PORT="$at" TRAPEZOID_HTTP_PORT="$pages" \
    JAVA_OPTS="${JAVA_OPTS:--Xms2g -Xmx2g -Xmn160m -XX:+UseParallelGC -XX:+AlwaysPreTouch} -Dfixed.target=sip:callee@$host:$callee" \
    taskset -c "$SERVER_CPU" "$root/distribution/target/trapezoid/bin/trapezoid" run >"$work/$name.log" 2>&1 &
  server=$!
  started+=("$server")
  for ((i = 0; i < 300; i++)); do
    grep -q ' ready in ' "$work/$name.log" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/$name.log" >&2; exit 1; }
    sleep 0.1
  done
}

start_trapezoid() {
  start_node trapezoid "$port" "${HTTP_PORT:-8080}"
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
  (cd "$work" && exec timeout -k 2 "${limit:-3600}" taskset -c "$LOAD_CPU" sipp -sf "$here/$scenario" -i "$host" -p "$at" -nostdin -buff_size 4194304 -timer_resol 1 \
    -deadcall_wait 0 -max_recv_loops 1000 -watchdog_minor_threshold 60000 -watchdog_major_threshold 60000 "$@" >/dev/null 2>&1)
}

load() { # RATE SECONDS -> exit code of the calling SIPp; 0 when every call succeeded; what it counted is in $work/calls.csv
  # SIPp waits for ever for a call that lost a message at the wrong moment: its own -timeout does not end it
  rm -f "$work/calls.csv"
  limit=$(($2 + 35)) sipp_at "$caller" caller.xml "$host:$port" -r "$1" -m $(($1 * $2)) -l $(($1 * 2)) -timeout $(($2 + 30)) \
    -cid_str "%u-$RANDOM$RANDOM@%s" -trace_stat -fd 1 -stf "$work/calls.csv"
}

counted() { # NAME -> SIPp's cumulative counter at the end of the last load, 0 when it wrote none
  awk -F';' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i } END { print at ? $at + 0 : 0 }' "$work/calls.csv" 2>/dev/null || echo 0
}

lost_datagrams() { # datagrams that found a full receive buffer, of every socket of this machine
  awk '$1 == "Udp:" && $2 != "InDatagrams" { print $6 }' /proc/net/snmp
}
