package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.ws.rs.ServiceUnavailableException;
import org.junit.jupiter.api.Test;

class LargeAnswersTest {

    private static final int LARGE = (64 << 10) + 1;

    private final LargeAnswers large = new LargeAnswers(new UnreadAnswers(new SimpleMeterRegistry(), 100));

    @Test
    void what_may_be_large_is_refused_at_once_while_there_is_no_room() {
        LargeAnswers.Reservation other = large.reservation();
        while (other.fits(LARGE)) {
            assertThatCode(() -> large.check(64 << 10)).doesNotThrowAnyException();
        }

        assertThatThrownBy(() -> large.check(LARGE)).isInstanceOf(ServiceUnavailableException.class);
        assertThatCode(() -> large.check(64 << 10)).doesNotThrowAnyException();

        other.release();
        assertThatCode(() -> large.check(LARGE)).doesNotThrowAnyException();
        assertThat(large.reservation().fits(LARGE)).isTrue();
    }

    @Test
    void what_is_made_after_the_client_has_left_takes_no_room() {
        LargeAnswers.Reservation gone = large.reservation();
        assertThat(gone.fits(LARGE)).isTrue();
        gone.close();
        for (long made = 0; made < Runtime.getRuntime().maxMemory(); made += LARGE) {
            assertThat(gone.fits(LARGE)).isTrue();
        }
        assertThatCode(() -> large.check(LARGE)).doesNotThrowAnyException();
        assertThat(large.reservation().fits(LARGE)).isTrue();
    }
}
