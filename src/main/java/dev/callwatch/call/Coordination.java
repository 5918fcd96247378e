package dev.callwatch.call;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/**
 * What the replicas of this service know of calls together, and which of them reads one now. No method fails: a replica
 * that cannot reach the others works on its own.
 */
public interface Coordination {

    /** What comes of wanting to read a call. */
    sealed interface LeaseResult permits Update, HeldElsewhere, Lease {}

    /**
     * Somebody else knows more of the call.
     *
     * @param snapshot what all know of it
     * @param since the revisions that followed the one known here, the oldest first, as far as they are kept; the last is
     *     the snapshot's
     */
    record Update(Snapshot snapshot, List<CallStatus> since) implements LeaseResult {

        /** Nothing beside the snapshot is kept. */
        public static Update of(Snapshot snapshot) {
            return new Update(snapshot, snapshot.status().stream().toList());
        }
    }

    /**
     * Another replica reads the call.
     *
     * @param outcome what it brought; nothing where that replica was not heard of again, so that the call is to be claimed
     *     anew
     */
    record HeldElsewhere(Uni<Optional<Update>> outcome) implements LeaseResult {}

    /** The caller is to read the call, for all; ended by one of the two methods. */
    non-sealed interface Lease extends LeaseResult {

        /**
         * Shares what the reading brought and ends the lease.
         *
         * @param before what was known here when {@code now} was made of it
         * @return what all know since, which is more than {@code now} where somebody else has read the call meanwhile
         */
        Uni<Update> publish(Snapshot before, Snapshot now);

        /** Tells those who wait why nothing was brought, and ends the lease. */
        Uni<Void> abort(UpstreamFailure reason);
    }

    /**
     * Claims the reading of a call.
     *
     * @param known what is known of it here
     */
    Uni<LeaseResult> acquire(CallKey key, Snapshot known);

    /**
     * Brings together what is known here and by all.
     *
     * @param known what is known here
     */
    Uni<Update> sync(CallKey key, Snapshot known);

    /** The last statuses of a call, one a revision, the oldest first; none where none are kept elsewhere. */
    Uni<List<CallStatus>> history(CallKey key);
}
