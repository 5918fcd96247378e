package dev.callwatch.call;

import java.time.Instant;

/**
 * What a reading of a call found.
 *
 * @param detail what Vonage says of the call
 * @param askedAt when the request was sent, by the steady clock: Vonage's answer is at least as recent. The moment at which the
 *     answer is processed says less, since this process may have been frozen or busy after Vonage had answered
 */
public record CallReading(CallDetail detail, Instant askedAt) {}
