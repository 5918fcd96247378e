package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisCircuitTest {

    private static final RedisUnavailable WHY = new RedisUnavailable("test");

    private final VirtualTime time = new VirtualTime();
    private final List<String> transitions = new ArrayList<>();
    private final RedisCircuit circuit =
            new RedisCircuit(true, time, () -> transitions.add("lost"), () -> transitions.add("back"));

    @Test
    void failures_that_go_on_are_an_outage_which_is_reported_once() {
        fail(5, Duration.ofMillis(60));
        assertThat(circuit.isDegraded()).isTrue();
        assertThat(transitions).containsExactly("lost");
    }

    @Test
    void however_many_fail_at_once_it_is_a_hiccup() {
        fail(100, Duration.ZERO);
        assertThat(circuit.isDegraded()).isFalse();
        assertThat(circuit.isSuspect()).isTrue();
    }

    @Test
    void what_works_in_between_ends_the_doubt() {
        for (int i = 0; i < 10; i++) {
            fail(2, Duration.ofSeconds(1));
            circuit.worked();
        }
        assertThat(circuit.isSuspect()).isFalse();
        assertThat(transitions).isEmpty();
    }

    @Test
    void one_good_probe_is_not_enough_and_a_failure_between_two_begins_anew() {
        circuit.lost(WHY);
        circuit.healthy();
        circuit.failed(WHY);
        circuit.healthy();
        assertThat(circuit.isDegraded()).isTrue();
        circuit.healthy();
        assertThat(circuit.isDegraded()).isFalse();
        assertThat(transitions).containsExactly("lost", "back");
    }

    @Test
    void who_relapses_has_to_be_well_for_longer_but_not_for_more_than_four_seconds() {
        assertThat(probesToHeal()).isEqualTo(2);
        assertThat(probesToHeal()).isEqualTo(4);
        assertThat(probesToHeal()).isEqualTo(8);
        assertThat(probesToHeal()).isEqualTo(8);
        time.pass(Duration.ofSeconds(11));
        assertThat(probesToHeal()).isEqualTo(2);
    }

    @Test
    void few_are_counted_only_once_all_had_the_time_to_say_that_they_are_there() {
        circuit.counted(3);
        circuit.lost(WHY);
        time.pass(Duration.ofSeconds(30));
        // The first heartbeat after an outage finds none of the others.
        circuit.counted(1);
        circuit.healthy();
        assertThat(circuit.replicas()).isEqualTo(3);
        circuit.healthy();
        circuit.counted(1);
        assertThat(circuit.replicas()).isEqualTo(3);
        circuit.counted(4);
        assertThat(circuit.replicas()).isEqualTo(4);
        time.pass(Duration.ofSeconds(5));
        circuit.counted(1);
        assertThat(circuit.replicas()).isOne();
    }

    private int probesToHeal() {
        circuit.lost(WHY);
        int probes = 0;
        while (circuit.isDegraded()) {
            circuit.healthy();
            probes++;
        }
        return probes;
    }

    private void fail(int times, Duration apart) {
        for (int i = 0; i < times; i++) {
            circuit.failed(WHY);
            time.pass(apart);
        }
    }
}
