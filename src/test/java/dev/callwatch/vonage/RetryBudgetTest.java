package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private final VirtualTime time = new VirtualTime();
    private final RetryBudget budget = new RetryBudget(time);

    @Test
    void ten_retries_in_ten_seconds_are_always_allowed() {
        budget.attempted();
        assertThat(granted(20)).isEqualTo(10);
    }

    @Test
    void under_load_a_fifth_of_all_attempts_may_be_retries() {
        IntStream.range(0, 400).forEach(attempt -> budget.attempted());
        assertThat(granted(400)).isEqualTo(100); // 100 of 400 first attempts and 100 retries
    }

    @Test
    void what_is_ten_seconds_old_counts_no_longer() {
        granted(10);
        time.pass(Duration.ofSeconds(9));
        assertThat(budget.tryRetry()).isFalse();
        time.pass(Duration.ofSeconds(1));
        assertThat(budget.tryRetry()).isTrue();
    }

    private long granted(int asked) {
        return IntStream.range(0, asked).filter(retry -> budget.tryRetry()).count();
    }
}
