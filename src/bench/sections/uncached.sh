# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# Every look-up reads: Callwatch beside nginx as a plain reverse proxy of the same upstream.

uncached() {
    local callwatch proxy round before after lookups_before lookups_after
    need_upstream
    launch_nginx proxy "$SERVER_CORE"
    proxy=$pid
    await "http://127.0.0.1:$proxy_port/v0/b0/calls/a0000001-0000-4000-8000-000000000001"
    launch_callwatch "$upstream_port" CALLWATCH_LOOKUP_ACTIVE_TTL=0s
    callwatch=$pid
    local to_callwatch=("http://127.0.0.1:$port" guids /v1/accounts)
    local to_proxy=("http://127.0.0.1:$proxy_port" guids /v0)
    local to_upstream=("http://127.0.0.1:$upstream_port" guids /v0)
    warm "$callwatch" 16 "$WARM_UP" "${to_callwatch[@]}"
    load warm "$callwatch" 1 3 "${to_callwatch[@]}"
    load warm "$proxy" 16 2 "${to_proxy[@]}"
    before=$(requests_to_upstream)
    lookups_before=$(lookups)
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "uncached, round $round"
        load u.callwatch "$callwatch" 16 "$SECONDS_EACH" "${to_callwatch[@]}"
        load u.nginx "$proxy" 16 "$SECONDS_EACH" "${to_proxy[@]}"
        load u1.callwatch "$callwatch" 1 "$SECONDS_EACH" "${to_callwatch[@]}"
        load u1.nginx "$proxy" 1 "$SECONDS_EACH" "${to_proxy[@]}"
        load u1.direct "$upstream_pid" 1 "$SECONDS_EACH" "${to_upstream[@]}"
    done
    after=$(requests_to_upstream)
    lookups_after=$(lookups)
    end "$callwatch"
    end "$proxy"
    combine u.ratio u.callwatch.rpcs u.nginx.rpcs '$1 / $2'
    combine u1.added u1.callwatch.p50 u1.direct.p50 '$1 - $2'
    combine u1.nginx-added u1.nginx.p50 u1.direct.p50 '$1 - $2'
    combine u1.beyond u1.callwatch.p50 u1.nginx.p50 '$1 - $2'
    cat <<TABLE

## Uncached look-ups

Active calls, \`lookup.active-ttl\` 0, 20,000 GUIDs in turn over $ACCOUNTS accounts. $((lookups_after - lookups_before)) look-ups
made $((after - before)) requests to the upstream; failed requests: $(failures u.callwatch u.nginx u1.callwatch u1.nginx).

| 16 connections | requests per CPU-second | requests per second | CPU in use, % | p50, ms | p99, ms |
|---|---|---|---|---|---|
| Callwatch | $(cell u.callwatch.rpcs %.0f) | $(cell u.callwatch.rps %.0f) | $(cell u.callwatch.busy %.0f) | $(cell u.callwatch.p50 %.2f) | $(cell u.callwatch.p99 %.2f) |
| nginx, reverse proxy | $(cell u.nginx.rpcs %.0f) | $(cell u.nginx.rps %.0f) | $(cell u.nginx.busy %.0f) | $(cell u.nginx.p50 %.2f) | $(cell u.nginx.p99 %.2f) |
| **Callwatch / nginx** (goal: 0.3) | **$(cell u.ratio %.2f)** | | | | |

| 1 connection | p50, ms | p99, ms | added at the median, ms |
|---|---|---|---|
| the upstream, without a proxy | $(cell u1.direct.p50 %.3f) | $(cell u1.direct.p99 %.3f) | |
| nginx, reverse proxy | $(cell u1.nginx.p50 %.3f) | $(cell u1.nginx.p99 %.3f) | $(cell u1.nginx-added %.3f) |
| Callwatch (goal: adds 0.5 at most) | $(cell u1.callwatch.p50 %.3f) | $(cell u1.callwatch.p99 %.3f) | **$(cell u1.added %.3f)**; beyond nginx $(cell u1.beyond %.3f) |
TABLE
}
