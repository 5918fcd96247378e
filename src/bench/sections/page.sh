# shellcheck shell=bash
# The page in Chromium: the time until the first call is shown, and its memory after a simulated hour of 100 calls.

page() {
    local figures callwatch chromium
    chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || die "page needs Chromium."
    command -v node >/dev/null || die "page needs Node.js."
    launch_callwatch "$(free_port)" CALLWATCH_SANDBOX_ENABLED=true "CALLWATCH_SANDBOX_PORT=$(free_port)"
    callwatch=$pid
    progress "page"
    figures=$(taskset -c "$LOAD_CORE" node "$here/page.mjs" "$chromium" "http://127.0.0.1:$port" "$ROUNDS")
    end "$callwatch"
    figure() {
        sed -n "s/^$1=//p" <<<"$figures"
    }
    figure first_ms | while read -r ms; do note page.first "$ms"; done
    cat <<TABLE

## The page

The service runs on core $SERVER_CORE, Chromium on core $LOAD_CORE. $($chromium --version 2>/dev/null | sed 's/ built.*//').

| | |
|---|---|
| from the navigation until a call of the sandbox is shown | $(cell page.first %.0f) ms |
| JavaScript heap with 100 calls, after a collection | $(figure mounted_mib) MiB |
| after an hour of 40 changes of each, sent in $(figure hour_s) s | $(figure hour_mib) MiB |
TABLE
}
