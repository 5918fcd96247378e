package dev.callwatch.call;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/**
 * What the replicas of this service know of calls together, and which of them reads one now. A port. No method fails: a
 * replica that cannot reach the others works with what it has.
 */
public interface Coordination extends SharedCalls {

    /** What comes of asking for the lease to read a call. */
    sealed interface LeaseResult permits Update, HeldElsewhere, Lease {}

    /**
     * Other replicas know more of the call.
     *
     * @param snapshot what all know of it
     * @param since the revisions after the one known here, the oldest first, as far as they are kept; the last is the
     *     snapshot's
     */
    record Update(Snapshot snapshot, List<CallStatus> since) implements LeaseResult {

        /** With no revision beside the snapshot's. */
        public static Update of(Snapshot snapshot) {
            return new Update(snapshot, snapshot.status().map(List::of).orElse(List.of()));
        }
    }

    /**
     * Another replica holds the lease: it reads the call now.
     *
     * @param outcome the result of its reading; empty where it ended without one, so that the lease is free. It ends soon after
     *     the lease does
     */
    record HeldElsewhere(Uni<Optional<Update>> outcome) implements LeaseResult {}

    /** The caller is to read the call, for all; one of the two methods ends the lease. */
    non-sealed interface Lease extends LeaseResult {

        /**
         * Publishes the result of the reading, and ends the lease.
         *
         * @param before what was known here when {@code now} was made of it
         * @return what all know since, which is more than {@code now} where another replica has read the call meanwhile
         */
        Uni<Update> publish(Snapshot before, Snapshot now);

        /** Tells the replicas that wait why nothing was read, and ends the lease. */
        Uni<Void> abort(UpstreamFailure reason);
    }

    /**
     * Asks for the lease to read a call.
     *
     * @param known what is known of it here
     */
    Uni<LeaseResult> acquire(CallKey key, Snapshot known);

    /**
     * The same knowledge for callers that must not miss anything, and can wait: where it cannot be read now, each method fails, instead
     * of going on with what only this process knows. Where nothing is shared, none fails.
     */
    default SharedCalls shared() {
        return this;
    }
}
