package dev.callwatch.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.Optional;

/** Tells whether anything but the observation times changed between two sightings. */
final class Revision {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .reader();
    private static final CallStatus.Observed NO_TIMES =
            new CallStatus.Observed(Instant.EPOCH, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty());

    private Revision() {}

    /** The revision of {@code seen}, given the status known before it. */
    static long of(CallStatus known, CallStatus seen) {
        boolean same = essence(known).equals(essence(seen)) && sameDocument(known.vonage(), seen.vonage());
        return same ? known.revision() : known.revision() + 1;
    }

    private static CallStatus essence(CallStatus status) {
        return new CallStatus(
                status.id(),
                status.account(),
                status.state(),
                status.ended(),
                status.summary(),
                status.from(),
                status.to(),
                status.recording(),
                status.result(),
                status.disposition(),
                0,
                NO_TIMES,
                false,
                "");
    }

    private static boolean sameDocument(String known, String seen) {
        if (known.equals(seen)) {
            return true;
        }
        try {
            // The order of fields says nothing.
            return JSON.readTree(known).equals(JSON.readTree(seen));
        } catch (JsonProcessingException unreadable) {
            // A number of extreme length may be read once and not again; that must not cost the answer.
            return false;
        }
    }
}
