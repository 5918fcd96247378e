package dev.callwatch.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KnownCallsTest {

    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";

    private final KnownCalls known = new KnownCalls();

    @Test
    void a_replica_holds_a_call_from_its_first_answer_on() {
        long before = System.nanoTime() - 1;
        known.answered(GUID, 1, 3);
        long after = System.nanoTime();
        known.answered(GUID, 1, 3);
        assertThat(known.isHeldBy(GUID, 1, 3, before)).isFalse();
        assertThat(known.isHeldBy(GUID, 1, 3, after)).isTrue();
        assertThat(known.isHeldBy(GUID, 0, 3, after)).isFalse();
    }

    @Test
    void a_replica_that_was_started_again_holds_nothing_before_it_has_answered() {
        known.answered(GUID, 1, 3);
        long after = System.nanoTime();
        assertThat(known.isHeldBy(GUID, 1, 4, after)).isFalse();
        known.answered(GUID, 1, 4);
        assertThat(known.isHeldBy(GUID, 1, 4, after - 1)).isFalse();
        assertThat(known.isHeldBy(GUID, 1, 4, System.nanoTime())).isTrue();
    }
}
