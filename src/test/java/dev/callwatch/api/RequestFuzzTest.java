package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.call.CacheDirectives;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.vonage.Documents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A request is understood, or it is an {@link InvalidRequest} that names what is malformed; headers never fail one. */
class RequestFuzzTest {

    private static final String KEY = "[A-Za-z0-9_-]{1,64}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @Property
    void any_path(@ForAll("texts") String account, @ForAll("texts") String guid) {
        understood(() -> RequestedCall.of(account, guid)).ifPresent(call -> {
            assertThat(call.account().value()).isEqualTo(account).matches(KEY);
            assertThat(call.guid().value()).isEqualToIgnoringCase(guid);
        });
    }

    @Property
    void any_query(@ForAll("texts") String account, @ForAll("lines") List<String> ids) {
        understood(() -> RequestedStream.of(account, ids)).ifPresent(stream -> {
            assertThat(stream.account().value()).matches(KEY);
            assertThat(stream.guids()).hasSizeBetween(1, ids.size());
        });
    }

    @Property
    void any_body(@ForAll("bodies") byte[] body) throws JsonProcessingException {
        Optional<RequestedBatch> batch = understood(() -> RequestedBatch.of("a", body));
        if (batch.isPresent()) {
            assertThat(batch.get().ids()).hasSizeBetween(1, RequestedBatch.MOST);
            // A row of the answer names the id.
            assertThat(JSON.writeValueAsBytes(batch.get().ids())).isNotEmpty();
        }
    }

    @Property
    void any_cache_control(@ForAll("lines") List<String> lines) {
        CacheDirectives demand = CacheControl.parse(lines);
        assertThat(demand.maxAge().orElse(Duration.ZERO)).isBetween(Duration.ZERO, Duration.ofSeconds(999_999_999));
    }

    @Property
    void any_preference(@ForAll("lines") List<String> lines) {
        assertThat(Preference.wait(lines).orElse(Duration.ZERO)).isBetween(Duration.ZERO, Duration.ofSeconds(60));
    }

    @Property
    void any_last_event_id(@ForAll("lines") List<String> lines) {
        LastEventId.parse(lines).ifPresent(last -> {
            assertThat(last.revision()).isPositive();
            assertThat(lines).anyMatch(line -> line.equalsIgnoreCase(LastEventId.of(last.guid(), last.revision())));
        });
    }

    @Property
    void any_if_none_match(@ForAll("lines") List<String> lines, @ForAll("texts") String opaque) {
        String tag = "W/\"" + opaque + '"';
        boolean named = lines.stream().anyMatch(line -> line.contains('"' + opaque + '"') || line.contains("*"));
        assertThat(EntityTags.matches(lines, tag)).isIn(named, false);
    }

    private static <T> Optional<T> understood(Supplier<T> request) {
        try {
            return Optional.of(request.get());
        } catch (InvalidRequest malformed) {
            assertThat(malformed.violations()).isNotEmpty();
            return Optional.empty();
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> guids = Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
                .as((high, low) -> new UUID(high, low).toString());
        Arbitrary<String> keys =
                Arbitraries.strings().withChars("aZ09_-.%\u00e9").ofMinLength(1).ofMaxLength(66);
        return Arbitraries.oneOf(guids, keys, Arbitraries.strings());
    }

    @Provide
    Arbitrary<List<String>> lines() {
        Arbitrary<String> spoken = Arbitraries.of(
                        "no-cache",
                        "max-age=",
                        "only-if-cached",
                        "wait",
                        "=",
                        ",",
                        ";",
                        "\"",
                        "W/",
                        "*",
                        ":",
                        " ",
                        "\t",
                        "0",
                        "10",
                        "999999999999",
                        "-1",
                        "1.5",
                        "94e5928c-7f7e-4645-ad72-61010f906449",
                        "\u00e9",
                        "\ud83d")
                .list()
                .ofMaxSize(8)
                .map(words -> String.join("", words));
        return Arbitraries.oneOf(spoken, spoken, texts()).list().ofMaxSize(4);
    }

    @Provide
    Arbitrary<byte[]> bodies() {
        Arbitrary<String> ids = Arbitraries.oneOf(
                        texts().map(RequestFuzzTest::quoted),
                        Arbitraries.of("null", "1", "{}", "\"\\ud83d\"", "\"\\u0000\""))
                .list()
                .ofMaxSize(4)
                .map(list -> "{\"ids\":[" + String.join(",", list) + "]}");
        Arbitrary<byte[]> lists = ids.map(list -> list.getBytes(StandardCharsets.UTF_8));
        return Arbitraries.oneOf(lists, lists, Documents.damaged(), Documents.bytes());
    }

    private static String quoted(String text) {
        return '"' + text.replaceAll("[\\p{Cc}\"\\\\\\p{Cs}]", "") + '"';
    }
}
