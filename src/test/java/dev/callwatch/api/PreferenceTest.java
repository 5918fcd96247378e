package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=10 | 10",
                "Wait = 10 | 10",
                "wait=\"7\" | 7",
                "respond-async, wait=5 | 5",
                "wait=5; foo=bar, wait=9 | 5",
                "wait=0 | 0",
                "wait=60 | 60",
                "wait=3600 | 60"
            })
    void a_wait_is_read_and_bounded(String header, int seconds) {
        assertThat(Preference.wait(List.of(header))).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wait", "wait=", "wait=-1", "wait=1.5", "wait=ten", "respond-async", "wait=9999999999"})
    void a_malformed_wait_is_ignored(String header) {
        assertThat(Preference.wait(List.of(header))).isEmpty();
    }

    @Test
    void it_may_be_on_any_line() {
        assertThat(Preference.wait(List.of("respond-async", "wait=3"))).contains(Duration.ofSeconds(3));
    }
}
