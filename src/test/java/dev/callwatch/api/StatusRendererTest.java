package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.CallsInVirtualTime;
import dev.callwatch.vonage.ScriptedReader;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusRendererTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private final ObjectMapper json = JsonMapper.builder()
            .findAndAddModules()
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();
    private final EntityTags tags = new EntityTags(json);
    private final StatusRenderer renderer = new StatusRenderer(json, tags, CallsInVirtualTime.options(Map.of()));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":\"Active\",\"from\":{\"telephoneNumber\":\"02072068888\"}}",
                "{\"status\":null,\"dispositionCode\":\"Søgt ☎ 𝄞\",\"note\":\"\\\"revision\\\":1,\\\"vonage\\\":\"}",
                "{\"result\":{\"code\":\"Failure\",\"party\":\"Originator\",\"reason\":\"NoAnswer\"},\"a\":[{},[],1e400]}",
                "{\"id\":\"x\"}",
                "{\"status\":\"On \\\"hold\\\" \\u0001\\\\/\\u2028\",\"recordingStatus\":\"Paused\",\"from\":{\"agentId\":\"7\\t\"}}"
            })
    void an_observation_of_a_known_content_is_what_jackson_writes(String document) throws JsonProcessingException {
        for (boolean numbers : new boolean[] {true, false}) {
            CallStatus first = status(document, NOW);
            String tag = assertRendered(first, numbers);
            CallStatus again = first.withTimesOf(status(document, NOW.plusSeconds(7)));
            assertThat(assertRendered(again, numbers)).isEqualTo(tag);
            assertThat(assertRendered(again.asLastKnown(), numbers)).isEqualTo(tag);
            assertThat(assertRendered(first, numbers)).isEqualTo(tag);
            assertThat(renderer.of(first, numbers)).isSameAs(renderer.of(first, numbers));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-02T03:04:05Z",
                "2026-01-02T03:04:00Z",
                "2026-01-02T03:04:05.600Z",
                "2026-01-02T00:00:00.001Z"
            })
    void moments_are_what_jackson_writes(Instant at) throws JsonProcessingException {
        CallStatus first = status("{\"status\":\"Active\"}", NOW);
        assertRendered(first, true);
        for (Instant other : new Instant[] {at, NOW}) {
            CallStatus again = first.withTimesOf(
                    with(CallStatus.Observed.of(at, other, Optional.of(at), Optional.of(other.plusSeconds(1)))));
            assertRendered(again, true);
            assertRendered(
                    first.withTimesOf(with(CallStatus.Observed.of(at, at, Optional.of(other), Optional.empty()))),
                    true);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void another_content_of_the_call_is_rendered_whichever_comes_first(boolean numbers) throws JsonProcessingException {
        CallStatus active = status("{\"status\":\"Active\"}", NOW);
        CallStatus ended = status("{\"status\":null}", NOW.plusSeconds(1));
        String tag = assertRendered(active, numbers);
        assertThat(assertRendered(ended, numbers)).isNotEqualTo(tag);
        assertThat(assertRendered(active, numbers)).isEqualTo(tag);
        assertRendered(ended, numbers);
    }

    @Test
    void an_answer_is_kept_from_the_second_request_for_the_same_observation_on() {
        CallStatus first = status("{\"status\":\"Active\"}", NOW);
        CallStatus second = observedAgain(first, NOW.plusSeconds(1));
        byte[] written = renderer.of(first, true).body();
        byte[] writtenNext = renderer.of(second, true).body();
        byte[] kept = renderer.of(second, true).body();

        assertThat(kept).isEqualTo(writtenNext).isNotSameAs(writtenNext);
        assertThat(renderer.of(second, true).body()).isSameAs(kept);
        assertThat(renderer.of(first, true).body()).isEqualTo(written);
    }

    @Test
    void what_has_to_be_masked_is_kept_from_the_second_request_for_the_content_on() {
        CallStatus first = status("{\"status\":\"Active\",\"from\":{\"telephoneNumber\":\"02072068888\"}}", NOW);
        CallStatus second = observedAgain(first, NOW.plusSeconds(1));
        byte[] written = renderer.of(first, false).body();
        byte[] kept = renderer.of(second, false).body();

        assertThat(renderer.of(second, false).body()).isSameAs(kept);
        assertThat(renderer.of(first, false).body()).isEqualTo(written).isNotSameAs(written);
    }

    @Test
    void a_content_that_had_to_make_room_gets_the_same_tag_again_and_another_one_its_own() {
        StatusRenderer small =
                new StatusRenderer(json, tags, CallsInVirtualTime.options(Map.of("callwatch.lookup.memory", "1M")));
        CallStatus first = status("{\"status\":\"Active\"}", NOW);
        String tag = small.of(first, true).tag();
        for (int i = 0; i < 2_000; i++) {
            small.of(other(i), true);
        }

        assertThat(small.of(first.withTimesOf(status("{\"status\":null}", NOW)), true)
                        .tag())
                .isEqualTo(tag);
        CallStatus sameNumber = status("{\"status\":null}", NOW);
        assertThat(sameNumber.revision()).isEqualTo(first.revision());
        assertThat(small.of(sameNumber, true).tag()).isEqualTo(tags.of(sameNumber));
    }

    @Test
    void all_who_may_see_the_same_get_the_same_frame_of_an_event() {
        CallStatus status = status("{\"status\":\"Active\",\"from\":{\"telephoneNumber\":\"02072068888\"}}", NOW);
        CallEvent event = new CallEvent(EventType.ACTIVE, List.of(EventType.ACTIVE), Optional.of(1L), status);

        StreamFrame.Event full = renderer.frame(event, true);
        StreamFrame.Event masked = renderer.frame(event, false);

        assertThat(renderer.frame(event, true).serverSentEvent()).isSameAs(full.serverSentEvent());
        assertThat(renderer.frame(event, false).serverSentEvent()).isSameAs(masked.serverSentEvent());
        assertThat(full.data()).contains("02072068888").isEqualTo(renderer.of(event, true));
        assertThat(masked.data()).doesNotContain("02072068888").isEqualTo(renderer.of(event, false));
        assertThat(full.serverSentEvent().toString())
                .isEqualTo("id:94e5928c-7f7e-4645-ad72-61010f906449:" + status.revision() + "\nevent:status\ndata:"
                        + full.data() + "\n\n");
    }

    private String assertRendered(CallStatus status, boolean numbers) throws JsonProcessingException {
        CallStatus shown = numbers ? status : Masking.of(status);
        StatusRenderer.Representation representation = renderer.of(status, numbers);
        assertThat(new String(representation.body(), StandardCharsets.UTF_8))
                .isEqualTo(new String(json.writeValueAsBytes(shown), StandardCharsets.UTF_8));
        byte[] row = json.writeValueAsBytes(BatchResult.Row.of(status.id(), shown));
        assertThat(BatchRow.of(status.id(), representation).text()).isEqualTo(new String(row, StandardCharsets.UTF_8));
        assertThat(representation.tag()).isEqualTo(tags.of(shown));
        assertThat(renderer.shown(status, numbers)).isEqualTo(shown);
        return representation.tag();
    }

    /** The same revision, read at another time. */
    private static CallStatus observedAgain(CallStatus status, Instant at) {
        return status.withTimesOf(CallStatus.of(
                new CallKey(AccountKey.parse(status.account()).orElseThrow(), new CallGuid(status.id())),
                Optional.empty(),
                ScriptedReader.detail(status.vonage()),
                status.revision(),
                OptionalLong.empty(),
                CallStatus.Observed.of(at, NOW, Optional.empty(), Optional.empty())));
    }

    private static CallStatus other(int number) {
        return status(new CallGuid("00000000-0000-4000-8000-%012d".formatted(number)), "{\"status\":\"Active\"}", NOW);
    }

    private static CallStatus status(String document, Instant at) {
        return status(new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"), document, at);
    }

    private static CallStatus with(CallStatus.Observed times) {
        return CallStatus.of(
                new CallKey(
                        AccountKey.parse("a1b2c3d4e5").orElseThrow(),
                        new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449")),
                Optional.of("GB"),
                ScriptedReader.detail("{\"status\":\"Active\"}"),
                times.at().toEpochMilli(),
                OptionalLong.empty(),
                times);
    }

    private static CallStatus status(CallGuid guid, String document, Instant at) {
        return CallStatus.of(
                new CallKey(AccountKey.parse("a1b2c3d4e5").orElseThrow(), guid),
                Optional.of("GB"),
                ScriptedReader.detail(document),
                at.toEpochMilli(),
                OptionalLong.empty(),
                CallStatus.Observed.of(at, at, Optional.empty(), Optional.of(at.minus(Duration.ofSeconds(3)))));
    }
}
