# shellcheck shell=bash
# Sourced by run: a memory limit as a container has it, by a control group where this user may make one.

limit_kind= # v2, v1, or none
limit_group=

find_limits() {
    local v2=/sys/fs/cgroup v1=/sys/fs/cgroup/memory
    if grep -qsw memory "$v2/cgroup.controllers" &&
        { grep -qsw memory "$v2/cgroup.subtree_control" || echo +memory >"$v2/cgroup.subtree_control"; } 2>/dev/null &&
        mkdir "$v2/callwatch-bench.$$" 2>/dev/null; then
        limit_kind=v2 limit_group=$v2/callwatch-bench.$$
    elif [[ -f $v1/memory.limit_in_bytes ]] && mkdir "$v1/callwatch-bench.$$" 2>/dev/null; then
        limit_kind=v1 limit_group=$v1/callwatch-bench.$$
    else
        limit_kind=none
    fi
}

# Sets the limit of the group, which must have no process.
limit_to() { # MIB
    case $limit_kind in
    v2)
        echo "$(($1 << 20))" >"$limit_group/memory.max"
        [[ ! -f $limit_group/memory.swap.max ]] || echo 0 >"$limit_group/memory.swap.max"
        ;;
    v1) echo "$(($1 << 20))" >"$limit_group/memory.limit_in_bytes" ;;
    esac
}

# How many processes were killed since the group was made.
killed_for_memory() {
    case $limit_kind in
    v2) awk '$1 == "oom_kill" { print $2 }' "$limit_group/memory.events" ;;
    v1) awk '$1 == "oom_kill" { print $2 }' "$limit_group/memory.oom_control" ;;
    none) echo 0 ;;
    esac
}

# Runs a command in the group.
limited() { # COMMAND…
    [[ $limit_kind == none ]] || echo "$BASHPID" >"$limit_group/cgroup.procs"
    exec "$@"
}

end_limits() {
    local tries
    [[ -n $limit_group && -d $limit_group ]] || return 0
    for ((tries = 0; tries < 50; tries++)); do
        rmdir "$limit_group" 2>/dev/null && return
        sleep 0.1
    done
}
