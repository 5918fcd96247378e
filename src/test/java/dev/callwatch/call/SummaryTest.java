package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SummaryTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "originator | no-answer      | The call failed: the originator did not answer.",
                "recipient  | no-answer      | The call failed: the recipient did not answer.",
                "-          | no-answer      | The call failed: the other side did not answer.",
                "originator | number-busy    | The call failed: the originator was busy.",
                "recipient  | number-busy    | The call failed: the recipient was busy.",
                "originator | call-rejected  | The call failed: the originator rejected the call.",
                "recipient  | call-rejected  | The call failed: the recipient rejected the call.",
                "originator | number-changed | The call failed: the number of the originator has changed.",
                "recipient  | number-changed | The call failed: the number of the recipient has changed.",
                "originator | call-failed    | The call failed: the call to the originator could not be set up.",
                "recipient  | call-failed    | The call failed: the call to the recipient could not be set up.",
                "originator | normal         | The call failed, although the originator cleared it normally.",
                "recipient  | normal         | The call failed, although the recipient cleared it normally.",
                "-          | normal         | The call failed, although it was cleared normally.",
                "originator | unknown        | The call failed on the side of the originator for an unknown reason.",
                "recipient  | unknown        | The call failed on the side of the recipient for an unknown reason.",
                "recipient  | -              | The call failed on the side of the recipient for an unknown reason.",
                "-          | -              | The call failed for an unknown reason.",
                "operator   | no-answer      | The call failed: the party \"operator\" did not answer.",
                "-          | line-eaten     | The call failed for a reason that is not known here: \"line-eaten\".",
                "recipient  | line-eaten     | The call failed on the side of the recipient for a reason that is not known here: \"line-eaten\"."
            })
    void a_failed_call_says_who_and_why(String party, String reason, String sentence) {
        assertThat(of(CallState.FAILED, null, null, result("failure", party, reason)))
                .isEqualTo(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "-       | The call is active.",
                "started | The call is active and being recorded.",
                "paused  | The call is active; its recording is paused.",
                "stopped | The call is active; its recording has stopped.",
                "halted  | The call is active; its recording is in a state that is not known here: \"halted\"."
            })
    void an_active_call_says_how_its_recording_stands(String recording, String sentence) {
        assertThat(of(CallState.ACTIVE, "Active", recording, Optional.empty())).isEqualTo(sentence);
    }

    @Test
    void a_completed_call_says_so() {
        assertThat(of(CallState.COMPLETED, null, null, Optional.empty()))
                .isEqualTo("The call has ended; no fault was recorded.");
        assertThat(of(CallState.COMPLETED, null, null, result("success", "recipient", "normal")))
                .isEqualTo("The call has ended normally.");
        assertThat(of(CallState.COMPLETED, null, null, result("success", null, "number-busy")))
                .isEqualTo("The call has ended normally, with the reason \"number-busy\".");
    }

    @Test
    void a_result_without_a_code_is_not_called_normal() {
        assertThat(of(CallState.COMPLETED, null, null, result(null, "recipient", "no-answer")))
                .isEqualTo("The call has ended, with the reason \"no-answer\".");
    }

    @Test
    void what_is_not_known_is_quoted_short_and_printable() {
        assertThat(of(CallState.UNKNOWN, "Ring\u0007ing\n", null, Optional.empty()))
                .isEqualTo("The call has a status that is not known here: \"Ring ing\".");
        assertThat(of(CallState.UNKNOWN, "x".repeat(500), null, Optional.empty()))
                .isEqualTo("The call has a status that is not known here: \"" + "x".repeat(40) + "…\".");
        assertThat(of(CallState.UNKNOWN, null, null, result("line-eaten", null, null)))
                .isEqualTo("The call has ended with a result that is not known here: \"line-eaten\".");
    }

    @Test
    void text_that_could_disturb_a_reader_is_taken_out() {
        assertThat(of(CallState.UNKNOWN, "a\u0085b\u202Ec\u2028d\u200Be", null, Optional.empty()))
                .isEqualTo("The call has a status that is not known here: \"a b c d e\".");
        assertThat(of(CallState.UNKNOWN, "cut\uD83D", null, Optional.empty()))
                .isEqualTo("The call has a status that is not known here: \"cut\".");
    }

    @Test
    void no_character_is_cut_in_half() {
        assertThat(of(CallState.UNKNOWN, "x".repeat(39) + "\uD83D\uDE00y", null, Optional.empty()))
                .isEqualTo("The call has a status that is not known here: \"" + "x".repeat(39) + "\uD83D\uDE00…\".");
    }

    private static String of(CallState state, String status, String recording, Optional<CallStatus.Result> result) {
        return Summary.of(state, Optional.ofNullable(status), Optional.ofNullable(recording), result);
    }

    private static Optional<CallStatus.Result> result(String code, String party, String reason) {
        return Optional.of(new CallStatus.Result(
                Optional.ofNullable(code),
                Optional.ofNullable(party),
                Optional.ofNullable(reason),
                RetryAdvice.UNKNOWN));
    }
}
