# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# Cached calls with callwatch.store=redis beside memory; requests to the upstream of three replicas beside one.

replicas() {
    local kind
    for kind in "${kinds[@]}"; do
        use "$kind"
        replicas_of "$kind"
    done
    use jvm
}

replicas_of() { # KIND
    local kind=$1 calls=5000 round one redis redis_port in_memory local_hits remote first second third requests_of_one requests_of_three requests_before
    local hour=CALLWATCH_LOOKUP_ACTIVE_TTL=1h
    command -v redis-server >/dev/null || die "Missing: redis-server."
    need_upstream
    redis_port=$(free_port)
    launch redis taskset -c "$LOAD_CORE" redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --dir "$tmp"
    redis=$pid
    local shared=(CALLWATCH_STORE=redis "QUARKUS_REDIS_HOSTS=redis://127.0.0.1:$redis_port")

    progress "replicas: latency"
    launch_callwatch "$upstream_port" "$hour"
    in_memory=$pid
    local to_memory=("http://127.0.0.1:$port" guids /v1/accounts)
    launch_callwatch "$upstream_port" "$hour" "${shared[@]}"
    local_hits=$pid
    local to_local=("http://127.0.0.1:$port" guids /v1/accounts)
    # The cache has room for so few calls that each look-up goes to Redis.
    launch_callwatch "$upstream_port" "$hour" "${shared[@]}" CALLWATCH_LOOKUP_MEMORY=1M
    remote=$pid
    local to_remote=("http://127.0.0.1:$port" guids /v1/accounts) remote_management=$management before
    warm "$in_memory" 16 "$WARM_UP" "${to_memory[@]}"
    warm "$local_hits" 16 "$WARM_UP" "${to_local[@]}"
    warm "$remote" 16 "$WARM_UP" "${to_remote[@]}"
    before=$(requests_to_upstream)
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "replicas, round $round"
        load "x.memory.$kind" "$in_memory" 1 "$SECONDS_EACH" "${to_memory[@]}"
        load "x.local.$kind" "$local_hits" 1 "$SECONDS_EACH" "${to_local[@]}"
        load "x.remote.$kind" "$remote" 1 "$SECONDS_EACH" "${to_remote[@]}"
    done
    management=$remote_management
    local read_meanwhile=$(($(requests_to_upstream) - before))
    combine "x.local-added.$kind" "x.local.$kind.p50" "x.memory.$kind.p50" '$1 - $2'
    combine "x.remote-added.$kind" "x.remote.$kind.p50" "x.memory.$kind.p50" '$1 - $2'
    for one in "$in_memory" "$local_hits" "$remote"; do
        end "$one"
    done

    progress "replicas: requests"
    launch_callwatch "$upstream_port"
    one=$pid
    for ((round = 1; round <= 3; round++)); do
        python3 "$here/probe.py" sweep "$port" 1 "$calls" "$ACCOUNTS"
    done
    requests_of_one=$(requests_to_upstream)
    end "$one"
    local ports=() managements=() scripts_before scripts_of_sweeps
    for one in first second third; do
        launch_callwatch "$upstream_port" "${shared[@]}"
        printf -v "$one" %s "$pid"
        ports+=("$port")
        managements+=("$management")
        # A JVM that is not warm yet pauses for so long that it takes Redis for slow.
        python3 "$here/probe.py" sweep "$port" "${#ports[@]}00000" "$calls" "$ACCOUNTS"
    done
    local read_by_sweeps=0 began=$EPOCHREALTIME
    for management in "${managements[@]}"; do
        read_by_sweeps=$((read_by_sweeps - $(requests_to_upstream)))
    done
    scripts_before=$(python3 "$here/probe.py" scripts "$redis_port")
    for ((round = 0; round < 3; round++)); do
        python3 "$here/probe.py" sweep "${ports[round]}" $((1000000 * (round + 1))) "$calls" "$ACCOUNTS"
    done
    scripts_of_sweeps=$(($(python3 "$here/probe.py" scripts "$redis_port") - scripts_before))
    local seconds_of_sweeps
    seconds_of_sweeps=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }")
    requests_before=0
    for management in "${managements[@]}"; do
        requests_before=$((requests_before + $(requests_to_upstream)))
    done
    read_by_sweeps=$((read_by_sweeps + requests_before))
    local sweeps=()
    for port in "${ports[@]}"; do
        python3 "$here/probe.py" sweep "$port" 1 "$calls" "$ACCOUNTS" &
        sweeps+=("$!")
    done
    wait "${sweeps[@]}"
    requests_of_three=-$requests_before
    for management in "${managements[@]}"; do
        requests_of_three=$((requests_of_three + $(requests_to_upstream)))
    done
    for one in "$first" "$second" "$third" "$redis"; do
        end "$one"
    done
    cat <<TABLE

## Replicas, $(title "$kind")

Cached calls, 20,000 GUIDs in turn, 1 connection; Redis $(redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/') on core $LOAD_CORE. Failed requests:
$(failures "x.memory.$kind" "x.local.$kind" "x.remote.$kind"); requests to the upstream during the measurement of the third row: $read_meanwhile.

| | p50, ms | p99, ms | added at the median, ms |
|---|---|---|---|
| \`store=memory\` | $(cell "x.memory.$kind.p50" %.3f) | $(cell "x.memory.$kind.p99" %.3f) | |
| \`store=redis\`, read by this replica | $(cell "x.local.$kind.p50" %.3f) | $(cell "x.local.$kind.p99" %.3f) | **$(cell "x.local-added.$kind" %.3f)** |
| \`store=redis\`, read by another replica (goal: adds 1 at most) | $(cell "x.remote.$kind.p50" %.3f) | $(cell "x.remote.$kind.p99" %.3f) | **$(cell "x.remote-added.$kind" %.3f)** |

$calls ended calls, three look-ups of each: one replica made $requests_of_one requests to the upstream. Three replicas, with one look-up of
each call at each replica at the same time, made $requests_of_three.

$read_by_sweeps look-ups that read, through three replicas in turn, took $scripts_of_sweeps scripts in Redis in $seconds_of_sweeps s, the heartbeats of
$ACCOUNTS accounts included: **$(awk "BEGIN { printf \"%.2f\", $scripts_of_sweeps / $read_by_sweeps }")** for each.
TABLE
}
