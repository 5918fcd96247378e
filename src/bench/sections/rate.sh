# shellcheck shell=bash
# The section cached again at a fixed rate, half of the maximum of Callwatch: latency without a long queue.

rate() {
    local connections=512 half round
    need_cached_servers
    for ((round = 1; round <= 3; round++)); do
        load r.most "$cached_callwatch" 64 "$SECONDS_EACH" "$cached_callwatch_url"
    done
    half=$(awk "BEGIN { printf \"%d\", $(median r.most.rps) / 2 }")
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "rate, round $round"
        load r.callwatch "$cached_callwatch" "$connections" "$SECONDS_EACH" "$cached_callwatch_url" rate "$half" "$connections"
        load r.bare "$cached_bare" "$connections" "$SECONDS_EACH" "$cached_bare_url" rate "$half" "$connections"
        load r.nginx "$cached_nginx" "$connections" "$SECONDS_EACH" "$cached_nginx_url" rate "$half" "$connections"
    done
    cat <<TABLE

## Cached look-ups at half of the maximum

The maximum of Callwatch with 64 connections: $(cell r.most.rps %.0f) requests per second. All three get half of that, $half
requests per second, from $connections connections at random times; failed requests: $(failures r.callwatch r.bare r.nginx).

| | requests per second | CPU in use, % | p50, ms | p99, ms |
|---|---|---|---|---|
| Callwatch | $(cell r.callwatch.rps %.0f) | $(cell r.callwatch.busy %.0f) | $(cell r.callwatch.p50 %.2f) | $(cell r.callwatch.p99 %.2f) |
| bare Quarkus resource | $(cell r.bare.rps %.0f) | $(cell r.bare.busy %.0f) | $(cell r.bare.p50 %.2f) | $(cell r.bare.p99 %.2f) |
| nginx, cache | $(cell r.nginx.rps %.0f) | $(cell r.nginx.busy %.0f) | $(cell r.nginx.p50 %.2f) | $(cell r.nginx.p99 %.2f) |
TABLE
}
