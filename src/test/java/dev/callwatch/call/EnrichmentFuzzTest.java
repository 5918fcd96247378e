package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.callwatch.vonage.Documents;
import dev.callwatch.vonage.ScriptedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever document can be read makes a status that can be answered. */
class EnrichmentFuzzTest {

    private static final CallGuid GUID = new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449");
    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    @Property
    void a_life_of_any_documents(@ForAll("lives") List<byte[]> life, @ForAll("countries") Optional<String> country)
            throws IOException {
        Optional<CallStatus> previous = Optional.empty();
        Instant at = NOW;
        for (byte[] body : life) {
            Optional<CallStatus> next = next(body, country, at, previous);
            if (next.isPresent()) {
                answerable(next.get(), previous);
                previous = next;
            }
            at = at.plusSeconds(1);
        }
    }

    @Example
    void a_value_of_a_whole_mebibyte_is_no_burden() throws IOException {
        for (String piece : List.of("aB", "-_", " \t", "A", "+4", "\\ud83d", "1 ")) {
            String value = piece.repeat((1 << 20) / piece.length() / 4);
            String party = "{\"telephoneNumber\":\"" + value + "\",\"agentId\":\"" + value + "\"}";
            String document = "{\"from\":" + party + ",\"result\":{\"code\":\"Failure\",\"reason\":\"" + value
                    + "\"},\"dispositionCode\":\"" + value + "\"}";
            String body = document.replace("\t", "\\t");
            Instant begin = Instant.now();
            answerable(
                    next(body.getBytes(StandardCharsets.UTF_8), Optional.of("GB"), NOW, Optional.empty())
                            .orElseThrow(),
                    Optional.empty());
            assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(2));
        }
    }

    private static Optional<CallStatus> next(
            byte[] body, Optional<String> country, Instant at, Optional<CallStatus> previous) {
        try {
            return Optional.of(Enrichment.next("a", country, GUID, ScriptedReader.detail(body), at, previous));
        } catch (UpstreamFailure.Malformed malformed) {
            return Optional.empty();
        }
    }

    private static void answerable(CallStatus status, Optional<CallStatus> previous) throws IOException {
        byte[] body = JSON.writeValueAsBytes(status);
        JsonNode answer = JSON.readTree(body);
        assertThat(new String(body, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8))
                .isEqualTo(body);
        assertThat(answer.path("vonage").isObject()).isTrue();
        assertThat(status.ended().isEmpty()).isEqualTo(status.state() == CallState.UNKNOWN);
        assertThat(status.summary()).hasSizeLessThan(400).endsWith(".").doesNotContainPattern("[\\p{Cc}\\p{Cs}]");
        long known = previous.map(CallStatus::revision).orElse(0L);
        assertThat(status.revision()).isGreaterThanOrEqualTo(known).isPositive();
    }

    @Provide
    Arbitrary<List<byte[]>> lives() {
        Arbitrary<byte[]> calls = Documents.calls().map(call -> call.getBytes(StandardCharsets.UTF_8));
        return Arbitraries.oneOf(calls, calls, Documents.damaged())
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<Optional<String>> countries() {
        return Arbitraries.of("GB", "US", "RU", "AQ", "XX").optional();
    }
}
