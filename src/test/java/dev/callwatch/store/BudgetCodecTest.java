package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.budget.Backoff;
import dev.callwatch.budget.BudgetLease;
import dev.callwatch.budget.SharedBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetCodecTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00.123456Z");

    @Test
    void what_is_written_is_read() {
        SharedBudget budget = new SharedBudget(
                Map.of(
                        "one", new BudgetLease(400_000, 300_000, 100_000, 0, Optional.empty(), NOW.plusSeconds(3)),
                        "other",
                                new BudgetLease(
                                        0,
                                        1_000_000,
                                        0,
                                        60_000_000,
                                        Optional.of(NOW.minusMillis(5)),
                                        NOW.plusSeconds(2))),
                123_456_789_012L,
                NOW,
                NOW.minusSeconds(1),
                new Backoff(7, 80, Duration.ofMillis(-1_500)));
        assertThat(BudgetCodec.budget(BudgetCodec.text(budget), NOW)).contains(budget);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nonsense", "null", "[]", "{}", "{\"leases\":{}}", "{\"at\":1}", "{\"leases\":[],\"at\":1}"})
    void what_is_none_of_ours_counts_as_nothing(String text) {
        assertThat(BudgetCodec.budget(text, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pool, -1",
        "pool, 9223372036854775807",
        "at, 9223372036854775807",
        "at, -1",
        "unknownSince, 9223372036854775807",
        "backoffs, -1",
        "backoffs, 9223372036854775807",
        "rateAfterBackoff, 0",
        "rateAfterBackoff, 9223372036854775807",
        "untilResumed, 9223372036854775807",
        "untilResumed, -9223372036854775808",
        "has, 1000001",
        "wants, -1",
        "wantsMore, 1000001",
        "lent, -1",
        "lent, 9223372036854775807",
        "waitingSince, 9223372036854775807",
        "expiry, 9223372036854775807"
    })
    void a_value_that_no_replica_writes_counts_as_nothing(String field, long value) {
        SharedBudget budget = new SharedBudget(
                Map.of("one", new BudgetLease(1, 1, 1, 1, Optional.of(NOW), NOW)),
                1,
                NOW,
                NOW,
                new Backoff(1, 1, Duration.ZERO));
        String text = BudgetCodec.text(budget);
        assertThat(BudgetCodec.budget(text, NOW)).contains(budget);
        assertThat(BudgetCodec.budget(
                        text.replaceFirst("\"" + field + "\":-?[0-9]+", "\"" + field + "\":" + value), NOW))
                .isEmpty();
    }

    @Test
    void leases_of_more_than_the_budget_count_as_nothing() {
        BudgetLease most = new BudgetLease(600_000, 0, 0, 0, Optional.empty(), NOW);
        SharedBudget budget =
                new SharedBudget(Map.of("one", most, "other", most), 0, NOW, NOW, new Backoff(0, 60, Duration.ZERO));
        assertThat(BudgetCodec.budget(BudgetCodec.text(budget), NOW)).isEmpty();
    }
}
