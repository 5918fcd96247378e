package dev.callwatch.call;

import java.util.Optional;
import java.util.regex.Pattern;

/** Says in one English sentence how a call stands. It quotes what Vonage sent only where that is not known here. */
final class Summary {

    private static final int MOST_CHARACTERS = 40;

    /** Control and format characters, halves of characters, and separators of lines and paragraphs. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private Summary() {}

    /** @param status the upstream status as it came, for states that nobody knows */
    static String of(
            CallState state, Optional<String> status, Optional<String> recording, Optional<CallStatus.Result> result) {
        return switch (state) {
            case ACTIVE ->
                "The call is active" + recording.map(Summary::recording).orElse("") + ".";
            case COMPLETED -> completed(result);
            case FAILED -> "The call failed" + failure(result.orElseThrow()) + ".";
            case UNKNOWN -> unknown(status, result);
        };
    }

    private static String recording(String recording) {
        return switch (recording) {
            case "started" -> " and being recorded";
            case "paused" -> "; its recording is paused";
            case "stopped" -> "; its recording has stopped";
            default -> "; its recording is in a state that is not known here: " + quoted(recording);
        };
    }

    private static String completed(Optional<CallStatus.Result> result) {
        if (result.isEmpty()) {
            return "The call has ended; no fault was recorded.";
        }
        String how = result.get().code().isPresent() ? " normally" : "";
        Optional<String> reason = result.get().reason().filter(text -> !text.equals("normal"));
        return "The call has ended" + how
                + reason.map(text -> ", with the reason " + quoted(text)).orElse("") + ".";
    }

    private static String failure(CallStatus.Result result) {
        Optional<String> party = result.party();
        String who = party.map(Summary::party).orElse("the other side");
        return switch (result.reason().orElse("")) {
            case "no-answer" -> ": " + who + " did not answer";
            case "number-busy" -> ": " + who + " was busy";
            case "call-rejected" -> ": " + who + " rejected the call";
            case "number-changed" -> ": the number of " + who + " has changed";
            case "call-failed" -> ": the call to " + who + " could not be set up";
            case "normal" ->
                party.isEmpty() ? ", although it was cleared normally" : ", although " + who + " cleared it normally";
            case "unknown", "" ->
                party.isEmpty() ? " for an unknown reason" : " on the side of " + who + " for an unknown reason";
            default ->
                (party.isEmpty() ? "" : " on the side of " + who)
                        + " for a reason that is not known here: "
                        + quoted(result.reason().orElseThrow());
        };
    }

    private static String party(String party) {
        return switch (party) {
            case "originator", "recipient" -> "the " + party;
            default -> "the party " + quoted(party);
        };
    }

    private static String unknown(Optional<String> status, Optional<CallStatus.Result> result) {
        return status.map(text -> "The call has a status that is not known here: " + quoted(text) + ".")
                .orElseGet(() -> "The call has ended with a result that is not known here: "
                        + quoted(result.flatMap(CallStatus.Result::code).orElse("")) + ".");
    }

    private static String quoted(String text) {
        return '"' + shortened(UNPRINTABLE.matcher(text).replaceAll(" ").strip()) + '"';
    }

    private static String shortened(String text) {
        // Counted in code points: a character cut in half is no valid text.
        return text.codePointCount(0, text.length()) > MOST_CHARACTERS
                ? text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS)) + "…"
                : text;
    }
}
