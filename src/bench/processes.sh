# shellcheck shell=bash
# Sourced by run: the processes of a measurement, on free ports of the loopback address. All of them end with the script.

tmp=$(mktemp -d)
mkdir "$tmp/tmp" "$tmp/series"
pids=()
repeats=0

# Ends a process that this script started.
end() {
    kill "$1" 2>/dev/null || return 0
    wait "$1" 2>/dev/null || true
}

finish() {
    local pid
    for pid in ${pids[@]+"${pids[@]}"}; do
        end "$pid"
    done
    end_limits
    rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a URL is answered with 200.
await() {
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        curl -sf -o "$tmp/awaited" "$1" && return
        sleep 0.1
    done
    tail -n 20 "$tmp"/*.log >&2 || true
    die "No answer from $1"
}

# The commands below leave the process in $pid.
launch() { # LOG COMMAND…
    local log=$1
    shift
    "$@" >"$tmp/$log.log" 2>&1 &
    pid=$!
    pids+=("$pid")
}

upstream_port=$(free_port)
proxy_port=$(free_port)

launch_nginx() { # NAME CORE
    local user=""
    # As root the worker would become somebody who cannot read the temporary directory.
    (($(id -u))) || user="user root root;"
    sed -e "s|@USER@|$user|" -e "s|@UPSTREAM@|$upstream_port|" -e "s|@PROXY@|$proxy_port|" "$here/$1.conf" >"$tmp/$1.conf"
    launch "nginx-$1" taskset -c "$2" nginx -p "$tmp" -c "$1.conf" -e "$1.log"
}

need_upstream() {
    [[ -z ${upstream_pid:-} ]] || return 0
    launch_nginx upstream "$LOAD_CORE"
    upstream_pid=$pid
    await "http://127.0.0.1:$upstream_port/Auth/connect/token"
}

# The directory of a JDK 25, if there is one.
jdk25() {
    local candidate
    for candidate in ${JDK25:+"$JDK25"} /usr/lib/jvm/*25*; do
        if [[ -x $candidate/bin/java ]] && "$candidate/bin/java" -version 2>&1 | grep -q '"25'; then
            echo "$candidate"
            return
        fi
    done
}

# A native executable, if one was built.
native() {
    find "$root/target" -maxdepth 1 -name '*-runner' -type f -perm -u+x 2>/dev/null | head -n 1 || true
}

# What is measured: the jar, and the native executable if there is one.
kinds=(jvm)
[[ -z $(native) ]] || kinds+=(native)

title() { # KIND
    case $1 in
        jvm) echo "JVM" ;;
        *) echo "native" ;;
    esac
}

# A JVM for a jar, with a log of what it allocates. %p is the process.
java_command=(java "-Xlog:gc:file=$tmp/gc.%p")

# From now on launch_callwatch starts this kind.
use() { # KIND
    case $1 in
        jvm) service=("${java_command[@]}" -jar "$JAR") ;;
        *) service=("$(native)") ;;
    esac
}

# Callwatch on $port and $management, with the accounts b0, b1, … at an upstream on loopback. Arguments: the upstream's port,
# then settings as VARIABLE=value. What runs, and on which cores, is in the arrays and variables before it.
use jvm
service_cores=$SERVER_CORE
launch_callwatch() {
    local upstream=$1 n settings
    shift
    port=$(free_port)
    management=$(free_port)
    settings=(
        "QUARKUS_HTTP_HOST=127.0.0.1" "QUARKUS_HTTP_PORT=$port"
        "QUARKUS_MANAGEMENT_HOST=127.0.0.1" "QUARKUS_MANAGEMENT_PORT=$management"
        "CALLWATCH_ACCESS_MODE=none" "CALLWATCH_REGIONS_BENCH_URL=http://127.0.0.1:$upstream"
    )
    for ((n = 0; n < ACCOUNTS; n++)); do
        settings+=(
            "CALLWATCH_ACCOUNTS_B${n}_REGION=bench" "CALLWATCH_ACCOUNTS_B${n}_CLIENT_ID=bench"
            "CALLWATCH_ACCOUNTS_B${n}_CLIENT_SECRET=bench" "CALLWATCH_ACCOUNTS_B${n}_SCOPE=bench"
            "CALLWATCH_ACCOUNTS_B${n}_COUNTRY=GB"
            "CALLWATCH_ACCOUNTS_B${n}_REQUESTS_PER_MINUTE=100000" "CALLWATCH_ACCOUNTS_B${n}_BURST=100000"
        )
    done
    launch callwatch env "${settings[@]}" "$@" taskset -c "$service_cores" "${service[@]}"
    await "http://127.0.0.1:$management/q/health/ready"
}
