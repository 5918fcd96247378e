# shellcheck shell=bash
# 10,000 subscriptions of one call, each with a sink of its own: memory, deliveries per CPU-second, and then the delay of a few others.

push() {
    local kind
    ulimit -n "$(ulimit -Hn)"
    for kind in "${kinds[@]}"; do
        use "$kind"
        subscriptions "$kind"
    done
    use jvm
}

subscriptions() { # KIND
    local count=10000 few=100 upstream sink figures callwatch
    upstream=$(free_port)
    sink=$(free_port)
    quiet
    launch_callwatch "$upstream" "CALLWATCH_PUSH_ALLOWED=http://127.0.0.1:$sink" CALLWATCH_PUSH_MEMORY=64M
    callwatch=$pid
    await "http://127.0.0.1:$port/v1/accounts"
    progress "push, $(title "$1")"
    figures=$(taskset -c "$LOAD_CORE" python3 "$here/push.py" "$upstream" "$sink" "$port" "$callwatch" "$count" "$few" 10)
    end "$callwatch"
    figure() {
        tr ' ' '\n' <<<"$figures" | sed -n "s/^$1=//p"
    }
    cat <<TABLE

## $count subscriptions of one call, $(title "$1")

Each has a sink of its own, which accepts everything at once. The service runs on core $SERVER_CORE; the sinks and the upstream are one
process with one clock on core $LOAD_CORE. Medians over 10 changes of the call. The few sinks get 20 changes of another call after that.

| | |
|---|---|
| from the upstream's answer to the request at each of $(figure few) sinks (goal: p99 under 100 ms) | p50 $(figure delay_p50_ms) ms, p99 $(figure delay_p99_ms) ms |
| live heap per subscription | $(figure live_kib) KiB; resident $(figure rss_mib) MiB for all |
| from the upstream's answer to the request at the last of all sinks | $(figure last_s) s |
| deliveries per CPU-second | $(figure deliveries_per_cpu_s) |
TABLE
}
