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
        assertThat(BudgetCodec.budget(BudgetCodec.text(budget))).contains(budget);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "nonsense", "null", "[]", "{}", "{\"leases\":{}}", "{\"at\":1}", "{\"leases\":[],\"at\":1}"})
    void what_is_none_of_ours_counts_as_nothing(String text) {
        assertThat(BudgetCodec.budget(text)).isEmpty();
    }
}
