package dev.callwatch.api;

import dev.callwatch.call.CallStatus;

/**
 * Masks a status for callers without the permission to see telephone numbers. Of a number, the calling code and the last two
 * digits stay. Whatever else Vonage sent is shown where it is known to be harmless, and loses all its digits otherwise.
 */
public final class Masking {

    private Masking() {}

    /** The same status without telephone numbers. A pure function, the same on every replica. */
    public static CallStatus of(CallStatus status) {
        return new CallStatus(
                status.id(),
                status.account(),
                status.state(),
                status.ended(),
                // The summary quotes values that Vonage does not document, which may contain a number.
                MaskedText.withoutDigits(status.summary()),
                party(status.from()),
                party(status.to()),
                status.recording().map(MaskedText::withoutDigits),
                status.result().map(Masking::result),
                status.disposition().map(MaskedText::code),
                status.revision(),
                status.previous(),
                status.observed(),
                status.stale(),
                new MaskedDocument(status.account(), status.id()).of(status.vonage()));
    }

    private static CallStatus.Party party(CallStatus.Party party) {
        return new CallStatus.Party(
                party.telephoneNumber().map(MaskedText::number),
                party.presentedClid().map(MaskedText::number),
                party.agentId().map(MaskedText::identifier),
                party.e164().map(MaskedText::number),
                party.country(),
                party.lineType());
    }

    private static CallStatus.Result result(CallStatus.Result result) {
        return new CallStatus.Result(
                result.code().map(MaskedText::withoutDigits),
                result.party().map(MaskedText::withoutDigits),
                result.reason().map(MaskedText::withoutDigits),
                result.retry());
    }
}
