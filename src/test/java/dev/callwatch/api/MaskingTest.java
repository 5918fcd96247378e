package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskingTest {

    private static final String GUID = "00000100-0000-0000-0000-000000000001";

    @ParameterizedTest
    @CsvSource({
        "+442072068888, +44********88",
        "02072068888, *********88",
        "442072068888, **********88",
        "+44 (0)20 7206 8888, +44 (*)** **** **88",
        "+14155552671, +1********71",
        "+353871234567, +353*******67",
        "+9992072068888, +***********88",
        "+44, +**",
        "1234, **34",
        "999, ***",
        "1-800-FLOWERS, *-***-*****RS",
        "sip:+442072068888@pbx, ***:+************@*bx",
        "٠٢٠٧٢٠٦٨٨٨٨, *********٨٨",
        "anonymous, anonymous"
    })
    void a_number_keeps_its_calling_code_and_its_last_two_digits(String number, String masked) {
        CallStatus status = Masking.of(status(detail(Optional.of(number), Optional.empty(), Optional.empty(), "{}")));
        assertThat(status.from().telephoneNumber()).contains(masked);
        assertThat(status.from().presentedClid()).contains(masked);
    }

    @Test
    void country_and_line_type_of_a_number_stay() {
        CallStatus.Party party = Masking.of(
                        status(detail(Optional.of("02072068888"), Optional.empty(), Optional.empty(), "{}")))
                .from();
        assertThat(party.e164()).contains("+44********88");
        assertThat(party.country()).contains("GB");
        assertThat(party.lineType()).contains("fixed-line");
        assertThat(party.agentId()).contains("10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'telephoneNumber':'02072068888'}|{'telephoneNumber':'*********88'}",
                "{'a':[{'TelephoneNumber':{'raw':'12345'}}]}|{'a':[{'TelephoneNumber':{'raw':'***45'}}]}",
                "{'presentedCLID':2072068888}|{'presentedCLID':'********88'}",
                "{'note':'ring +44 20 7206 8888 or (020) 7206-8899'}|{'note':'ring +44 ** **** **88 or (***) ****-**99'}",
                "{'n':442072068888}|{'n':'**********88'}",
                "{'n':4420720688.88}|{'n':'**********.88'}",
                "{'02072068888':true}|{'*********88':true}",
                "{'id':'00000100-0000-0000-0000-000000000001'}|{'id':'00000100-0000-0000-0000-000000000001'}",
                "{'href':'https://x/v0/a1b2c3/Calls/94e5928c-7f7e-4645-ad72-61010f906449'}|{'href':'https://x/v0/a1b2c3/Calls/94e5928c-7f7e-4645-ad72-61010f906449'}",
                "{'href':'https://x/v0/12345678/Calls'}|{'href':'https://x/v0/12345678/Calls'}",
                "{'at':'2026-11-24T09:00:31.1234567Z'}|{'at':'2026-11-24T09:00:31.1234567Z'}",
                "{'at':'2026-11-24 09:00:31'}|{'at':'2026-11-24 09:00:31'}",
                "{'day':'2026-11-24'}|{'day':'2026-11-24'}",
                "{'notaday':'2072-06-88'}|{'notaday':'****-**-88'}",
                "{'short':123456,'code':'99-12','ok':true,'none':null}|{'short':123456,'code':'99-12','ok':true,'none':null}",
                "{'uri':'tel:%2B442072068888'}|{'uri':'tel:%2B**********88'}"
            })
    void the_document_is_masked_at_every_depth_and_in_every_form(String document, String masked)
            throws JsonProcessingException {
        String shown = Masking.of(status(
                        detail(Optional.empty(), Optional.empty(), Optional.empty(), document.replace('\'', '"'))))
                .vonage();
        ObjectMapper json = new ObjectMapper();
        assertThat(json.readTree(shown)).isEqualTo(json.readTree(masked.replace('\'', '"')));
    }

    @Test
    void invisible_separators_do_not_hide_a_number() {
        String shown = Masking.of(status(detail(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "{\"n\":\"020\u200B7206\u00A08888\",\"d\":\"020\u20137206\u20118888\"}")))
                .vonage();
        assertThat(shown).doesNotContain("7206", "020");
    }

    @Test
    void the_summary_and_all_texts_are_masked_also_where_a_number_is_cut_off() {
        CallStatus quoted = Masking.of(status(
                detail(Optional.empty(), Optional.of("Ringing 02072068888"), Optional.of("call 02072068888"), "{}")));
        assertThat(quoted.summary()).contains("Ringing *********88").doesNotContain("7206");
        assertThat(quoted.disposition()).contains("call *********88");

        CallStatus broken = Masking.of(status(detail(
                Optional.empty(), Optional.of("a status that nobody knows, on 02072068888"), Optional.empty(), "{}")));
        assertThat(broken.summary()).contains("…").doesNotContain("0207", "207");
    }

    @Test
    void a_document_that_cannot_be_parsed_is_left_out() {
        String document = "{\"n\":" + "9".repeat(2_000) + "}";
        assertThat(Masking.of(status(detail(Optional.empty(), Optional.empty(), Optional.empty(), document)))
                        .vonage())
                .isEqualTo("{}");
    }

    @Test
    void everything_else_stays() {
        CallStatus full =
                status(detail(Optional.of("02072068888"), Optional.empty(), Optional.of("Sale"), "{\"a\":1.50}"));
        CallStatus masked = Masking.of(full);
        assertThat(masked.id()).isEqualTo(GUID);
        assertThat(masked.account()).isEqualTo("12345678");
        assertThat(masked.observed()).isEqualTo(full.observed());
        assertThat(masked.revision()).isEqualTo(full.revision());
        assertThat(masked.vonage()).isEqualTo("{\"a\":1.50}");
    }

    private static CallDetail detail(
            Optional<String> number, Optional<String> status, Optional<String> disposition, String document) {
        CallDetail.Party from = new CallDetail.Party(number, number, Optional.of("10"));
        CallDetail.Party to = new CallDetail.Party(Optional.empty(), Optional.empty(), Optional.empty());
        return new CallDetail(status, Optional.empty(), from, to, Optional.empty(), disposition, document);
    }

    private static CallStatus status(CallDetail detail) {
        Instant at = Instant.parse("2026-11-24T09:00:00Z");
        return CallStatus.of(
                new CallKey(new AccountKey("12345678"), new CallGuid(GUID)),
                Optional.of("GB"),
                detail,
                1,
                OptionalLong.empty(),
                CallStatus.Observed.of(at, at, Optional.empty(), Optional.empty()));
    }
}
