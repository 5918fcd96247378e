package dev.callwatch.call;

import java.util.Optional;

/**
 * What Vonage said of a call at one moment, read tolerantly: each part that is absent, null or of an unexpected JSON
 * type is empty, and a value nobody documented is kept as it came.
 *
 * @param status {@code Active}, any other text, or empty where the call is disconnected. A status that is not text is
 *     its JSON text, so that it is never mistaken for a call that is over
 * @param recordingStatus {@code Started}, {@code Stopped}, {@code Paused}, any other text, or empty
 * @param from the party the call came from
 * @param to the party the call went to
 * @param fault the recorded {@code result}; empty where there is none or where it is an empty object
 * @param dispositionCode what the agent set, or empty; agents usually set it after the call has ended
 * @param document the document as received, unknown fields included, as compact JSON on one line
 */
public record CallDetail(
        Optional<String> status,
        Optional<String> recordingStatus,
        Party from,
        Party to,
        Optional<Fault> fault,
        Optional<String> dispositionCode,
        String document) {

    /**
     * One side of the call.
     *
     * @param telephoneNumber as Vonage has it: national or international form, with or without {@code +}
     * @param presentedClid the calling line identity shown to the other side ({@code from} only)
     * @param agentId the agent on this side
     */
    public record Party(Optional<String> telephoneNumber, Optional<String> presentedClid, Optional<String> agentId) {}

    /**
     * The recorded {@code result} of a call. At least one part is present.
     *
     * @param code {@code Failure}, {@code Success} or any other text
     * @param party {@code Originator}, {@code Recipient} or any other text
     * @param reason {@code NoAnswer}, {@code NumberBusy}, … or any other text
     */
    public record Fault(Optional<String> code, Optional<String> party, Optional<String> reason) {}
}
