# shellcheck shell=bash
# The section cached again at a fixed rate, half of the maximum of Callwatch: latency without a long queue.

rate() {
    local connections=512 half round kind name failed=()
    need_cached_servers
    for ((round = 1; round <= 3; round++)); do
        for kind in "${kinds[@]}"; do
            load "r.most.$kind" "${cached_pid[callwatch.$kind]}" 64 "$SECONDS_EACH" "${cached_url[callwatch.$kind]}"
        done
    done
    # The same for all: half of the smallest maximum.
    half=$(for kind in "${kinds[@]}"; do median "r.most.$kind.rps"; done | sort -g | awk 'NR == 1 { printf "%d", $1 / 2 }')
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "rate, round $round"
        for name in "${cached_names[@]}"; do
            load "r.$name" "${cached_pid[$name]}" "$connections" "$SECONDS_EACH" "${cached_url[$name]}" rate "$half" "$connections"
        done
    done
    for name in "${cached_names[@]}"; do
        failed+=("r.$name")
    done
    cat <<TABLE

## Cached look-ups at half of the maximum

TABLE
    for kind in "${kinds[@]}"; do
        echo "The maximum of Callwatch, $(title "$kind"), with 64 connections: $(cell "r.most.$kind.rps" %.0f) requests per second."
    done
    cat <<TABLE
All get half of the smallest, $half requests per second, from $connections connections at random times; failed requests: $(failures "${failed[@]}").

| | requests per second | CPU in use, % | p50, ms | p99, ms |
|---|---|---|---|---|
TABLE
    for name in "${cached_names[@]}"; do
        echo "| $name | $(cell "r.$name.rps" %.0f) | $(cell "r.$name.busy" %.0f) | $(cell "r.$name.p50" %.2f) | $(cell "r.$name.p99" %.2f) |"
    done
}
