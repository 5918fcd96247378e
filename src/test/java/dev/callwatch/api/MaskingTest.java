package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskingTest {

    private static final String GUID = "00000100-0000-0000-0000-00000000000a";

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
        "1-800-FLOWERS, *-***-*******",
        "sip:+442072068888@pbx, ***:+************@***",
        "<b>020</b>72068888, *******/********88",
        "٠٢٠٧٢٠٦٨٨٨٨, *********٨٨",
        "０２０７２０６８８８８, *********８８",
        "⓪②⓪⑦②⓪⑥⑧⑧⑧⑧, ***********",
        "⁰²⁰⁷²⁰⁶⁸⁸⁸⁸, ***********",
        "二零七二零六八八八八, **********",
        "two zero seven, *** **** *****",
        "anonymous, anonymous",
        "Withheld, Withheld"
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
                "{'from':{'telephoneNumber':'02072068888'}}|{'from':{'telephoneNumber':'*********88'}}",
                "{'to':{'presentedCLID':2072068888}}|{'to':{'presentedCLID':'********88'}}",
                "{'from':{'telephoneNumber':['0207','2068','888']}}|{'from':{'telephoneNumber':['****','****','***']}}",
                "{'from':{'telephoneNumber':{'02072':'068888'}}}|{'from':{'telephoneNumber':{'*****':'******'}}}",
                "{'from':{'TelephoneNumber':'02072068888'}}|{'from':{'TelephoneNumber':'***********'}}",
                "{'from':{'agentId':'10'},'to':{'agentId':12}}|{'from':{'agentId':'10'},'to':{'agentId':12}}",
                "{'from':{'agentId':'02072068888'}}|{'from':{'agentId':'***********'}}",
                "{'from':['02072068888']}|{'from':['***********']}",
                "{'telephoneNumber':'02072068888'}|{'telephoneNumber':'***********'}",
                "{'note':'ring +44 20 7206 8888'}|{'note':'ring +** ** **** ****'}",
                "{'note':'%30%32%30%37%32&#48;&#x32; \\\\u0030 MDIwNzIwNjg4'}|{'note':'%**%**%**%**%**&#**;&#***; \\\\***** ************'}",
                "{'n':4420720688.88}|{'n':'**********.**'}",
                "{'n':[0,2,0,7]}|{'n':['*','*','*','*']}",
                "{'02072068888':true}|{'***********':true}",
                "{'line2':'second','line1':'first'}|{'*****':'first'}",
                "{'id':'00000100-0000-0000-0000-00000000000A'}|{'id':'00000100-0000-0000-0000-00000000000A'}",
                "{'id':'02072068-8880-0000-0000-000000000000'}|{'id':'********-****-****-****-************'}",
                "{'links':[{'href':'https://emea.cc.vonage.com/V0/12345678/calls/00000100-0000-0000-0000-00000000000a','rel':'_self'}]}|{'links':[{'href':'https://emea.cc.vonage.com/V0/12345678/calls/00000100-0000-0000-0000-00000000000a','rel':'_self'}]}",
                "{'links':[{'href':'https://emea.cc.vonage.com/v0/12345678/02072068888'}]}|{'links':[{'href':'https://emea.cc.vonage.com/**/********/***********'}]}",
                "{'links':[{'href':'https://02072068888/v0/12345678/Calls/00000100-0000-0000-0000-00000000000a'}]}|{'links':[{'href':'https://***********/**/********/Calls/********-****-****-****-************'}]}",
                "{'links':'02072068888'}|{'links':'***********'}",
                "{'status':{'to':'02072068888'}}|{'status':{'to':'***********'}}",
                "{'dispositionCode':'Sale 2 in 24h'}|{'dispositionCode':'Sale 2 in 24h'}",
                "{'dispositionCode':'Sale to 1234'}|{'dispositionCode':'Sale to ****'}",
                "{'status':'Active','recordingStatus':null,'ok':true}|{'status':'Active','recordingStatus':null,'ok':true}",
                "{'result':{'code':'Failure','party':'Originator','reason':'NoAnswer'}}|{'result':{'code':'Failure','party':'Originator','reason':'NoAnswer'}}"
            })
    void the_document_keeps_what_is_known_to_be_harmless_and_loses_all_other_digits(String document, String masked)
            throws JsonProcessingException {
        String shown = masked(document.replace('\'', '"'));
        ObjectMapper json = new ObjectMapper();
        assertThat(json.readTree(shown)).isEqualTo(json.readTree(masked.replace('\'', '"')));
    }

    @Test
    void the_order_of_fields_changes_nothing_where_names_differ_in_digits_only() {
        assertThat(masked("{\"a1\":\"x\",\"a2\":\"y\",\"a3\":\"z\"}"))
                .isEqualTo(masked("{\"a3\":\"z\",\"a1\":\"x\",\"a2\":\"y\"}"))
                .isEqualTo("{\"**\":\"x\"}");
    }

    @Test
    void no_character_that_is_shown_stands_for_a_digit_in_its_compatible_form() {
        for (int character = 0x80; character <= Character.MAX_CODE_POINT; character++) {
            if (MaskedText.standsForNoDigit(character)) {
                String compatible = Normalizer.normalize(Character.toString(character), Normalizer.Form.NFKD);
                assertThat(compatible.codePoints().filter(one -> one >= 0x80 || Character.isDigit(one)))
                        .as("U+%04X", character)
                        .allMatch(one -> MaskedText.standsForNoDigit(one) || Character.isSpaceChar(one));
            }
        }
    }

    @Test
    void summary_and_all_texts_lose_their_digits() {
        CallStatus quoted = Masking.of(status(
                detail(Optional.empty(), Optional.of("Ringing 02072068888"), Optional.of("call 02072068888"), "{}")));
        assertThat(quoted.summary()).contains("\"Ringing ***********\"");
        assertThat(quoted.disposition()).contains("call ***********");

        CallStatus object = Masking.of(
                status(detail(Optional.empty(), Optional.of("{\"to\":\"02072068888\"}"), Optional.empty(), "{}")));
        assertThat(object.summary()).contains("{\"to\":\"***********\"}");

        CallStatus cutOff = Masking.of(status(detail(
                Optional.empty(), Optional.of("a status that nobody knows, on 02072068888"), Optional.empty(), "{}")));
        assertThat(cutOff.summary()).contains("on *********…");
    }

    @Test
    void a_document_that_cannot_be_parsed_is_left_out() {
        assertThat(masked("{\"n\":" + "9".repeat(2_000) + "}")).isEqualTo("{}");
    }

    @Test
    void everything_else_stays() {
        CallStatus full =
                status(detail(Optional.of("02072068888"), Optional.empty(), Optional.of("Sale"), "{\"a\":\"b\"}"));
        CallStatus masked = Masking.of(full);
        assertThat(masked.id()).isEqualTo(GUID);
        assertThat(masked.account()).isEqualTo("12345678");
        assertThat(masked.observed()).isEqualTo(full.observed());
        assertThat(masked.revision()).isEqualTo(full.revision());
        assertThat(masked.disposition()).contains("Sale");
        assertThat(masked.summary()).isEqualTo(full.summary());
        assertThat(masked.vonage()).isEqualTo("{\"a\":\"b\"}");
    }

    private static String masked(String document) {
        return Masking.of(status(detail(Optional.empty(), Optional.empty(), Optional.empty(), document)))
                .vonage();
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
