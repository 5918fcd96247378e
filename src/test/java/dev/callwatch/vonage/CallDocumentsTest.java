package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallReading;
import dev.callwatch.call.UpstreamFailure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallDocumentsTest {

    @Test
    void the_documented_failed_call_is_read() {
        CallDetail detail = read("""
                {"id":"94e5928c-7f7e-4645-ad72-61010f906449","links":[],
                 "from":{"telephoneNumber":"02072068888","agentId":"10"},"to":{"telephoneNumber":"02072068888"},
                 "status":null,"recordingStatus":null,
                 "result":{"code":"Failure","party":"Originator","reason":"NoAnswer"},
                 "dispositionCode":"Wrong Number"}""");
        assertThat(detail.status()).isEmpty();
        assertThat(detail.recordingStatus()).isEmpty();
        assertThat(detail.from().telephoneNumber()).contains("02072068888");
        assertThat(detail.from().presentedClid()).isEmpty();
        assertThat(detail.from().agentId()).contains("10");
        assertThat(detail.fault().orElseThrow().reason()).contains("NoAnswer");
        assertThat(detail.dispositionCode()).contains("Wrong Number");
    }

    @Test
    void the_document_is_kept_as_received_but_for_white_space() {
        String document = "{ \"status\":\n null, \"new\" : [1.10, 12345678901234567890.123, 1e400, \"\\u00e9\"] }";
        assertThat(read(document).document())
                .isEqualTo("{\"status\":null,\"new\":[1.10,12345678901234567890.123,1E+400,\"é\"]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "[{\"status\":null}]",
                "\"text\"",
                "7",
                "{}",
                "{\"message\":\"The requested resource was not found.\"}",
                "<html><body>502 Bad Gateway</body></html>",
                "{\"status\":\"Acti",
                "{\"status\":null}{\"status\":null}",
                "{\"status\":null} trailing",
                "{'status':null}",
                "{\"status\":1e2147483648}",
                "{\"status\":null,\"new\":1e99999999999999999999}",
                "\u0000"
            })
    void what_is_not_a_call_is_malformed(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(UpstreamFailure.Malformed.class);
    }

    @Test
    void nesting_without_end_is_malformed() {
        String body = "{\"status\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> read(body)).isInstanceOf(UpstreamFailure.Malformed.class);
    }

    @Test
    void deep_but_bounded_nesting_is_kept() {
        String body = "{\"status\":null,\"x\":" + "[".repeat(900) + "]".repeat(900) + "}";
        assertThat(read(body).document()).isEqualTo(body);
    }

    @Test
    void half_a_character_loses_nothing() {
        CallDetail detail = read("{\"dispositionCode\":\"a\\ud83d\",\"x\":\"\\ud83d\\ude00 \\udc00\"}");
        assertThat(detail.dispositionCode()).contains("a\uFFFD");
        assertThat(detail.document()).isEqualTo("{\"dispositionCode\":\"a\\ud83d\",\"x\":\"\uD83D\uDE00 \\udc00\"}");
    }

    @Test
    void bytes_that_are_no_text_are_malformed() {
        byte[] invalid = {'{', '"', 's', 't', 'a', 't', 'u', 's', '"', ':', '"', (byte) 0xC3, (byte) 0x28, '"', '}'};
        assertThatThrownBy(() -> CallDocuments.read(invalid)).isInstanceOf(UpstreamFailure.Malformed.class);
    }

    @Test
    void numbers_where_text_is_expected_are_text() {
        CallDetail detail = read("{\"from\":{\"telephoneNumber\":2072068888,\"agentId\":10},\"dispositionCode\":7}");
        assertThat(detail.from().telephoneNumber()).contains("2072068888");
        assertThat(detail.from().agentId()).contains("10");
        assertThat(detail.dispositionCode()).contains("7");
    }

    @Test
    void a_part_of_an_unexpected_type_is_absent_and_spoils_nothing() {
        CallDetail detail =
                read("{\"from\":\"02072068888\",\"to\":[],\"result\":7,\"recordingStatus\":{},\"status\":\"Active\"}");
        assertThat(detail.status()).contains("Active");
        assertThat(detail.from().telephoneNumber()).isEmpty();
        assertThat(detail.fault()).isEmpty();
        assertThat(detail.recordingStatus()).isEmpty();
    }

    @Test
    void a_status_of_an_unexpected_type_is_never_taken_for_a_call_that_is_over() {
        assertThat(read("{\"status\":{}}").status()).contains("{}");
        assertThat(read("{\"status\":[]}").status()).contains("[]");
        assertThat(read("{\"status\":5}").status()).contains("5");
        assertThat(read("{\"status\":\"\"}").status()).contains("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"code\":null}"})
    void an_empty_result_is_none(String result) {
        assertThat(read("{\"result\":" + result + "}").fault()).isEmpty();
    }

    @Test
    void the_known_document_is_parsed_only_for_those_who_ask_what_it_says() {
        String known = "{\"status\":\"Active\",\"x\":\"\u00e9\"}";
        CallReading reading = reading(known, Optional.of(known));
        assertThat(reading.document()).isSameAs(known);
        assertThat(reading.detail().get()).isEqualTo(read(known));
    }

    @Test
    void another_document_than_the_known_one_is_read_at_once() {
        Optional<String> known = Optional.of("{\"status\":\"Active\"}");
        assertThat(reading("{\"status\": null}", known).document()).isEqualTo("{\"status\":null}");
        assertThatThrownBy(() -> reading("{\"status\":\"Active\"", known))
                .isInstanceOf(UpstreamFailure.Malformed.class);
    }

    @Test
    void a_large_document_is_read_like_a_small_one() {
        String filled = ",\"filling\":\"" + "x".repeat(70_000) + "\"}";
        String first =
                "{\"id\":\"1\",\"status\":null,\"from\":{\"telephoneNumber\":2072068888,\"agentId\":\"10\"},\"new\":[1,{\"a\":-2}],"
                        + "\"result\":{\"code\":\"Failure\"},\"dispositionCode\":\"Sale\"";
        for (String more : List.of(
                "",
                ",\"x\": 1",
                ",\"x\":1.10",
                ",\"x\":\"\u00e9\"",
                ",\"x\":\"\\u00e9\"",
                ",\"status\":\"Active\"",
                ",\"x\":-0")) {
            CallDetail small = read(first + more + "}");
            CallDetail large = read(first + more + filled);
            assertThat(large.document())
                    .isEqualTo(small.document().substring(0, small.document().length() - 1) + filled);
            assertThat(List.of(large.status(), large.from(), large.fault(), large.dispositionCode()))
                    .isEqualTo(List.of(small.status(), small.from(), small.fault(), small.dispositionCode()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "}}", "} {}", "]", ",\"x\":01}", ",\"x\":tru}"})
    void a_large_body_that_is_not_a_call_is_malformed(String end) {
        String large = "{\"filling\":\"" + "x".repeat(70_000) + '"';
        assertThatThrownBy(() -> read(large + "}")).isInstanceOf(UpstreamFailure.Malformed.class);
        assertThatThrownBy(() -> read(large + ",\"status\":null" + end)).isInstanceOf(UpstreamFailure.Malformed.class);
        assertThatThrownBy(() -> read("[" + large + "}]")).isInstanceOf(UpstreamFailure.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"status\":null}", "{\"status\":\"Active\",\"x\":[true,{\"y\":12}]}"})
    void what_is_compact_is_read_without_a_tree(String body) {
        assertThat(CallDocuments.compact(body.getBytes(StandardCharsets.UTF_8))).contains(read(body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\": null}",
                "{\"status\":null,\"x\":1.10}",
                "{\"status\":null,\"x\":-0}",
                "{\"status\":null,\"x\":-12}",
                "{\"status\":null,\"x\":1E3}",
                "{\"status\":null,\"x\":1e3}",
                "{\"status\":null,\"x\":1234567890123456789}",
                "{\"status\":null,\"x\":\"\u00e9\"}",
                "{\"status\":null,\"x\":\"\\n\"}",
                "{\"status\":null,\"status\":null}",
                "{\"status\":null,\"x\":{\"y\":1,\"y\":2}}",
                "{\"status\":null,\"from\":{\"agentId\":\"1\",\"agentId\":\"2\"}}"
            })
    void what_would_be_written_in_another_way_needs_a_tree(String body) {
        assertThat(CallDocuments.compact(body.getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(read(body).status()).isEmpty();
    }

    private static CallReading reading(String body, Optional<String> known) {
        return CallDocuments.reading(body.getBytes(StandardCharsets.UTF_8), known, Instant.EPOCH);
    }

    private static CallDetail read(String body) {
        return CallDocuments.read(body.getBytes(StandardCharsets.UTF_8));
    }
}
