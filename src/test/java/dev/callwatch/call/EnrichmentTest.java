package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrichmentTest {

    private static final CallGuid GUID = new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449");
    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final Optional<String> GB = Optional.of("GB");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "Active, -, ACTIVE, false",
                "active, -, ACTIVE, false",
                "ACTIVE, Failure, ACTIVE, false",
                "-, -, COMPLETED, true",
                "-, Success, COMPLETED, true",
                "-, success, COMPLETED, true",
                "-, Failure, FAILED, true",
                "-, FAILURE, FAILED, true",
                "Ringing, -, UNKNOWN, -",
                "Ringing, Failure, UNKNOWN, -",
                "'', -, UNKNOWN, -",
                "5, -, UNKNOWN, -",
                "-, LineEaten, UNKNOWN, -"
            })
    void the_state_follows_status_and_result(String status, String code, CallState state, Boolean ended) {
        CallStatus seen = seen(detail(status, code, null, null, null, null));
        assertThat(seen.state()).isEqualTo(state);
        assertThat(seen.ended()).isEqualTo(Optional.ofNullable(ended));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "CallFailed, call-failed, SOON",
                "NumberBusy, number-busy, SOON",
                "NoAnswer, no-answer, LATER",
                "CallRejected, call-rejected, LATER",
                "NumberChanged, number-changed, NEVER",
                "Normal, normal, NOT_NEEDED",
                "Unknown, unknown, UNKNOWN",
                "LineEaten, line-eaten, UNKNOWN",
                "-, -, UNKNOWN"
            })
    void the_reason_decides_whether_to_call_again(String reason, String wire, RetryAdvice retry) {
        CallStatus.Result result = seen(detail(null, "Failure", "Originator", reason, null, null))
                .result()
                .orElseThrow();
        assertThat(result.code()).contains("failure");
        assertThat(result.party()).contains("originator");
        assertThat(result.reason()).isEqualTo(Optional.ofNullable(wire));
        assertThat(result.retry()).isEqualTo(retry);
    }

    @ParameterizedTest
    @CsvSource({
        "LineEaten, line-eaten",
        "no answer, no-answer",
        "SIPError, sip-error",
        "Q850Cause, q850-cause",
        "already-there, already-there",
        "UPPER, upper",
        "' Odd_Name ', odd-name"
    })
    void a_new_value_comes_through_in_lower_case_with_hyphens(String value, String wire) {
        assertThat(WireName.of(value)).isEqualTo(wire);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"Started, started", "Stopped, stopped", "Paused, paused", "Halted, halted", "-, -"})
    void the_recording_comes_through(String recording, String wire) {
        assertThat(seen(detail("Active", null, null, null, recording, null)).recording())
                .isEqualTo(Optional.ofNullable(wire));
    }

    @Test
    void a_blank_disposition_is_none_and_another_is_left_as_it_is() {
        assertThat(seen(detail(null, null, null, null, null, " ")).disposition())
                .isEmpty();
        assertThat(seen(detail(null, null, null, null, null, "Wrong Number")).disposition())
                .contains("Wrong Number");
    }

    @Test
    void the_number_is_the_telephone_number_or_else_the_presented_clid() {
        CallDetail.Party both = party("02072068888", "08008888888");
        CallDetail.Party clid = party(null, "08008888888");
        CallDetail.Party neither = party("anonymous", null);
        assertThat(seen(parties(both, clid)).from().e164()).contains("+442072068888");
        assertThat(seen(parties(both, clid)).to())
                .isEqualTo(new CallStatus.Party(
                        Optional.empty(),
                        Optional.of("08008888888"),
                        Optional.empty(),
                        Optional.of("+448008888888"),
                        Optional.of("GB"),
                        Optional.of("toll-free")));
        assertThat(seen(parties(neither, clid)).from().telephoneNumber()).contains("anonymous");
        assertThat(seen(parties(neither, clid)).from().e164()).isEmpty();
    }

    @Test
    void a_blank_number_is_none_and_gives_way_to_the_presented_clid() {
        CallStatus.Party from =
                seen(parties(party(" ", "08008888888"), party("", ""))).from();
        assertThat(from.telephoneNumber()).isEmpty();
        assertThat(from.e164()).contains("+448008888888");
        CallStatus.Party to =
                seen(parties(party(" ", "08008888888"), party("", ""))).to();
        assertThat(to.presentedClid()).isEmpty();
        assertThat(to.e164()).isEmpty();
    }

    @Test
    void a_blank_party_or_reason_is_none() {
        CallStatus seen = seen(detail(null, "Failure", " ", "", null, null));
        assertThat(seen.result().orElseThrow())
                .isEqualTo(new CallStatus.Result(
                        Optional.of("failure"), Optional.empty(), Optional.empty(), RetryAdvice.UNKNOWN));
        assertThat(seen.summary()).isEqualTo("The call failed for an unknown reason.");
    }

    @Test
    void times_are_kept_through_a_life() {
        CallStatus active = seen(detail("Active", null, null, null, null, null));
        CallStatus.Observed first = active.observed();
        assertThat(first.at()).isEqualTo(NOW);
        assertThat(first.firstAt()).isEqualTo(NOW);
        assertThat(first.lastActiveAt()).contains(NOW);
        assertThat(first.firstEndedAt()).isEmpty();
        assertThat(first.availableUntil()).isEmpty();

        CallStatus ended = after(active, 10, detail(null, null, null, null, null, null));
        CallStatus disposed = after(ended, 20, detail(null, null, null, null, null, "Sale"));
        CallStatus.Observed last = disposed.observed();
        assertThat(last.at()).isEqualTo(NOW.plusSeconds(20));
        assertThat(last.firstAt()).isEqualTo(NOW);
        assertThat(last.lastActiveAt()).contains(NOW);
        assertThat(last.firstEndedAt()).contains(NOW.plusSeconds(10));
        assertThat(last.availableUntil()).contains(NOW.plusSeconds(10).plus(Duration.ofHours(24)));
    }

    @Test
    void a_call_that_is_active_again_has_not_ended() {
        CallStatus ended = seen(detail(null, null, null, null, null, null));
        CallStatus active = after(ended, 5, detail("Active", null, null, null, null, null));
        assertThat(active.observed().firstEndedAt()).isEmpty();
        assertThat(active.observed().availableUntil()).isEmpty();
    }

    @Test
    void an_unknown_state_keeps_the_end_that_was_seen() {
        CallStatus ended = seen(detail(null, null, null, null, null, null));
        CallStatus unknown = after(ended, 5, detail("Ringing", null, null, null, null, null));
        assertThat(unknown.observed().firstEndedAt()).contains(NOW);
    }

    @Test
    void the_revision_rises_with_each_change_and_only_then() {
        CallStatus one = seen(detail("Active", null, null, null, null, null));
        CallStatus same = after(one, 1, detail("Active", null, null, null, null, null));
        CallStatus two = after(same, 2, detail("Active", null, null, null, "Started", null));
        CallStatus three = after(two, 3, detail(null, null, null, null, null, null));
        assertThat(one.revision()).isEqualTo(NOW.toEpochMilli());
        assertThat(one.previous()).isEmpty();
        assertThat(same.revision()).isEqualTo(one.revision());
        assertThat(same.previous()).isEmpty();
        assertThat(same.observed().at()).isEqualTo(NOW.plusSeconds(1));
        assertThat(two.revision()).isEqualTo(NOW.plusSeconds(2).toEpochMilli());
        assertThat(two.previous()).hasValue(one.revision());
        assertThat(three.revision()).isEqualTo(NOW.plusSeconds(3).toEpochMilli());
        assertThat(three.previous()).hasValue(two.revision());
    }

    @Test
    void where_the_clock_was_put_back_neither_revision_nor_observation_go_back() {
        CallStatus one = seen(detail("Active", null, null, null, null, null));
        CallStatus same = after(one, -3_600, detail("Active", null, null, null, null, null));
        CallStatus two = after(same, -3_599, detail(null, null, null, null, null, null));

        assertThat(same.observed().at()).isEqualTo(NOW);
        assertThat(same.revision()).isEqualTo(one.revision());
        assertThat(two.state()).isEqualTo(CallState.COMPLETED);
        assertThat(two.revision()).isEqualTo(one.revision() + 1);
        assertThat(two.observed().at()).isEqualTo(NOW);
    }

    @Test
    void a_raised_revision_lies_above_the_one_named_and_says_what_it_follows() {
        CallStatus one = seen(detail("Active", null, null, null, null, null));
        long named = NOW.plusSeconds(5).toEpochMilli();

        CallStatus present = Revision.raise(one, named - 4_000, NOW.plusSeconds(2));
        CallStatus ahead = Revision.raise(one, named, NOW.plusSeconds(2));

        assertThat(present.revision()).isEqualTo(NOW.plusSeconds(2).toEpochMilli());
        assertThat(ahead.revision()).isEqualTo(named + 1);
        assertThat(ahead.previous()).hasValue(one.revision());
        assertThat(ahead.vonage()).isEqualTo(one.vonage());
    }

    @Test
    void a_change_in_the_document_only_counts_but_not_the_order_of_its_fields() {
        CallStatus one = seen(document("{\"a\":1,\"b\":[1.0]}"));
        assertThat(after(one, 1, document("{\"b\":[1.0],\"a\":1}")).revision()).isEqualTo(one.revision());
        assertThat(after(one, 1, document("{\"a\":2,\"b\":[1.0]}")).revision()).isGreaterThan(one.revision());
    }

    @Test
    void the_same_document_changes_the_times_only() {
        CallStatus one = seen(detail(null, "Failure", "Originator", "NoAnswer", "Stopped", "Sale"));
        CallStatus same = after(one, 7, detail(null, "Failure", "Originator", "NoAnswer", "Stopped", "Sale"));

        assertThat(same.withTimesOf(one)).isEqualTo(one);
        assertThat(same.vonage()).isSameAs(one.vonage());
        assertThat(same.observed())
                .isEqualTo(CallStatus.Observed.of(NOW.plusSeconds(7), NOW, Optional.empty(), Optional.of(NOW)));
    }

    @Test
    void white_space_in_the_document_does_not_count() {
        CallStatus one = seen(document("{\"a\":1}"));
        assertThat(after(one, 1, document("{ \"a\" : 1 }")).revision()).isEqualTo(one.revision());
    }

    @Test
    void a_document_that_cannot_be_read_again_counts_as_changed() {
        CallStatus one = seen(document("{\"a\":9." + "9".repeat(997) + "E+1006}"));
        assertThat(after(one, 1, document("{\"a\":1}")).revision()).isGreaterThan(one.revision());
    }

    @Test
    void the_first_end_stands_until_the_call_is_active_again() {
        CallStatus ended = seen(detail(null, null, null, null, null, null));
        CallStatus still = after(ended, 5, detail(null, null, null, null, null, null));
        CallStatus active = after(still, 10, detail("Active", null, null, null, null, null));
        CallStatus over = after(active, 15, detail(null, null, null, null, null, null));
        assertThat(still.observed().firstEndedAt()).contains(NOW);
        assertThat(over.observed().firstEndedAt()).contains(NOW.plusSeconds(15));
        assertThat(over.observed().lastActiveAt()).contains(NOW.plusSeconds(10));
    }

    @Test
    void an_unknown_state_at_first_sight_has_no_end() {
        CallStatus.Observed times =
                seen(detail("Ringing", null, null, null, null, null)).observed();
        assertThat(times.firstEndedAt()).isEmpty();
        assertThat(times.availableUntil()).isEmpty();
        assertThat(times.lastActiveAt()).isEmpty();
    }

    @Test
    void the_documented_failed_call_has_the_documented_json() throws IOException {
        String vonage = """
                {"id":"94e5928c-7f7e-4645-ad72-61010f906449","links":[{"href":\
                "https://emea.cc.vonage.com/v0/a1b2c3d4e5/Calls/94e5928c-7f7e-4645-ad72-61010f906449","rel":"_self"}],\
                "from":{"telephoneNumber":"02072068888","agentId":"10"},"to":{"telephoneNumber":"02072068888"},\
                "status":null,"recordingStatus":null,\
                "result":{"code":"Failure","party":"Originator","reason":"NoAnswer"},\
                "dispositionCode":"Wrong Number","later":1.10}""";
        CallDetail detail = new CallDetail(
                Optional.empty(),
                Optional.empty(),
                new CallDetail.Party(Optional.of("02072068888"), Optional.empty(), Optional.of("10")),
                party("02072068888", null),
                Optional.of(new CallDetail.Fault(
                        Optional.of("Failure"), Optional.of("Originator"), Optional.of("NoAnswer"))),
                Optional.of("Wrong Number"),
                vonage);

        ObjectMapper mapper = JsonMapper.builder()
                .addModules(new Jdk8Module(), new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .build();

        assertThat(mapper.writeValueAsString(seen(detail))).isEqualTo("""
                        {"id":"94e5928c-7f7e-4645-ad72-61010f906449","account":"a1b2c3d4e5","state":"failed","ended":true,\
                        "summary":"The call failed: the originator did not answer.",\
                        "from":{"telephoneNumber":"02072068888","presentedClid":null,"agentId":"10",\
                        "e164":"+442072068888","country":"GB","lineType":"fixed-line"},\
                        "to":{"telephoneNumber":"02072068888","presentedClid":null,"agentId":null,\
                        "e164":"+442072068888","country":"GB","lineType":"fixed-line"},\
                        "recording":null,\
                        "result":{"code":"failure","party":"originator","reason":"no-answer","retry":"later"},\
                        "disposition":"Wrong Number","revision":1795510800000,\
                        "observed":{"at":"2026-11-24T09:00:00Z","firstAt":"2026-11-24T09:00:00Z","lastActiveAt":null,\
                        "firstEndedAt":"2026-11-24T09:00:00Z","availableUntil":"2026-11-25T09:00:00Z"},\
                        "stale":false,"vonage":""" + vonage + "}");
    }

    @Test
    void what_a_document_says_is_asked_for_only_where_it_is_another_one() {
        CallStatus before = seen(detail("Active", null, null, null, null, null));
        CallReading same = new CallReading(
                before.vonage(),
                () -> {
                    throw new AssertionError("parsed again");
                },
                NOW);
        CallStatus again = Enrichment.next("a1b2c3d4e5", GB, GUID, same, NOW.plusSeconds(1), Optional.of(before));
        assertThat(again.revision()).isEqualTo(before.revision());
        assertThat(again.observed().at()).isEqualTo(NOW.plusSeconds(1));

        CallDetail over = detail(null, null, null, null, null, null);
        CallReading another = new CallReading("{\"status\":null}", () -> over, NOW);
        CallStatus ended = Enrichment.next("a1b2c3d4e5", GB, GUID, another, NOW.plusSeconds(2), Optional.of(again));
        assertThat(ended.state()).isEqualTo(CallState.COMPLETED);
    }

    private static CallStatus seen(CallDetail detail) {
        return Enrichment.next("a1b2c3d4e5", GB, GUID, detail, NOW, Optional.empty());
    }

    private static CallStatus after(CallStatus before, int seconds, CallDetail detail) {
        return Enrichment.next("a1b2c3d4e5", GB, GUID, detail, NOW.plusSeconds(seconds), Optional.of(before));
    }

    private static CallDetail detail(
            String status, String code, String party, String reason, String recording, String disposition) {
        boolean fault = code != null || party != null || reason != null;
        return new CallDetail(
                Optional.ofNullable(status),
                Optional.ofNullable(recording),
                party(null, null),
                party(null, null),
                fault
                        ? Optional.of(new CallDetail.Fault(
                                Optional.ofNullable(code), Optional.ofNullable(party), Optional.ofNullable(reason)))
                        : Optional.empty(),
                Optional.ofNullable(disposition),
                // What is read from it follows from it.
                "{\"all\":\"" + Arrays.asList(status, code, party, reason, recording, disposition) + "\"}");
    }

    private static CallDetail parties(CallDetail.Party from, CallDetail.Party to) {
        return new CallDetail(Optional.empty(), Optional.empty(), from, to, Optional.empty(), Optional.empty(), "{}");
    }

    private static CallDetail document(String json) {
        CallDetail plain = detail("Active", null, null, null, null, null);
        return new CallDetail(
                plain.status(),
                plain.recordingStatus(),
                plain.from(),
                plain.to(),
                plain.fault(),
                plain.dispositionCode(),
                json);
    }

    private static CallDetail.Party party(String telephoneNumber, String presentedClid) {
        return new CallDetail.Party(
                Optional.ofNullable(telephoneNumber), Optional.ofNullable(presentedClid), Optional.empty());
    }
}
