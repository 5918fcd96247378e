package dev.callwatch.call;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of one call at one moment. Immutable.
 *
 * @param status the last status read
 * @param lastKnown the same, marked as stale; made once, since it answers all who ask meanwhile
 * @param lastError why Vonage could not be read since
 */
public record Snapshot(Optional<CallStatus> status, Optional<CallStatus> lastKnown, Optional<LastError> lastError) {

    /** Of a call that nobody has asked for. */
    public static final Snapshot NOTHING = new Snapshot(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Why a call could not be read lately.
     *
     * @param reason what the reading failed with
     * @param at the time of day at which it failed
     */
    public record LastError(UpstreamFailure reason, Instant at) {}

    /** After a reading. */
    public static Snapshot of(CallStatus status) {
        return new Snapshot(Optional.of(status), Optional.empty(), Optional.empty());
    }

    /**
     * After a reading that failed.
     *
     * @param time the time of day; the time of the status counts where the clock was put back behind it
     */
    public Snapshot failed(UpstreamFailure reason, Instant time) {
        Instant at = readAt().isAfter(time) ? readAt() : time;
        return new Snapshot(
                status,
                lastKnown.or(() -> status.map(CallStatus::asLastKnown)),
                Optional.of(new LastError(reason, at)));
    }

    /** The revision of the status; 0 where there is none. */
    public long revision() {
        return status.map(CallStatus::revision).orElse(0L);
    }

    /**
     * Merges what two replicas know of a call that did not reach each other: the later observation, under a revision above
     * the other's where they differ, with what either observed first. Commutative.
     */
    public Snapshot merge(Snapshot other) {
        Snapshot later = other.isAfter(this) ? other : this;
        Snapshot earlier = later == this ? other : this;
        Optional<CallStatus> merged = later.status
                .map(status ->
                        earlier.status.map(before -> following(before, status)).orElse(status))
                .or(() -> earlier.status);
        Optional<LastError> error = Stream.of(later.lastError, earlier.lastError)
                .flatMap(Optional::stream)
                .max(Comparator.comparing(LastError::at))
                .filter(recent -> merged.filter(
                                status -> !recent.at().isAfter(status.observed().at()))
                        .isEmpty());
        Snapshot read = merged.map(Snapshot::of).orElse(NOTHING);
        return error.map(recent -> read.failed(recent.reason(), recent.at())).orElse(read);
    }

    private static CallStatus following(CallStatus before, CallStatus status) {
        CallStatus next = status.revision() > before.revision() ? status : Revision.follow(before, status);
        return Revision.linked(next, Math.max(earlier(before, next), earlier(status, next)))
                .observed(status.observed().with(before.observed()));
    }

    /** The latest revision before another one that a status names: its own, or the one before it; 0 where it names none. */
    private static long earlier(CallStatus known, CallStatus next) {
        return known.revision() < next.revision()
                ? known.revision()
                : known.previous().orElse(0);
    }

    /** Whether its status was read later; of two read at the same moment it is the one of the higher revision. */
    private boolean isAfter(Snapshot other) {
        int compared = readAt().compareTo(other.readAt());
        return compared > 0 || compared == 0 && revision() > other.revision();
    }

    private Instant readAt() {
        return status.map(known -> known.observed().at()).orElse(Instant.EPOCH);
    }

    /** Whether another snapshot of the same call is of a later revision, or of a later attempt to read the same one. */
    boolean isOlderThan(Snapshot other) {
        return revision() < other.revision()
                || revision() == other.revision() && checkedAt().isBefore(other.checkedAt());
    }

    /** Whether its status can follow another's as it is: neither its revision nor its observation goes back. */
    boolean follows(Snapshot other) {
        return revision() >= other.revision() && !readAt().isBefore(other.readAt());
    }

    /**
     * The same, as what follows another one: where whoever read it knew of no revision before it, although there was one, its status
     * names that.
     */
    Snapshot following(Snapshot other) {
        long before = other.revision();
        return new Snapshot(
                status.map(known -> Revision.linked(known, before)),
                lastKnown.map(known -> Revision.linked(known, before)),
                lastError);
    }

    /** When Vonage was asked last, with or without success. */
    Instant checkedAt() {
        return lastError.map(LastError::at).filter(at -> at.isAfter(readAt())).orElse(readAt());
    }

    /**
     * Whether it is worth keeping. A failure without a status is, where it is Vonage's answer about the call: otherwise each of many
     * who ask would make Vonage repeat it.
     */
    boolean isCacheable() {
        return status.isPresent()
                || lastError.filter(recent -> recent.reason().isDefinitive()).isPresent();
    }

    /** Whether Vonage answered 404 last. */
    boolean isForgotten() {
        return lastError
                .filter(recent -> recent.reason() instanceof UpstreamFailure.CallNotFound)
                .isPresent();
    }
}
