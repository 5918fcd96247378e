# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# Sourced by run: load, CPU time, memory, and series of values with their medians.

# CPU time of a process and its children, in ticks; 0 for no process.
cpu() {
    local one
    [[ -n $1 ]] || {
        echo 0
        return
    }
    for one in "$1" $(pgrep -P "$1" || true); do
        sed 's/.*) //' "/proc/$one/stat"
    done | awk '{ ticks += $12 + $13 } END { print ticks }'
}

rss() {
    awk '/^VmRSS:/ { printf "%.1f\n", $2 / 1024 }' "/proc/$1/status"
}

note() { # SERIES VALUE
    echo "$2" >>"$tmp/series/$1"
}

median() {
    sort -g "$tmp/series/$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Median and range of a series in a printf format.
cell() { # SERIES FORMAT
    local f=$2
    # shellcheck disable=SC2059
    printf "$f ($f–$f)" "$(median "$1")" "$(sort -g "$tmp/series/$1" | head -n 1)" "$(sort -g "$tmp/series/$1" | tail -n 1)"
}

# As cell; "not measured" where there is no such series.
cell_if_any() { # SERIES FORMAT
    if [[ -s $tmp/series/$1 ]]; then
        cell "$1" "$2"
    else
        echo "not measured"
    fi
}

# MiB that a JVM has allocated so far, as of its last collection; nothing for any other process.
allocated() { # PID
    [[ -s $tmp/gc.$1 ]] || return 0
    sed -n 's/.* \([0-9]*\)M->\([0-9]*\)M(.*/\1 \2/p' "$tmp/gc.$1" |
        awk '{ all += $1 - left; left = $2 } END { print all + 0 }'
}

# Makes a series out of two, round by round.
combine() { # NEW A B AWK-EXPRESSION-OF-$1-AND-$2
    paste "$tmp/series/$2" "$tmp/series/$3" | awk "{ print $4 }" >"$tmp/series/$1"
}

# CPU time of everything on the machine, in ticks.
machine() {
    awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 }' /proc/stat
}

# Waits until the machine has nothing to do, 20 s at most.
quiet() {
    local tries before
    for ((tries = 0; tries < 20; tries++)); do
        before=$(machine)
        sleep 1
        (($(machine) - before > 15)) || return 0
    done
}

# Loads a server once; notes SERIES.rps, .rpcs (requests per CPU-second), .busy (%), .p50, .p99 (milliseconds), .failed and, of a
# JVM, .kib (allocated for each request).
load() { # SERIES PID CONNECTIONS SECONDS URL [look.lua arguments…]
    local series=$1 server=$2 connections=$3 seconds=$4 url=$5 TIMEFORMAT='%U %S'
    local all mine used behind hz others requests micros failed p50 p99 heap
    shift 5
    hz=$(getconf CLK_TCK)
    while true; do
        all=$(machine)
        used=$(cpu "$server")
        heap=$(allocated "$server")
        behind=$(cpu "${upstream_pid:-}")
        { time taskset -c "$LOAD_CORE" wrk -t 1 -c "$connections" -d "${seconds}s" -s "$here/look.lua" "$url" -- "$@" \
            >"$tmp/wrk.out"; } 2>"$tmp/wrk.time"
        used=$(($(cpu "$server") - used))
        behind=$(($(cpu "${upstream_pid:-}") - behind))
        all=$(($(machine) - all))
        mine=$used
        [[ $server == "${upstream_pid:-}" ]] || mine=$((used + behind))
        others=$(awk -v hz="$hz" -v left="$((all - mine))" -v s="$seconds" \
            'END { printf "%.0f", 100 * (left / hz - $1 - $2) / s }' "$tmp/wrk.time")
        [[ $series != warm ]] && ((others > 10 && repeats < REPEATS)) || break
        repeats=$((repeats + 1))
        progress "other processes took $others % of a core: again"
        quiet
    done
    read -r _ requests micros failed p50 p99 < <(grep '^BENCH ' "$tmp/wrk.out")
    [[ $series == warm ]] || note others "$others"
    note "$series.rps" "$(awk "BEGIN { print $requests * 1e6 / $micros }")"
    note "$series.rpcs" "$(awk "BEGIN { print $requests * $hz / ($used + 0.001) }")"
    note "$series.busy" "$(awk "BEGIN { print 1e8 * $used / $hz / $micros }")"
    note "$series.p50" "$(awk "BEGIN { print $p50 / 1000 }")"
    note "$series.p99" "$(awk "BEGIN { print $p99 / 1000 }")"
    note "$series.failed" "$failed"
    [[ -z $heap ]] || note "$series.kib" "$(awk "BEGIN { print 1024 * ($(allocated "$server") - $heap) / $requests }")"
}

# Loads a JVM until it is compiled: first on both cores, then on its own.
warm() { # PID CONNECTIONS SECONDS URL [look.lua arguments…]
    local server=$1
    taskset -apc "$SERVER_CORE,$LOAD_CORE" "$server" >"$tmp/taskset.out"
    load warm "$@"
    taskset -apc "$SERVER_CORE" "$server" >"$tmp/taskset.out"
    shift 3
    load warm "$server" 16 5 "$@"
}

failures() { # SERIES…
    local one
    for one in "$@"; do
        cat "$tmp/series/$one.failed"
    done | awk '{ sum += $1 } END { print sum + 0 }'
}

requests_to_upstream() {
    curl -sf "http://127.0.0.1:$management/q/metrics" |
        awk '/^callwatch_upstream_requests_seconds_count/ { sum += $NF } END { printf "%d\n", sum }'
}

lookups() {
    curl -sf "http://127.0.0.1:$management/q/metrics" |
        awk '/^callwatch_lookups_seconds_count/ { sum += $NF } END { printf "%d\n", sum }'
}
