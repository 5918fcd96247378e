# shellcheck shell=bash
# Heap per cached call; and which memory limit a process survives that answers calls, streams and batches together.

# As docker/Dockerfile.jvm runs it in a pod with that much memory. -Xmx would not be the same: a JVM that believes to have more memory
# begins with a larger heap.
POD=512
AS_IMAGE=("-XX:MaxRAM=${POD}m" -XX:MaxRAMPercentage=40 -XX:+UseCompressedOops)

# Bytes of live objects of a JVM.
live() {
    jcmd "$1" GC.run >"$tmp/gc.out"
    jcmd "$1" GC.class_histogram | awk '/^Total/ { print $3 }'
}

memory() {
    heap_per_call
    after_look_ups
    under_limits
}

heap_per_call() {
    local each=20000 round callwatch before after
    need_upstream
    launch_callwatch "$upstream_port" CALLWATCH_LOOKUP_MEMORY=512M
    callwatch=$pid
    progress "memory: heap per cached call"
    # Classes and caches are filled once, before the first round.
    taskset -c "$LOAD_CORE" python3 "$here/probe.py" sweep "$port" 1 5000 "$ACCOUNTS"
    before=$(live "$callwatch")
    for ((round = 1; round <= 3; round++)); do
        taskset -c "$LOAD_CORE" python3 "$here/probe.py" sweep "$port" $((1000000 * round)) "$each" "$ACCOUNTS"
        after=$(live "$callwatch")
        note m.bytes "$(awk "BEGIN { print ($after - $before) / $each }")"
        before=$after
    done
    end "$callwatch"
    curl -sf "http://127.0.0.1:$upstream_port/v0/b0/calls/e0000001-0000-4000-8000-000000000001" >"$tmp/document"
    cat <<TABLE

## Memory

Live heap after a collection, per cached call: **$(cell m.bytes %.0f) bytes** (3 × $each different ended calls; Vonage's
document has $(wc -c <"$tmp/document") bytes).
TABLE
}

# The JVM twice: with the heap that it chooses by the memory of the machine, and with that of the image, if there is a JDK 25 with it.
use_heap() { # KIND or image
    local jdk
    case $1 in
        image)
            jdk=$(jdk25)
            service=("${jdk:+$jdk/bin/}java" "${AS_IMAGE[@]}" -jar "$JAR")
            ;;
        *) use "$1" ;;
    esac
}

heap() { # KIND or image
    case $1 in
        image) echo "JVM as in the image, in a pod of $POD MiB" ;;
        *) title "$1" ;;
    esac
}

# A new process that has looked up so many different calls, each of them at the upstream.
after_look_ups() {
    local each=20000 kind round callwatch
    for ((round = 1; round <= 3; round++)); do
        for kind in "${kinds[@]}" image; do
            progress "memory: resident after $each look-ups, $(heap "$kind"), round $round"
            use_heap "$kind"
            launch_callwatch "$upstream_port"
            callwatch=$pid
            note "m.began.$kind" "$(rss "$callwatch")"
            taskset -c "$LOAD_CORE" python3 "$here/probe.py" sweep "$port" 1 "$each" "$ACCOUNTS"
            note "m.resident.$kind" "$(rss "$callwatch")"
            end "$callwatch"
        done
    done
    use jvm
    cat <<TABLE

| resident, MiB | at its start | after $each uncached look-ups of different calls (goal: 260, native 140) |
|---|---|---|
TABLE
    for kind in "${kinds[@]}" image; do
        echo "| $(heap "$kind") | $(cell "m.began.$kind" %.0f) | $(cell "m.resident.$kind" %.0f) |"
    done
}

# One process under one limit, and its row of the table.
under_limit() { # NAME MIB COMMAND…
    local name=$1 mib=$2 figures killed=0 callwatch answer
    shift 2
    progress "memory: $name in $mib MiB"
    killed=$(killed_for_memory)
    limit_to "$mib"
    service=("$@")
    launch_callwatch "$upstream_port"
    callwatch=$pid
    figures=$(taskset -c "$LOAD_CORE" python3 "$here/limit.py" "$port" "$callwatch" "$ACCOUNTS" "$calls" "$streams" "$rows")
    figure() {
        tr ' ' '\n' <<<"$figures" | sed -n "s/^$1=//p"
    }
    answer=$(figure survived)
    ! grep -q OutOfMemoryError "$tmp/callwatch.log" || answer="no: the heap is full"
    (($(killed_for_memory) == killed)) || answer="no: killed"
    end "$callwatch"
    echo "| $name | $mib | $answer | $(figure calls_mib) | $(figure anonymous_mib) | $(figure resident_mib) |" \
        "$(figure calls) + $(figure rows) | $(figure streams) | $(figure failed) |"
}

under_limits() {
    local calls=30000 streams=${STREAMS:-4000} rows=20000 mib percent jdk java=java how within
    need_upstream
    ulimit -n "$(ulimit -Hn)"
    find_limits
    jdk=$(jdk25)
    [[ -z $jdk ]] || java=$jdk/bin/java
    case $limit_kind in
    none) how="No control group can be made here: only the heap is limited, to the share of the limit." ;;
    *) how="The limit is that of a control group ($limit_kind), as a container has it." ;;
    esac
    cat <<TABLE

### Under a limit

$calls look-ups of different calls, then at the same time $streams streams (1,000 a second, ten of each call) and
$rows more calls in batches of 100, four at a time. The service has both cores, JDK $(java_version "$java"). $how

| | limit, MiB | survived | anonymous memory after the calls, MiB | at most | resident at most | calls answered | streams with an event | failed |
|---|---|---|---|---|---|---|---|---|
TABLE
    service_cores=$SERVER_CORE,$LOAD_CORE
    within=(bash -c "$(declare -f limited); limit_kind=$limit_kind limit_group=$limit_group; limited \"\$@\"" limited)
    for mib in ${MEMORY_LIMITS:-384 512}; do
        for percent in ${HEAP_PERCENTAGES:-40 50}; do
            if [[ $limit_kind == none ]]; then
                under_limit "JVM, heap $percent %" "$mib" "$java" "-Xmx$((mib * percent / 100))m" -jar "$JAR"
            else
                under_limit "JVM, heap $percent %" "$mib" "${within[@]}" "$java" -XX:MaxRAMPercentage="$percent" \
                    -XX:+UseCompressedOops -jar "$JAR"
            fi
        done
        [[ " ${kinds[*]} " != *" native "* ]] || under_limit "native" "$mib" "${within[@]}" "$(native)"
    done
    use jvm
    service_cores=$SERVER_CORE
    end_limits
}
