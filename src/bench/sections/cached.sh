# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# An ended call out of the cache: Callwatch beside a bare Quarkus resource and the cache of nginx, all with the same bytes.

cached() {
    local round
    need_cached_servers
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "cached, round $round"
        load c.callwatch "$cached_callwatch" 16 "$SECONDS_EACH" "$cached_callwatch_url"
        load c.bare "$cached_bare" 16 "$SECONDS_EACH" "$cached_bare_url"
        load c.nginx "$cached_nginx" 16 "$SECONDS_EACH" "$cached_nginx_url"
    done
    combine c.of-bare c.callwatch.rpcs c.bare.rpcs '$1 / $2'
    combine c.of-nginx c.callwatch.rpcs c.nginx.rpcs '$1 / $2'
    cat <<TABLE

## Cached look-ups

All three answer the same ended call, $(wc -c <"$tmp/body.json") bytes, over 16 connections; failed requests: $(failures c.callwatch c.bare c.nginx).

| | requests per CPU-second | requests per second | CPU in use, % | p50, ms | p99, ms |
|---|---|---|---|---|---|
| Callwatch | $(cell c.callwatch.rpcs %.0f) | $(cell c.callwatch.rps %.0f) | $(cell c.callwatch.busy %.0f) | $(cell c.callwatch.p50 %.2f) | $(cell c.callwatch.p99 %.2f) |
| bare Quarkus resource | $(cell c.bare.rpcs %.0f) | $(cell c.bare.rps %.0f) | $(cell c.bare.busy %.0f) | $(cell c.bare.p50 %.2f) | $(cell c.bare.p99 %.2f) |
| nginx, cache | $(cell c.nginx.rpcs %.0f) | $(cell c.nginx.rps %.0f) | $(cell c.nginx.busy %.0f) | $(cell c.nginx.p50 %.2f) | $(cell c.nginx.p99 %.2f) |
| **Callwatch / bare** (goal: 0.9) | **$(cell c.of-bare %.2f)** | | | | |
| **Callwatch / nginx** (goal: 0.5) | **$(cell c.of-nginx %.2f)** | | | | |
TABLE
}
