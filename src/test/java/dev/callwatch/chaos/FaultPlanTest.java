package dev.callwatch.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

    @Test
    void the_same_seed_plans_the_same() {
        assertThat(plan(7, 100)).isEqualTo(plan(7, 100));
        assertThat(plan(7, 100)).isNotEqualTo(plan(8, 100));
    }

    @Test
    void every_kind_comes_before_any_comes_more_often_than_its_weight() {
        assertThat(plan(7, 24).faults()).extracting(Fault::kind).containsAll(EnumSet.allOf(FaultKind.class));
    }

    @Test
    void without_redis_nothing_of_it_fails() {
        FaultPlan plan = FaultPlan.of(new Random(7), 100, 1, false, Pace.ORDINARY);
        assertThat(plan.faults())
                .noneMatch(fault -> fault.kind().part().needsRedis())
                .allMatch(fault -> fault.replica().orElse(0) == 0);
    }

    private static FaultPlan plan(long seed, int count) {
        return FaultPlan.of(new Random(seed), count, 3, true, Pace.ORDINARY);
    }
}
