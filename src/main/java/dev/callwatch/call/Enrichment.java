package dev.callwatch.call;

import dev.callwatch.phone.PhoneNumber;
import dev.callwatch.phone.PhoneNumbers;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes a status out of what Vonage said and what was known before. A pure function. */
final class Enrichment {

    private Enrichment() {}

    /**
     * The status that follows.
     *
     * @param reading its detail is asked for only where the document is another one
     * @param country the account's country, for national numbers
     * @param time the time of day at which Vonage was asked; where the clock was put back, the time of the previous status
     *     counts, so that observations never go back
     * @param previous the status known before
     */
    static CallStatus next(
            String account,
            Optional<String> country,
            CallGuid guid,
            CallReading reading,
            Instant time,
            Optional<CallStatus> previous) {
        Instant at = previous.map(known -> known.observed().at())
                .filter(before -> before.isAfter(time))
                .orElse(time);
        // Most readings find the document as it was, and all but the times follows from it.
        return previous.filter(known -> known.vonage().equals(reading.document()))
                .map(known -> known.observed(observed(known.state(), at, Optional.of(known.observed()))))
                .orElseGet(
                        () -> changed(account, country, guid, reading.detail().get(), at, previous));
    }

    /** The same, of a document that was parsed. */
    static CallStatus next(
            String account,
            Optional<String> country,
            CallGuid guid,
            CallDetail detail,
            Instant time,
            Optional<CallStatus> previous) {
        return next(account, country, guid, new CallReading(detail, time), time, previous);
    }

    private static CallStatus changed(
            String account,
            Optional<String> country,
            CallGuid guid,
            CallDetail detail,
            Instant at,
            Optional<CallStatus> previous) {
        CallState state = state(detail);
        Optional<CallStatus.Result> result = detail.fault().map(Enrichment::result);
        Optional<String> recording = present(detail.recordingStatus()).map(WireName::of);
        CallStatus observed = new CallStatus(
                guid.value(),
                account,
                state,
                ended(state),
                Summary.of(state, detail.status(), recording, result),
                party(detail.from(), country, previous.map(CallStatus::from)),
                party(detail.to(), country, previous.map(CallStatus::to)),
                recording,
                result,
                present(detail.dispositionCode()),
                Revision.first(at),
                OptionalLong.empty(),
                observed(state, at, previous.map(CallStatus::observed)),
                false,
                detail.document());
        return previous.map(known -> Revision.follow(known, observed)).orElse(observed);
    }

    private static CallState state(CallDetail detail) {
        if (detail.status().isPresent()) {
            return "active".equalsIgnoreCase(detail.status().get()) ? CallState.ACTIVE : CallState.UNKNOWN;
        }
        String code =
                detail.fault().flatMap(CallDetail.Fault::code).map(WireName::of).orElse("success");
        return switch (code) {
            case "success" -> CallState.COMPLETED;
            case "failure" -> CallState.FAILED;
            default -> CallState.UNKNOWN;
        };
    }

    private static Optional<Boolean> ended(CallState state) {
        return switch (state) {
            case ACTIVE -> Optional.of(false);
            case COMPLETED, FAILED -> Optional.of(true);
            case UNKNOWN -> Optional.empty();
        };
    }

    private static CallStatus.Result result(CallDetail.Fault fault) {
        return new CallStatus.Result(
                fault.code().map(WireName::of),
                present(fault.party()).map(WireName::of),
                present(fault.reason()).map(WireName::of),
                RetryAdvice.after(fault.reason()));
    }

    private static CallStatus.Party party(
            CallDetail.Party party, Optional<String> country, Optional<CallStatus.Party> before) {
        Optional<String> telephoneNumber = present(party.telephoneNumber());
        Optional<String> presentedClid = present(party.presentedClid());
        Optional<String> agentId = present(party.agentId());
        // Parsing a number is the most expensive part of a poll that finds nothing new.
        return before.filter(known -> known.telephoneNumber().equals(telephoneNumber)
                        && known.presentedClid().equals(presentedClid)
                        && known.agentId().equals(agentId))
                .orElseGet(() -> party(telephoneNumber, presentedClid, agentId, country));
    }

    private static CallStatus.Party party(
            Optional<String> telephoneNumber,
            Optional<String> presentedClid,
            Optional<String> agentId,
            Optional<String> country) {
        Optional<PhoneNumber> number =
                telephoneNumber.or(() -> presentedClid).flatMap(text -> PhoneNumbers.parse(text, country));
        return new CallStatus.Party(
                telephoneNumber,
                presentedClid,
                agentId,
                number.map(PhoneNumber::e164),
                number.flatMap(PhoneNumber::country),
                number.map(PhoneNumber::lineType));
    }

    private static CallStatus.Observed observed(CallState state, Instant at, Optional<CallStatus.Observed> before) {
        Optional<Instant> lastActiveAt =
                state == CallState.ACTIVE ? Optional.of(at) : before.flatMap(CallStatus.Observed::lastActiveAt);
        Optional<Instant> endedBefore = before.flatMap(CallStatus.Observed::firstEndedAt);
        Optional<Instant> firstEndedAt =
                switch (state) {
                    case ACTIVE -> Optional.empty();
                    case UNKNOWN -> endedBefore;
                    case COMPLETED, FAILED -> endedBefore.or(() -> Optional.of(at));
                };
        return CallStatus.Observed.of(
                at, before.map(CallStatus.Observed::firstAt).orElse(at), lastActiveAt, firstEndedAt);
    }

    private static Optional<String> present(Optional<String> text) {
        return text.filter(value -> !value.isBlank());
    }
}
