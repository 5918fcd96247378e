package dev.callwatch.call;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The status of a call as Vonage reported it at one moment.
 *
 * @param id the call's GUID in lower case
 * @param account the key of its account
 * @param state where the call stands
 * @param ended whether it is over; empty where the state is unknown
 * @param summary one English sentence
 * @param from the party the call came from
 * @param to the party the call went to
 * @param recording {@code started}, {@code stopped}, {@code paused} or a new value; empty where Vonage says nothing
 * @param result the recorded result
 * @param disposition what the agent set
 * @param revision a number that only rises, by which the revisions of a call are ordered: milliseconds since the epoch at the
 *     observation that led to it, or more
 * @param previous the revision before this one; empty for the first that is known. Not part of the JSON
 * @param observed what was seen when
 * @param stale whether Vonage could not be asked, so that this is the last known status
 * @param vonage the upstream document as received, as JSON
 */
@JsonPropertyOrder({
    "id",
    "account",
    "state",
    "ended",
    "summary",
    "from",
    "to",
    "recording",
    "result",
    "disposition",
    "revision",
    "observed",
    "stale",
    "vonage"
})
@RegisterForReflection(registerFullHierarchy = true)
public record CallStatus(
        String id,
        String account,
        CallState state,
        Optional<Boolean> ended,
        String summary,
        Party from,
        Party to,
        Optional<String> recording,
        Optional<Result> result,
        Optional<String> disposition,
        long revision,
        @JsonIgnore OptionalLong previous,
        Observed observed,
        boolean stale,
        @JsonRawValue String vonage) {

    /**
     * One side of a call.
     *
     * @param telephoneNumber as Vonage has it
     * @param presentedClid the calling line identity shown to the other side
     * @param agentId the agent on this side
     * @param e164 the telephone number, or else the presented CLID, in E.164 form
     * @param country its ISO 3166-1 alpha-2 country
     * @param lineType what kind of line it is, such as {@code fixed-line} or {@code mobile}
     */
    @JsonPropertyOrder({"telephoneNumber", "presentedClid", "agentId", "e164", "country", "lineType"})
    public record Party(
            Optional<String> telephoneNumber,
            Optional<String> presentedClid,
            Optional<String> agentId,
            Optional<String> e164,
            Optional<String> country,
            Optional<String> lineType) {}

    /**
     * The recorded result of a call, each part in lower case with hyphens.
     *
     * @param code {@code failure}, {@code success} or a new value
     * @param party {@code originator}, {@code recipient} or a new value
     * @param reason {@code no-answer}, {@code number-busy}, … or a new value
     * @param retry whether it is worth calling the number again
     */
    @JsonPropertyOrder({"code", "party", "reason", "retry"})
    public record Result(Optional<String> code, Optional<String> party, Optional<String> reason, RetryAdvice retry) {}

    /**
     * What was seen when, as RFC 3339 times in UTC.
     *
     * @param at when Vonage was asked for this status
     * @param firstAt when the call was first seen
     * @param lastActiveAt when it was last seen active
     * @param firstEndedAt when it was first seen ended
     * @param availableUntil the latest moment at which Vonage can still know it: 24 hours after {@code firstEndedAt}
     */
    @JsonPropertyOrder({"at", "firstAt", "lastActiveAt", "firstEndedAt", "availableUntil"})
    public record Observed(
            Instant at,
            Instant firstAt,
            Optional<Instant> lastActiveAt,
            Optional<Instant> firstEndedAt,
            Optional<Instant> availableUntil) {

        /** Vonage documents that it knows a call for up to 24 hours after it. */
        private static final Duration KNOWN_AFTER_END = Duration.ofHours(24);

        private static final Observed NEVER =
                new Observed(Instant.EPOCH, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty());

        /** What two replicas observed that did not reach each other. The other one made its last observation before this one. */
        Observed with(Observed other) {
            Optional<Instant> active = Stream.of(lastActiveAt, other.lastActiveAt)
                    .flatMap(Optional::stream)
                    .max(Comparator.naturalOrder());
            Optional<Instant> end = firstEndedAt.map(ended -> other.firstEndedAt
                    .filter(sooner -> sooner.isBefore(ended))
                    // Unless the call was seen active after that end.
                    .filter(sooner -> active.filter(sooner::isBefore).isEmpty())
                    .orElse(ended));
            return of(at, firstAt.isBefore(other.firstAt) ? firstAt : other.firstAt, active, end);
        }

        /** As it follows from what was seen. */
        public static Observed of(
                Instant at, Instant firstAt, Optional<Instant> lastActiveAt, Optional<Instant> firstEndedAt) {
            return new Observed(
                    at, firstAt, lastActiveAt, firstEndedAt, firstEndedAt.map(end -> end.plus(KNOWN_AFTER_END)));
        }
    }

    /**
     * The status that follows from what Vonage said before, here or on another replica.
     *
     * @param country the account's country, for national numbers
     */
    public static CallStatus of(
            CallKey call,
            Optional<String> country,
            CallDetail detail,
            long revision,
            OptionalLong previous,
            Observed observed) {
        return Enrichment.next(call.account().value(), country, call.guid(), detail, observed.at(), Optional.empty())
                .with(revision, previous, observed, false, detail.document());
    }

    /** Only the content, without times, revision and staleness: what entity tags are made of. */
    public CallStatus withoutTimes() {
        return with(0, OptionalLong.empty(), Observed.NEVER, false, vonage);
    }

    /** The same content with revision, times and staleness of another status. */
    public CallStatus withTimesOf(CallStatus other) {
        return with(other.revision, other.previous, other.observed, other.stale, vonage);
    }

    /** The same status, known to be the last that could be read. */
    public CallStatus asLastKnown() {
        return with(revision, previous, observed, true, vonage);
    }

    /** Whether all is equal but what differs between two observations of one content, and the document. */
    boolean hasContentOf(CallStatus other) {
        return id.equals(other.id)
                && account.equals(other.account)
                && state == other.state
                && ended.equals(other.ended)
                && summary.equals(other.summary)
                && from.equals(other.from)
                && to.equals(other.to)
                && recording.equals(other.recording)
                && result.equals(other.result)
                && disposition.equals(other.disposition);
    }

    CallStatus numbered(long otherRevision, OptionalLong otherPrevious, String otherDocument) {
        return with(otherRevision, otherPrevious, observed, stale, otherDocument);
    }

    CallStatus observed(Observed otherTimes) {
        return with(revision, previous, otherTimes, stale, vonage);
    }

    private CallStatus with(
            long otherRevision,
            OptionalLong otherPrevious,
            Observed otherTimes,
            boolean otherStale,
            String otherDocument) {
        return new CallStatus(
                id,
                account,
                state,
                ended,
                summary,
                from,
                to,
                recording,
                result,
                disposition,
                otherRevision,
                otherPrevious,
                otherTimes,
                otherStale,
                otherDocument);
    }
}
