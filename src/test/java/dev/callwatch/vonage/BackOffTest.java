package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackOffTest {

    @ParameterizedTest
    @CsvSource({"0, 200", "1, 400", "2, 800", "3, 1600", "4, 2000", "5, 2000", "63, 2000"})
    void the_wait_is_spread_from_zero_to_a_ceiling_that_doubles_up_to_two_seconds(int retries, long ceiling) {
        assertThat(new BackOff(() -> 0).before(retries)).isZero();
        assertThat(new BackOff(() -> 0.5).before(retries)).hasMillis(ceiling / 2);
        assertThat(new BackOff(() -> Math.nextDown(1.0)).before(retries)).hasMillis(ceiling - 1);
    }
}
