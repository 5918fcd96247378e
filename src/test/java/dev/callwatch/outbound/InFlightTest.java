package dev.callwatch.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InFlightTest {

    private final InFlight memory = new InFlight(10);
    private final List<String> granted = new ArrayList<>();

    @Test
    void those_who_find_none_get_it_in_their_order() {
        assertThat(memory.take(10)).isTrue();
        assertThat(memory.take(1)).isFalse();
        memory.await(waiter("large", 8));
        memory.await(waiter("small", 2));
        memory.give(5);
        assertThat(granted).isEmpty();
        memory.give(5);
        assertThat(granted).containsExactly("large", "small");
    }

    @Test
    void nobody_overtakes_those_who_wait() {
        assertThat(memory.take(9)).isTrue();
        memory.await(waiter("large", 8));
        assertThat(memory.take(1)).isFalse();
    }

    @Test
    void who_waits_no_longer_gets_nothing() {
        assertThat(memory.take(10)).isTrue();
        InFlight.Waiter waiter = waiter("impatient", 1);
        memory.await(waiter);
        assertThat(memory.withdraw(waiter)).isTrue();
        memory.give(10);
        assertThat(granted).isEmpty();
        assertThat(memory.take(10)).isTrue();
        assertThat(memory.withdraw(waiter)).isFalse();
    }

    @Test
    void it_is_crowded_while_more_than_half_is_taken_or_somebody_waits() {
        assertThat(memory.take(5)).isTrue();
        assertThat(memory.isCrowded()).isFalse();
        assertThat(memory.take(1)).isTrue();
        assertThat(memory.isCrowded()).isTrue();
        memory.give(6);
        assertThat(memory.isCrowded()).isFalse();
        memory.await(waiter("large", 11));
        assertThat(memory.isCrowded()).isTrue();
    }

    private InFlight.Waiter waiter(String name, long bytes) {
        return new InFlight.Waiter(bytes, () -> granted.add(name));
    }
}
