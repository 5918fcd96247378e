# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# Every look-up reads: Callwatch beside a bare Quarkus resource that passes calls through a REST client, and beside nginx as a
# plain reverse proxy of the same upstream.

uncached() {
    local kind round before after lookups_before lookups_after proxy read="" failed=(u.nginx u1.nginx)
    local -A callwatch=() through=() to_callwatch=() to_through=() managements=()
    need_yardsticks
    need_body
    launch_nginx proxy "$SERVER_CORE"
    proxy=$pid
    await "http://127.0.0.1:$proxy_port/v0/b0/calls/a0000001-0000-4000-8000-000000000001"
    for kind in "${kinds[@]}"; do
        use "$kind"
        launch_callwatch "$upstream_port" CALLWATCH_LOOKUP_ACTIVE_TTL=0s
        callwatch[$kind]=$pid
        managements[$kind]=$management
        to_callwatch[$kind]=http://127.0.0.1:$port
        launch_yardstick bare "$kind"
        through[$kind]=$pid
        to_through[$kind]=http://127.0.0.1:$port
        await "http://127.0.0.1:$port/through/b0/calls/a0000001-0000-4000-8000-000000000001"
        failed+=("u.callwatch.$kind" "u.through.$kind" "u1.callwatch.$kind" "u1.through.$kind")
        progress "uncached: warming up, $(title "$kind")"
        warm "${callwatch[$kind]}" 16 "$WARM_UP" "${to_callwatch[$kind]}" guids /v1/accounts
        warm "${through[$kind]}" 16 "$WARM_UP" "${to_through[$kind]}" guids /through
        load warm "${callwatch[$kind]}" 1 3 "${to_callwatch[$kind]}" guids /v1/accounts
        load warm "${through[$kind]}" 1 3 "${to_through[$kind]}" guids /through
    done
    use jvm
    local to_proxy=("http://127.0.0.1:$proxy_port" guids /v0)
    local to_upstream=("http://127.0.0.1:$upstream_port" guids /v0)
    load warm "$proxy" 16 2 "${to_proxy[@]}"
    management=${managements[jvm]}
    before=$(requests_to_upstream)
    lookups_before=$(lookups)
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "uncached, round $round"
        for kind in "${kinds[@]}"; do
            load "u.callwatch.$kind" "${callwatch[$kind]}" 16 "$SECONDS_EACH" "${to_callwatch[$kind]}" guids /v1/accounts
            load "u.through.$kind" "${through[$kind]}" 16 "$SECONDS_EACH" "${to_through[$kind]}" guids /through
            load "u1.callwatch.$kind" "${callwatch[$kind]}" 1 "$SECONDS_EACH" "${to_callwatch[$kind]}" guids /v1/accounts
            load "u1.through.$kind" "${through[$kind]}" 1 "$SECONDS_EACH" "${to_through[$kind]}" guids /through
        done
        load u.nginx "$proxy" 16 "$SECONDS_EACH" "${to_proxy[@]}"
        load u1.nginx "$proxy" 1 "$SECONDS_EACH" "${to_proxy[@]}"
        load u1.direct "$upstream_pid" 1 "$SECONDS_EACH" "${to_upstream[@]}"
    done
    after=$(requests_to_upstream)
    lookups_after=$(lookups)
    for kind in "${kinds[@]}"; do
        read+="$(title "$kind") $(rss "${callwatch[$kind]}") MiB. "
        end "${callwatch[$kind]}"
        end "${through[$kind]}"
        combine "u.ratio.$kind" "u.callwatch.$kind.rpcs" "u.through.$kind.rpcs" '$1 / $2'
        combine "u.of-nginx.$kind" "u.callwatch.$kind.rpcs" u.nginx.rpcs '$1 / $2'
        combine "u1.added.$kind" "u1.callwatch.$kind.p50" u1.direct.p50 '$1 - $2'
        combine "u1.through-added.$kind" "u1.through.$kind.p50" u1.direct.p50 '$1 - $2'
    done
    end "$proxy"
    combine u1.nginx-added u1.nginx.p50 u1.direct.p50 '$1 - $2'
    cat <<TABLE

## Uncached look-ups

Active calls, \`lookup.active-ttl\` 0, 20,000 GUIDs in turn over $ACCOUNTS accounts. $((lookups_after - lookups_before)) look-ups (JVM)
made $((after - before)) requests to the upstream; failed requests: $(failures "${failed[@]}"). Resident after them: $read

| 16 connections | requests per CPU-second | requests per second | CPU in use, % | p50, ms | p99, ms | allocated per request, KiB |
|---|---|---|---|---|---|---|
TABLE
    for kind in "${kinds[@]}"; do
        uncached_row "u.callwatch.$kind" "Callwatch, $(title "$kind")"
        uncached_row "u.through.$kind" "bare pass-through, $(title "$kind")"
    done
    uncached_row u.nginx "nginx, reverse proxy"
    for kind in "${kinds[@]}"; do
        echo "| **Callwatch / bare pass-through, $(title "$kind")** (goal: 0.6) | **$(cell "u.ratio.$kind" %.2f)** | | | | | |"
        echo "| Callwatch / nginx, $(title "$kind") | $(cell "u.of-nginx.$kind" %.2f) | | | | | |"
    done
    cat <<TABLE

| 1 connection | p50, ms | p99, ms | added at the median, ms |
|---|---|---|---|
| the upstream, without a proxy | $(cell u1.direct.p50 %.3f) | $(cell u1.direct.p99 %.3f) | |
| nginx, reverse proxy | $(cell u1.nginx.p50 %.3f) | $(cell u1.nginx.p99 %.3f) | $(cell u1.nginx-added %.3f) |
TABLE
    for kind in "${kinds[@]}"; do
        echo "| bare pass-through, $(title "$kind") | $(cell "u1.through.$kind.p50" %.3f) | $(cell "u1.through.$kind.p99" %.3f)" \
            "| $(cell "u1.through-added.$kind" %.3f) |"
        echo "| Callwatch, $(title "$kind") (goal: adds 0.2 at most) | $(cell "u1.callwatch.$kind.p50" %.3f)" \
            "| $(cell "u1.callwatch.$kind.p99" %.3f) | **$(cell "u1.added.$kind" %.3f)** |"
    done
}

uncached_row() { # SERIES NAME
    echo "| $2 | $(cell "$1.rpcs" %.0f) | $(cell "$1.rps" %.0f) | $(cell "$1.busy" %.0f) | $(cell "$1.p50" %.2f)" \
        "| $(cell "$1.p99" %.2f) | $(cell_if_any "$1.kib" %.1f) |"
}
