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
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The status of a call as Vonage told it at one moment.
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
 *     observation that brought it, or more
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
@Schema(description = "The enriched status of a call.")
@RegisterForReflection(registerFullHierarchy = true)
public record CallStatus(
        @Schema(examples = "94e5928c-7f7e-4645-ad72-61010f906449", format = "uuid", required = true)
        String id,

        @Schema(examples = "a1b2c3d4e5", required = true) String account,
        @Schema(required = true) CallState state,

        @Schema(description = "null where the state is unknown", nullable = true, required = true)
        Optional<Boolean> ended,

        @Schema(examples = "The call failed: the originator did not answer.", required = true)
        String summary,

        @Schema(required = true) Party from,
        @Schema(required = true) Party to,

        @Schema(
                description = "started, stopped, paused, a value that is new, or null",
                examples = "started",
                nullable = true,
                required = true)
        Optional<String> recording,

        @Schema(description = "null unless a result is recorded", nullable = true, required = true)
        Optional<Result> result,

        @Schema(
                description = "What the agent set, usually after the end of the call.",
                examples = "Wrong Number",
                nullable = true,
                required = true)
        Optional<String> disposition,

        @Schema(
                description = "A number that only rises, by which the revisions of a call are ordered."
                        + " Raised whenever anything but the observation times changed.",
                examples = "1764025459123",
                minimum = "1",
                required = true)
        long revision,

        @Schema(hidden = true) @JsonIgnore OptionalLong previous,

        @Schema(required = true) Observed observed,

        @Schema(description = "Whether this is the last known status, because Vonage cannot be asked.", required = true)
        boolean stale,

        @Schema(
                description = "Vonage's document as received, unknown fields included.",
                type = SchemaType.OBJECT,
                implementation = Object.class,
                required = true)
        @JsonRawValue
        String vonage) {

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
    @Schema(name = "Party", description = "One side of a call.")
    public record Party(
            @Schema(examples = "02072068888", nullable = true, required = true)
            Optional<String> telephoneNumber,

            @Schema(examples = "08008888888", nullable = true, required = true)
            Optional<String> presentedClid,

            @Schema(examples = "10", nullable = true, required = true)
            Optional<String> agentId,

            @Schema(examples = "+442072068888", nullable = true, required = true)
            Optional<String> e164,

            @Schema(examples = "GB", nullable = true, required = true)
            Optional<String> country,

            @Schema(examples = "fixed-line", nullable = true, required = true)
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
    @Schema(name = "Result", description = "The recorded result of a call.")
    public record Result(
            @Schema(examples = "failure", nullable = true, required = true)
            Optional<String> code,

            @Schema(examples = "originator", nullable = true, required = true)
            Optional<String> party,

            @Schema(examples = "no-answer", nullable = true, required = true)
            Optional<String> reason,

            @Schema(required = true) RetryAdvice retry) {}

    /**
     * What was seen when, as RFC 3339 times in UTC.
     *
     * @param at when this status was read
     * @param firstAt when the call was first seen
     * @param lastActiveAt when it was last seen active
     * @param firstEndedAt when it was first seen ended
     * @param availableUntil the latest moment at which Vonage can still know it: 24 hours after {@code firstEndedAt}
     */
    @JsonPropertyOrder({"at", "firstAt", "lastActiveAt", "firstEndedAt", "availableUntil"})
    @Schema(name = "Observed", description = "What was seen when.")
    public record Observed(
            @Schema(required = true) Instant at,
            @Schema(required = true) Instant firstAt,
            @Schema(nullable = true, required = true) Optional<Instant> lastActiveAt,
            @Schema(nullable = true, required = true) Optional<Instant> firstEndedAt,
            @Schema(nullable = true, required = true) Optional<Instant> availableUntil) {

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
                    // It went on after that.
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

    /** The content alone, without times, revision and staleness: what entity tags are made of. */
    public CallStatus withoutTimes() {
        return with(0, OptionalLong.empty(), Observed.NEVER, false, vonage);
    }

    /** The same status, known to be the last that could be read. */
    public CallStatus asLastKnown() {
        return with(revision, previous, observed, true, vonage);
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
