package dev.callwatch.call;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is known of one call at one moment. Immutable.
 *
 * @param status the last status read
 * @param lastKnown the same, marked as stale; made once, since all who ask meanwhile are answered with it
 * @param lastError why it could not be read since
 */
public record Snapshot(Optional<CallStatus> status, Optional<CallStatus> lastKnown, Optional<LastError> lastError) {

    /** Of a call that nobody has asked for. */
    public static final Snapshot NOTHING = new Snapshot(Optional.empty(), Optional.empty(), Optional.empty());

    /** Objects, keys and times beside the texts of one status, about. */
    private static final int BYTES_BESIDE_TEXT = 1_500;

    /**
     * Why a call could not be read lately.
     *
     * @param reason what the reading failed with
     * @param at when it failed
     */
    public record LastError(UpstreamFailure reason, Instant at) {}

    /** It was read. */
    public static Snapshot of(CallStatus status) {
        return new Snapshot(Optional.of(status), Optional.empty(), Optional.empty());
    }

    /** It could not be read. */
    public Snapshot failed(UpstreamFailure reason, Instant at) {
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
     * What two who did not hear of each other know of a call, as one: the later observation, with a revision above the
     * other's where they differ, and with what either saw first. The same whoever of the two asks.
     */
    public Snapshot with(Snapshot other) {
        Snapshot later = other.isAfter(this) ? other : this;
        Snapshot earlier = later == this ? other : this;
        Optional<CallStatus> both = later.status
                .map(status ->
                        earlier.status.map(before -> following(before, status)).orElse(status))
                .or(() -> earlier.status);
        Optional<LastError> since = Stream.of(later.lastError, earlier.lastError)
                .flatMap(Optional::stream)
                .max(Comparator.comparing(LastError::at))
                .filter(recent -> both.filter(
                                status -> !recent.at().isAfter(status.observed().at()))
                        .isEmpty());
        Snapshot merged = both.map(Snapshot::of).orElse(NOTHING);
        return since.map(recent -> merged.failed(recent.reason(), recent.at())).orElse(merged);
    }

    private static CallStatus following(CallStatus before, CallStatus status) {
        CallStatus next = status.revision() > before.revision() ? status : Revision.follow(before, status);
        return next.observed(status.observed().with(before.observed()));
    }

    /** Whether its status was read later; of two read at the same moment it is the one of the higher revision. */
    private boolean isAfter(Snapshot other) {
        int compared = at().compareTo(other.at());
        return compared > 0 || compared == 0 && revision() > other.revision();
    }

    private Instant at() {
        return status.map(known -> known.observed().at()).orElse(Instant.EPOCH);
    }

    /** Whether it says no more than another of the same call. */
    boolean isSupersededBy(Snapshot other) {
        boolean older = revision() < other.revision()
                || revision() == other.revision() && checkedAt().isBefore(other.checkedAt());
        return older || equals(other);
    }

    /** When it was read last, or could not be. */
    Instant checkedAt() {
        return lastError.map(LastError::at).filter(at -> at.isAfter(at())).orElse(at());
    }

    /**
     * Whether it says anything of the call. A failure is no value: it counts beside a status, or where it is Vonage's word
     * on the call, since otherwise each of many who ask would make Vonage say it again.
     */
    boolean isCacheable() {
        return status.isPresent()
                || lastError.filter(recent -> recent.reason().isDefinitive()).isPresent();
    }

    /** Whether Vonage knew the call and knows it no longer. */
    boolean isForgotten() {
        return lastError
                .filter(recent -> recent.reason() instanceof UpstreamFailure.CallNotFound)
                .isPresent();
    }

    /** The memory it takes, in bytes, about. */
    int weight() {
        return BYTES_BESIDE_TEXT
                + status.map(known -> known.vonage().length() + known.summary().length())
                        .orElse(0);
    }
}
