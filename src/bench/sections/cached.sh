# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# An ended call out of the cache: Callwatch beside a Quarkus resource, bare and with the class path of Callwatch, and beside the
# cache of nginx, all with the same bytes; and Callwatch that has read 20,000 other calls beside one that has not.

cached() {
    local round kind name failed=()
    local -A after=() after_url=()
    need_cached_servers
    for kind in "${kinds[@]}"; do
        use "$kind"
        launch_callwatch "$upstream_port"
        after[$kind]=$pid
        after_url[$kind]=http://127.0.0.1:$port$cached_path
        await "${after_url[$kind]}"
        progress "cached: 20,000 other calls, $(title "$kind")"
        warm "$pid" 16 "$WARM_UP" "${after_url[$kind]}"
        taskset -c "$LOAD_CORE" python3 "$here/probe.py" sweep "$port" 1000000 20000 "$ACCOUNTS"
        load warm "$pid" 16 5 "${after_url[$kind]}"
    done
    use jvm
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "cached, round $round"
        for name in "${cached_names[@]}"; do
            load "c.$name" "${cached_pid[$name]}" 16 "$SECONDS_EACH" "${cached_url[$name]}"
        done
        for kind in "${kinds[@]}"; do
            load "c.after.$kind" "${after[$kind]}" 16 "$SECONDS_EACH" "${after_url[$kind]}"
        done
    done
    for name in "${cached_names[@]}"; do
        failed+=("c.$name")
    done
    for kind in "${kinds[@]}"; do
        failed+=("c.after.$kind")
        end "${after[$kind]}"
        combine "c.of-bare.$kind" "c.callwatch.$kind.rpcs" "c.bare.$kind.rpcs" '$1 / $2'
        combine "c.of-extended.$kind" "c.callwatch.$kind.rpcs" "c.extended.$kind.rpcs" '$1 / $2'
        combine "c.of-nginx.$kind" "c.callwatch.$kind.rpcs" c.nginx.rpcs '$1 / $2'
        combine "c.of-before.$kind" "c.after.$kind.rpcs" "c.callwatch.$kind.rpcs" '$1 / $2'
    done
    cat <<TABLE

## Cached look-ups

All answer the same ended call, $(wc -c <"$tmp/body.json") bytes, over 16 connections; failed requests: $(failures "${failed[@]}").

| | requests per CPU-second | requests per second | CPU in use, % | p50, ms | p99, ms | allocated per request, KiB |
|---|---|---|---|---|---|---|
TABLE
    for kind in "${kinds[@]}"; do
        cached_row "c.callwatch.$kind" "Callwatch, $(title "$kind")"
        cached_row "c.after.$kind" "the same after 20,000 calls were read"
        cached_row "c.extended.$kind" "Quarkus resource with the class path of Callwatch, $(title "$kind")"
        cached_row "c.bare.$kind" "bare Quarkus resource, $(title "$kind")"
    done
    cached_row c.nginx "nginx, cache"
    for kind in "${kinds[@]}"; do
        echo "| **Callwatch / resource with the class path of Callwatch, $(title "$kind")** (goal: 0.85) | **$(cell "c.of-extended.$kind" %.2f)** | | | | | |"
        echo "| **Callwatch / nginx, $(title "$kind")** (goal: 0.6) | **$(cell "c.of-nginx.$kind" %.2f)** | | | | | |"
        echo "| Callwatch / bare, $(title "$kind") | $(cell "c.of-bare.$kind" %.2f) | | | | | |"
        echo "| **after 20,000 calls / before, $(title "$kind")** (goal: 0.97) | **$(cell "c.of-before.$kind" %.2f)** | | | | | |"
    done
}

cached_row() { # SERIES NAME
    echo "| $2 | $(cell "$1.rpcs" %.0f) | $(cell "$1.rps" %.0f) | $(cell "$1.busy" %.0f) | $(cell "$1.p50" %.2f)" \
        "| $(cell "$1.p99" %.2f) | $(cell_if_any "$1.kib" %.1f) |"
}
