package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.call.CallGuid;
import dev.callwatch.outbound.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Headers and identifiers are read or ignored, whatever they hold. */
class HeaderFuzzTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

    @Property
    void any_retry_after(@ForAll("retryAfter") String header) {
        assertThat(RetryAfter.parse(header, NOW, Duration.ofMinutes(5)).orElse(Duration.ZERO))
                .isBetween(Duration.ZERO, Duration.ofMinutes(5));
    }

    @Property
    void any_guid(@ForAll("guid") String text) {
        assertThat(CallGuid.parse(text).map(CallGuid::value).orElse(text)).isEqualToIgnoringCase(text);
        CallGuid.parse(text).ifPresent(guid -> assertThat(guid.value()).matches("[0-9a-f-]{36}"));
    }

    @Provide
    Arbitrary<String> retryAfter() {
        Arbitrary<String> dates = Arbitraries.longs()
                .between(Instant.parse("0000-01-01T00:00:00Z").getEpochSecond(), 253_402_300_799L)
                .map(second -> DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
        Arbitrary<String> numbers = Arbitraries.bigIntegers().map(Object::toString);
        return Arbitraries.oneOf(
                dates, numbers, Arbitraries.strings(), Arbitraries.strings().numeric());
    }

    @Provide
    Arbitrary<String> guid() {
        Arbitrary<String> almost = Arbitraries.strings()
                .withChars("0123456789abcdefABCDEF-gG{}\u0660\uff10\u212a")
                .ofLength(36);
        Arbitrary<String> guids = Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
                .as((high, low) -> new UUID(high, low).toString());
        Arbitrary<String> upper = guids.map(guid -> guid.toUpperCase(Locale.ROOT));
        return Arbitraries.oneOf(guids, upper, almost, Arbitraries.strings());
    }
}
