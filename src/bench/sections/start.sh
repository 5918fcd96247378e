# shellcheck shell=bash
# Start-up to the first answered look-up, and resident memory: JVM, AOT cache (JDK 25), native executable.

# One start on both cores: notes SERIES.start (s), .rss and, after load, .loaded (MiB).
start_once() { # SERIES COMMAND…
    local series=$1 began answered service
    local path=/v1/accounts/sandbox/calls/94e5928c-7f7e-4645-ad72-61010f906449
    shift
    port=$(free_port)
    management=$(free_port)
    quiet
    python3 "$here/probe.py" first "$port" "$path" >"$tmp/first.out" &
    local waiting=$!
    pids+=("$waiting")
    sleep 0.3
    began=$EPOCHREALTIME
    launch start env QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$port" QUARKUS_MANAGEMENT_HOST=127.0.0.1 \
        QUARKUS_MANAGEMENT_PORT="$management" CALLWATCH_SANDBOX_ENABLED=true CALLWATCH_SANDBOX_PORT="$(free_port)" \
        CALLWATCH_ACCESS_MODE=none "$@"
    service=$pid
    wait "$waiting"
    answered=$(<"$tmp/first.out")
    note "$series.start" "$(awk "BEGIN { print $answered - $began }")"
    sleep 1
    note "$series.rss" "$(rss "$service")"
    load "$series" "$service" 16 "$SECONDS_EACH" "http://127.0.0.1:$port$path"
    note "$series.loaded" "$(rss "$service")"
    end "$service"
}

start() {
    local round native jdk25 variants=(jvm) skipped=()
    jdk25=$(jdk25)
    if [[ -n $jdk25 ]]; then
        progress "building the jar with an AOT cache"
        mkdir "$tmp/aot"
        cp -r "$root/pom.xml" "$root/src" "$tmp/aot"
        (cd "$tmp/aot" && JAVA_HOME=$jdk25 mvn -q -B package -DskipTests -Dquarkus.package.jar.type=aot-jar) \
            >"$tmp/aot-build.log" 2>&1 || {
            cat "$tmp/aot-build.log" >&2
            die "The jar for the AOT cache did not build."
        }
        local aot_jar=$tmp/aot/target/quarkus-app/quarkus-run.jar aot_cache=$tmp/aot/app.aot
        SECONDS_EACH=1 start_once training "$jdk25/bin/java" -XX:+UseCompressedOops -XX:AOTCacheOutput="$aot_cache" -jar "$aot_jar"
        if [[ -s $aot_cache ]]; then
            variants+=(aot)
        else
            skipped+=("AOT cache: the JVM wrote none")
        fi
    else
        skipped+=("AOT cache: no JDK 25 in \$JDK25 or /usr/lib/jvm/*25*")
    fi
    native=$(native)
    if [[ -n $native ]]; then
        variants+=(native)
    else
        skipped+=("native executable: no target/*-runner")
    fi
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "start, round $round"
        start_once s.jvm java -jar "$JAR"
        [[ " ${variants[*]} " != *" aot "* ]] || start_once s.aot "$jdk25/bin/java" -XX:+UseCompressedOops -XX:AOTCache="$aot_cache" -jar "$aot_jar"
        [[ " ${variants[*]} " != *" native "* ]] || start_once s.native "$native"
    done
    cat <<TABLE

## Start-up and memory

Start-up is the time to the first answered look-up of the sandbox, on both cores, polled every 5 ms. Resident memory is measured 1 s
after that look-up, and again after $SECONDS_EACH s of cached look-ups at the maximum rate. A JVM takes as much as its default heap
allows, a quarter of the machine's memory.

| | size, MiB | start-up, s | resident, MiB | resident after load, MiB | look-ups under that load |
|---|---|---|---|---|---|
TABLE
    local variant name size
    for variant in "${variants[@]}"; do
        case $variant in
            jvm)
                name="jar, JDK $(java_version java)"
                size=$(dirname "$JAR")
                ;;
            aot)
                name="jar with AOT cache, JDK $(java_version "$jdk25/bin/java")"
                size=$(dirname "$aot_jar")
                ;;
            *)
                name="native executable (goal: 75 MiB, 0.045 s, 60 MiB)"
                size=$native
                ;;
        esac
        echo "| $name | $(du -sLm "$size" | cut -f 1) | $(cell "s.$variant.start" %.2f) | $(cell "s.$variant.rss" %.0f) | $(cell "s.$variant.loaded" %.0f)" \
            "| $(cell "s.$variant.rps" %.0f) per second, failed: $(failures "s.$variant") |"
    done
    ((${#skipped[@]} == 0)) || printf '\nLeft out: %s.\n' "${skipped[@]}"
}
