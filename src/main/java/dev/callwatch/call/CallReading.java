package dev.callwatch.call;

import java.time.Instant;
import java.util.function.Supplier;

/**
 * What a reading of a call found.
 *
 * @param document the document, as {@link CallDetail#document} has it
 * @param detail what it says, parsed for those who ask: most readings find the document as it was
 * @param askedAt when the request was sent, by the steady clock: Vonage's answer is at least as recent. The moment at which the
 *     answer is processed says less, since this process may have been frozen or busy after Vonage had answered
 */
public record CallReading(String document, Supplier<CallDetail> detail, Instant askedAt) {

    /** Of a document that was parsed. */
    public CallReading(CallDetail detail, Instant askedAt) {
        this(detail.document(), () -> detail, askedAt);
    }
}
