# shellcheck shell=bash
# Sourced by run: the servers that the sections cached and rate share.

# Callwatch, the bare resource and nginx's cache, all warm and answering the same bytes.
need_cached_servers() {
    [[ -z ${cached_callwatch:-} ]] || return 0
    local bare_port
    progress "building the bare resource and warming up"
    rm -rf "$tmp/bare" "$tmp/cache"
    cp -r "$here/bare" "$tmp/bare"
    rm -rf "$tmp/bare/target"
    (cd "$tmp/bare" && mvn -q -B package -DskipTests) >"$tmp/bare-build.log" 2>&1 || {
        cat "$tmp/bare-build.log" >&2
        die "The bare resource did not build."
    }
    need_upstream
    launch_callwatch "$upstream_port"
    cached_callwatch=$pid
    local path=/v1/accounts/b0/calls/e0000001-0000-4000-8000-000000000001
    cached_callwatch_url=http://127.0.0.1:$port$path
    await "$cached_callwatch_url"
    mv "$tmp/awaited" "$tmp/body.json"
    bare_port=$(free_port)
    launch bare env QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$bare_port" \
        taskset -c "$SERVER_CORE" java -Dbench.body="$tmp/body.json" -jar "$tmp/bare/target/quarkus-app/quarkus-run.jar"
    cached_bare=$pid
    cached_bare_url=http://127.0.0.1:$bare_port$path
    launch_nginx proxy "$SERVER_CORE"
    cached_nginx=$pid
    cached_nginx_url=http://127.0.0.1:$proxy_port$path
    local url
    for url in "$cached_callwatch_url" "$cached_bare_url" "$cached_nginx_url"; do
        await "$url"
        cmp "$tmp/awaited" "$tmp/body.json" || die "$url answers other bytes"
    done
    warm "$cached_callwatch" 16 "$WARM_UP" "$cached_callwatch_url"
    warm "$cached_bare" 16 "$WARM_UP" "$cached_bare_url"
    load warm "$cached_nginx" 16 2 "$cached_nginx_url"
}

end_cached_servers() {
    [[ -n ${cached_callwatch:-} ]] || return 0
    end "$cached_callwatch"
    end "$cached_bare"
    end "$cached_nginx"
    unset cached_callwatch
}
