package dev.callwatch.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Tells whether anything but the observation times changed between two sightings. */
final class Revision {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .reader();

    private Revision() {}

    /**
     * Gives a sighting its revision. Where nothing changed the document stays the one known before, so that what is
     * equal is equal to the letter.
     */
    static CallStatus follow(CallStatus known, CallStatus seen) {
        boolean same = essence(known).equals(essence(seen)) && sameDocument(known.vonage(), seen.vonage());
        return same ? seen.as(known.revision(), known.vonage()) : seen.as(known.revision() + 1, seen.vonage());
    }

    private static CallStatus essence(CallStatus status) {
        return status.withoutTimes().as(0, "");
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
