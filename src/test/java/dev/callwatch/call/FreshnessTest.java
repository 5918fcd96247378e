package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreshnessTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final Freshness FRESHNESS =
            new Freshness(Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofMinutes(30));

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "Active, -, PT0.999S, true",
                "Active, -, PT1S, false",
                "Ringing, -, PT1S, false",
                "-, -, PT29.999S, true",
                "-, -, PT30S, false",
                "-, Sale, PT30S, true",
                "-, Sale, PT4M59S, true",
                "-, Sale, PT5M, false"
            })
    void a_status_is_fresh_for_as_long_as_its_state_says(
            String status, String disposition, Duration age, boolean fresh) {
        assertThat(FRESHNESS.isFresh(seen(status, disposition), age)).isEqualTo(fresh);
    }

    @ParameterizedTest
    @CsvSource({"PT29M, PT1M, false", "PT30M, PT1M, true", "PT30M, PT5M, false"})
    void after_its_window_a_missing_disposition_is_no_longer_waited_for(
            Duration readAfterEnd, Duration age, boolean fresh) {
        CallStatus ended = seen(null, null);
        CallStatus later = Enrichment.next(
                "a", Optional.empty(), guid(), detail(null, null), NOW.plus(readAfterEnd), Optional.of(ended));
        assertThat(FRESHNESS.isFresh(later, age)).isEqualTo(fresh);
    }

    @ParameterizedTest
    @CsvSource({"PT4.999S, true", "PT5S, false"})
    void that_a_call_is_not_known_is_fresh_for_a_moment(Duration age, boolean fresh) {
        assertThat(FRESHNESS.isFreshlyMissing(age)).isEqualTo(fresh);
    }

    private static CallStatus seen(String status, String disposition) {
        return Enrichment.next("a", Optional.empty(), guid(), detail(status, disposition), NOW, Optional.empty());
    }

    private static CallGuid guid() {
        return new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449");
    }

    private static CallDetail detail(String status, String disposition) {
        CallDetail.Party nobody = new CallDetail.Party(Optional.empty(), Optional.empty(), Optional.empty());
        return new CallDetail(
                Optional.ofNullable(status),
                Optional.empty(),
                nobody,
                nobody,
                Optional.empty(),
                Optional.ofNullable(disposition),
                "{}");
    }
}
