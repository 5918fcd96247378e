package dev.callwatch.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * Numbers the revisions of a call with a hybrid logical clock (Kulkarni et al., 2014, without its counter): the time of the
 * observation in milliseconds since the epoch, and at least one more than the revision before. So numbers rise across
 * restarts, and on replicas that do not reach each other, as far as their clocks agree.
 */
final class Revision {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .reader();

    private Revision() {}

    /** The number of the first revision that is known. */
    static long first(Instant observedAt) {
        return observedAt.toEpochMilli();
    }

    /**
     * Gives an observation its revision. Where nothing but the observation times changed, the revision and the document stay,
     * so that what is equal has equal text.
     */
    static CallStatus follow(CallStatus known, CallStatus observed) {
        return isSame(known, observed)
                ? observed.numbered(known.revision(), known.previous(), known.vonage())
                : observed.numbered(
                        after(known.revision(), observed.observed().at()),
                        OptionalLong.of(known.revision()),
                        observed.vonage());
    }

    /**
     * The same content under a number above another one, which somebody has seen for this call.
     *
     * @param above the number that somebody has seen
     * @param now the time of day
     */
    static CallStatus raise(CallStatus known, long above, Instant now) {
        return known.numbered(
                after(Math.max(above, known.revision()), now), OptionalLong.of(known.revision()), known.vonage());
    }

    /**
     * The same, naming a revision as the one before it where it names none: a replica that could not ask the others read the call for
     * the first time, as far as it knew.
     *
     * @param before 0 where there is none
     */
    static CallStatus linked(CallStatus status, long before) {
        boolean first = status.previous().isEmpty() && before > 0 && before < status.revision();
        return first ? status.numbered(status.revision(), OptionalLong.of(before), status.vonage()) : status;
    }

    /** Whether nothing but observation times and revision differ. */
    static boolean isSame(CallStatus one, CallStatus other) {
        return one.hasContentOf(other) && isSameDocument(one.vonage(), other.vonage());
    }

    private static long after(long revision, Instant at) {
        return Math.max(revision + 1, at.toEpochMilli());
    }

    private static boolean isSameDocument(String one, String other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            // The order of fields has no meaning.
            return JSON.readTree(one).equals(JSON.readTree(other));
        } catch (JsonProcessingException unreadable) {
            // A number of extreme length may be read once and not again; that must not cost the answer.
            return false;
        }
    }
}
