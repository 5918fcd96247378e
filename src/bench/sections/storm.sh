# shellcheck shell=bash
# 10,000 concurrent requests for one unknown call, while the upstream is slow or fails: how many requests reach the upstream.

storm() {
    local count=10000 behaviour block expected upstream failing case=1 guid callwatch asked retries seconds statuses kind
    ulimit -n 25000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
    (($(ulimit -n) > count + 500)) || die "storm needs more than $((count + 500)) open files; the limit is $(ulimit -n)."
    failing=$(free_port)
    launch failing taskset -c "$LOAD_CORE" python3 "$here/probe.py" upstream "$failing"
    upstream=$pid
    await "http://127.0.0.1:$failing/count/none"
    cat <<TABLE

## $count concurrent requests for one call

Callwatch does not know the call before; for each row it is a new process after some thousand look-ups of other calls. All
connections are open before the first request is sent. To read the call takes one request and its retries, so the call was read
as often as the requests minus the retries say.

| | the upstream | requests to it | of them retries | times read | expected | answers | from the first request to the last answer, s |
|---|---|---|---|---|---|---|---|
TABLE
    for kind in "${kinds[@]}"; do
        use "$kind"
        for behaviour in "00002000|answers after 2 s|once" "00002403|answers 403 after 2 s|once" "00000403|answers 403 at once|once" \
            "00000408|does not answer in time|once" "00000503|answers 503 at once|once"; do
            IFS='|' read -r block behaviour expected <<<"$behaviour"
            progress "storm: $behaviour"
            quiet
            launch_callwatch "$failing"
            callwatch=$pid
            taskset -c "$LOAD_CORE" python3 "$here/probe.py" sweep "$port" 1 8000 "$ACCOUNTS"
            case=$((case + 1))
            guid=$block-0000-4000-8000-$(printf %012d "$case")
            # Another source address each time, so that ports in TIME_WAIT do not run out.
            read -r seconds statuses < <(taskset -c "$LOAD_CORE" python3 "$here/probe.py" storm \
                "$port" "/v1/accounts/b0/calls/$guid" "$count" "127.0.0.$case")
            asked=$(curl -sf "http://127.0.0.1:$failing/count/$guid")
            retries=$(curl -sf "http://127.0.0.1:$management/q/metrics" |
                awk '/^callwatch_upstream_retries_total/ { sum += $NF } END { printf "%d\n", sum }')
            end "$callwatch"
            echo "| $(title "$kind") | $behaviour | $asked | $retries | $((asked - retries)) | $expected | $statuses | $seconds |"
        done
    done
    use jvm
    end "$upstream"
}
