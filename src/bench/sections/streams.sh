# shellcheck shell=bash
# 10,000 subscribers of one call: polls, memory, the delay of the last event, and what remains when all are gone.

streams() {
    local kind
    ulimit -n "$(ulimit -Hn)"
    (($(ulimit -n) > 10500)) || die "streams needs more than 10500 open files; the limit is $(ulimit -n)."
    for kind in "${kinds[@]}"; do
        use "$kind"
        subscribers 4000 "$kind"
        subscribers 10000 "$kind"
    done
    use jvm
}

subscribers() { # COUNT KIND
    local count=$1 upstream figures callwatch
    upstream=$(free_port)
    quiet
    launch_callwatch "$upstream"
    callwatch=$pid
    await "http://127.0.0.1:$port/v1/accounts"
    progress "streams: $count, $(title "$2")"
    figures=$(taskset -c "$LOAD_CORE" python3 "$here/streams.py" "$upstream" "$port" "$management" "$callwatch" "$count" 10 30)
    end "$callwatch"
    figure() {
        tr ' ' '\n' <<<"$figures" | sed -n "s/^$1=//p"
    }
    cat <<TABLE

## $count subscribers of one call, $(title "$2")

Each subscriber has a connection of its own. The service runs on core $SERVER_CORE; the subscribers and the upstream are one process
with one clock on core $LOAD_CORE. Medians over 10 changes of the call. Most of the time after a change is the wait for the next poll,
1 to 5 s.

| | |
|---|---|
| requests to the upstream in $(figure idle_seconds) s without a change | $(figure idle_requests), of a processor core $(figure idle_cpu_percent) % |
| memory per stream (goal: native, resident: 16 KiB) | live heap $(figure live_kib_per_stream) KiB; resident $(figure rss_kib_per_stream) KiB |
| from the change at the upstream to the event of the last subscriber | $(figure change_to_last_s) s |
| from the upstream's answer to the event of a subscriber (goal: p99 150 ms with 10,000) | p50 $(figure answer_to_reader_p50_ms) ms, p99 $(figure answer_to_reader_p99_ms) ms, the last $(figure answer_to_last_ms) ms |
| events per CPU-second (goal: 60,000) | $(figure events_per_cpu_s) |
| subscribers that lost their stream | $(figure lost_before) |
| all $count connections reset: noticed by the service after | $(figure noticed_s) s |
| memory and descriptors after that, beside before | live heap $(figure live_after_percent) %, resident $(figure rss_after_percent) %, descriptors $(figure descriptors_after) ($(figure descriptors_before)) |
TABLE
}
