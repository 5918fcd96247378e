package dev.callwatch.api;

import dev.callwatch.call.CallStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is kept of every content of a call that somebody asked for: its entity tag, and which observation was asked for last. Safe
 * for concurrent use.
 */
final class RequestedContent {

    private final long revision;

    /** The hash of Vonage's document: replicas that did not reach each other may have used a revision twice. */
    private final int document;

    private volatile Optional<String> tag = Optional.empty();
    private volatile Instant observedAt = Instant.MIN;

    RequestedContent(CallStatus status) {
        this.revision = status.revision();
        this.document = status.vonage().hashCode();
    }

    /** Which request of a content one is. */
    enum Request {
        /** Nobody has asked for the content before. */
        FIRST,
        /** Another observation of it was asked for last. */
        OF_ANOTHER_OBSERVATION,
        /** The same observation was asked for last: it may be so for many more, until the call is read again. */
        OF_THE_SAME_OBSERVATION
    }

    /** Whether a status differs from this one in nothing but times and staleness. */
    boolean isOf(CallStatus status) {
        return revision == status.revision() && document == status.vonage().hashCode();
    }

    /** Notes that somebody asks for an observation of this content. */
    Request request(CallStatus observation) {
        Instant before = observedAt;
        observedAt = observation.observed().at();
        if (before.equals(observedAt)) {
            return Request.OF_THE_SAME_OBSERVATION;
        }
        return before.equals(Instant.MIN) ? Request.FIRST : Request.OF_ANOTHER_OBSERVATION;
    }

    /** The entity tag, which is computed for the first who needs it, and again for those who need it meanwhile. */
    String tag(Supplier<String> computation) {
        if (tag.isEmpty()) {
            tag = Optional.of(computation.get());
        }
        return tag.get();
    }
}
