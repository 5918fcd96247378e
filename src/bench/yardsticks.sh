# shellcheck shell=bash
# Sourced by run: the Quarkus services that Callwatch is compared with, on the JVM and, where Callwatch is measured natively, as
# native executables too.

# Builds them once, also over several runs where $YARDSTICKS says so. "bare" has nothing but a REST server and a REST client; "extended" has the class path and the settings of
# Callwatch, and the same resources.
need_yardsticks() {
    [[ -z ${yardsticks:-} ]] || return 0
    mkdir -p "${YARDSTICKS:-$tmp/yardsticks}"
    yardsticks=$(cd "${YARDSTICKS:-$tmp/yardsticks}" && pwd)
    [[ ! -e $yardsticks/complete ]] || return 0
    rm -rf "$yardsticks/bare" "$yardsticks/extended"
    mkdir -p "$yardsticks/extended/src/main/resources"
    cp -r "$here/bare" "$yardsticks/bare"
    rm -rf "$yardsticks/bare/target"
    cp "$root/pom.xml" "$yardsticks/extended"
    cp -r "$yardsticks/bare/src/main/java" "$yardsticks/extended/src/main"
    # The filter of the log is a bean of Callwatch.
    grep -v '^quarkus.log.console.filter=' "$root/src/main/resources/application.properties" \
        >"$yardsticks/extended/src/main/resources/application.properties"
    build_yardstick bare
    build_yardstick extended
    touch "$yardsticks/complete"
}

build_yardstick() { # NAME
    progress "building the yardstick $1"
    yardstick_build "$1" jar
    [[ " ${kinds[*]} " != *" native "* ]] ||
        yardstick_build "$1" native -Dquarkus.native.enabled=true -Dquarkus.package.jar.enabled=false
}

yardstick_build() { # NAME KIND OPTIONS…
    local log=$tmp/$1-$2-build.log
    (cd "$yardsticks/$1" && mvn -q -B package -DskipTests -Dmaven.test.skip=true "${@:3}") >"$log" 2>&1 || {
        cat "$log" >&2
        die "The yardstick $1 did not build."
    }
}

# A yardstick on $port; it leaves the process in $pid.
launch_yardstick() { # NAME KIND
    local command=("${java_command[@]}" -jar "$yardsticks/$1/target/quarkus-app/quarkus-run.jar")
    [[ $2 == jvm ]] || command=("$(find "$yardsticks/$1/target" -maxdepth 1 -name '*-runner' -type f)")
    port=$(free_port)
    # Of the settings of Callwatch, what TracingSwitch does is code.
    launch "$1" env QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$port" QUARKUS_MANAGEMENT_HOST=127.0.0.1 \
        QUARKUS_MANAGEMENT_PORT="$(free_port)" QUARKUS_OTEL_SDK_DISABLED=true BENCH_BODY="$tmp/body.json" \
        QUARKUS_REST_CLIENT_UPSTREAM_URL="http://127.0.0.1:$upstream_port" taskset -c "$SERVER_CORE" "${command[@]}"
}

cached_path=/v1/accounts/b0/calls/e0000001-0000-4000-8000-000000000001

# Writes down what Callwatch answers to a cached look-up: the yardsticks answer the same.
need_body() {
    [[ ! -s $tmp/body.json ]] || return 0
    need_upstream
    use jvm
    launch_callwatch "$upstream_port"
    await "http://127.0.0.1:$port$cached_path"
    mv "$tmp/awaited" "$tmp/body.json"
    end "$pid"
}

# Callwatch, the yardsticks and nginx's cache, all warm and answering the same bytes; the sections cached and rate share them.
# The processes and URLs are in $cached_pid and $cached_url, by name.
need_cached_servers() {
    [[ -z ${cached_names:-} ]] || return 0
    local kind name
    need_yardsticks
    need_body
    declare -gA cached_pid=() cached_url=()
    cached_names=()
    progress "warming up"
    for kind in "${kinds[@]}"; do
        use "$kind"
        launch_callwatch "$upstream_port"
        cached_server "callwatch.$kind"
        for name in bare extended; do
            launch_yardstick "$name" "$kind"
            cached_server "$name.$kind"
        done
    done
    use jvm
    launch_nginx proxy "$SERVER_CORE"
    port=$proxy_port
    cached_server nginx
    for name in "${cached_names[@]}"; do
        case $name in
            *.jvm) warm "${cached_pid[$name]}" 16 "$WARM_UP" "${cached_url[$name]}" ;;
            *) load warm "${cached_pid[$name]}" 16 2 "${cached_url[$name]}" ;;
        esac
    done
}

cached_server() { # NAME
    cached_names+=("$1")
    cached_pid[$1]=$pid
    cached_url[$1]=http://127.0.0.1:$port$cached_path
    await "${cached_url[$1]}"
    # Another process has observed the call at another moment.
    [[ $1 == callwatch.* ]] || cmp "$tmp/awaited" "$tmp/body.json" || die "$1 answers other bytes"
}

end_cached_servers() {
    [[ -n ${cached_names:-} ]] || return 0
    local name
    for name in "${cached_names[@]}"; do
        end "${cached_pid[$name]}"
    done
    unset cached_names
}
