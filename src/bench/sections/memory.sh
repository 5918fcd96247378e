# shellcheck shell=bash
# Heap per cached call.

# Bytes of live objects of a JVM.
live() {
    jcmd "$1" GC.run >"$tmp/gc.out"
    jcmd "$1" GC.class_histogram | awk '/^Total/ { print $3 }'
}

memory() {
    local each=20000 round callwatch before after
    need_upstream
    launch_callwatch "$upstream_port" CALLWATCH_LOOKUP_MEMORY=512M
    callwatch=$pid
    progress "memory"
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
