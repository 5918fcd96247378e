package dev.callwatch.call;

/**
 * The place of a call in the list of its account: the call that changed last comes first.
 *
 * @param revision the call's last revision
 */
public record CallPosition(long revision, CallGuid guid) implements Comparable<CallPosition> {

    @Override
    public int compareTo(CallPosition other) {
        int later = Long.compare(other.revision, revision);
        // Redis orders members of one score backwards as well.
        return later == 0 ? other.guid.value().compareTo(guid.value()) : later;
    }
}
