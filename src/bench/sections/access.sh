# shellcheck shell=bash
# awk expressions with $1 and $2 are meant as they stand.
# shellcheck disable=SC2016
# What access control costs: a cached look-up in mode none beside mode oidc, with and without the permission to see numbers. Mode
# none gets the token as well: to read a header of that length costs something that is no access control. Every second round goes the
# other way round, and the ratios are those of one round each.

access() {
    local kind
    for kind in "${kinds[@]}"; do
        use "$kind"
        access_of "$kind"
    done
    use jvm
}

access_of() { # KIND
    local kind=$1 round one order none none_url oidc oidc_url full masked issuer=http://127.0.0.1:$upstream_port/issuer
    local path=/v1/accounts/b0/calls/e0000001-0000-4000-8000-000000000001
    need_upstream
    { read -r full && read -r masked; } < <(python3 "$here/issuer.py" "$tmp/keys.json" "$issuer" full masked)
    launch_callwatch "$upstream_port"
    none=$pid
    none_url=http://127.0.0.1:$port$path
    launch_callwatch "$upstream_port" CALLWATCH_ACCESS_MODE=oidc \
        CALLWATCH_ACCESS_ISSUERS_BENCH_URL="$issuer" CALLWATCH_ACCESS_ISSUERS_BENCH_JWKS_URL="http://127.0.0.1:$upstream_port/keys" \
        CALLWATCH_ACCESS_RULES_FULL_SUBJECT=full CALLWATCH_ACCESS_RULES_FULL_ACCOUNTS='*' \
        CALLWATCH_ACCESS_RULES_FULL_PERMISSIONS=read,numbers \
        CALLWATCH_ACCESS_RULES_MASKED_SUBJECT=masked CALLWATCH_ACCESS_RULES_MASKED_ACCOUNTS='*' \
        CALLWATCH_ACCESS_LIMITS_REQUESTS_PER_SECOND=100000 CALLWATCH_ACCESS_LIMITS_BURST=100000
    oidc=$pid
    oidc_url=http://127.0.0.1:$port$path
    progress "access: warming up"
    warm "$none" 16 "$WARM_UP" "$none_url" token "$full"
    warm "$oidc" 16 "$WARM_UP" "$oidc_url" token "$full"
    for ((round = 1; round <= ROUNDS; round++)); do
        progress "access, round $round"
        # Whatever changes steadily meanwhile is no difference between them.
        order=(bare none full masked)
        ((round % 2)) || order=(masked full none bare)
        for one in "${order[@]}"; do
            case $one in
                bare) load "a.bare.$kind" "$none" 16 "$SECONDS_EACH" "$none_url" ;;
                none) load "a.none.$kind" "$none" 16 "$SECONDS_EACH" "$none_url" token "$full" ;;
                full) load "a.full.$kind" "$oidc" 16 "$SECONDS_EACH" "$oidc_url" token "$full" ;;
                masked) load "a.masked.$kind" "$oidc" 16 "$SECONDS_EACH" "$oidc_url" token "$masked" ;;
            esac
        done
    done
    end "$none"
    end "$oidc"
    combine "a.of-none.$kind" "a.none.$kind.rpcs" "a.full.$kind.rpcs" '$1 / $2'
    combine "a.of-full.$kind" "a.full.$kind.rpcs" "a.masked.$kind.rpcs" '$1 / $2'
    cat <<TABLE

## Access control, $(title "$kind")

The same ended call out of the cache over 16 connections; failed requests: $(failures "a.bare.$kind" "a.none.$kind" "a.full.$kind" "a.masked.$kind"). The token is the
same in each request (RS256, $(printf %s "$full" | wc -c) bytes); mode none ignores it.

| | requests per CPU-second | requests per second | p50, ms | p99, ms |
|---|---|---|---|---|
| mode none, without a token | $(cell "a.bare.$kind.rpcs" %.0f) | $(cell "a.bare.$kind.rps" %.0f) | $(cell "a.bare.$kind.p50" %.2f) | $(cell "a.bare.$kind.p99" %.2f) |
| mode none, with a token | $(cell "a.none.$kind.rpcs" %.0f) | $(cell "a.none.$kind.rps" %.0f) | $(cell "a.none.$kind.p50" %.2f) | $(cell "a.none.$kind.p99" %.2f) |
| mode oidc, with the permission numbers | $(cell "a.full.$kind.rpcs" %.0f) | $(cell "a.full.$kind.rps" %.0f) | $(cell "a.full.$kind.p50" %.2f) | $(cell "a.full.$kind.p99" %.2f) |
| mode oidc, numbers masked | $(cell "a.masked.$kind.rpcs" %.0f) | $(cell "a.masked.$kind.rps" %.0f) | $(cell "a.masked.$kind.p50" %.2f) | $(cell "a.masked.$kind.p99" %.2f) |
| **CPU per request with a token, oidc / none** (goal: 1.1) | **$(cell "a.of-none.$kind" %.3f)** | | | |
| **CPU per request, masked / not masked** | **$(cell "a.of-full.$kind" %.3f)** | | | |
TABLE
}
