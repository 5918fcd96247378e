package dev.callwatch.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Which faults come, in which order, where and for how long: decided beforehand by the seed. How long a replica takes to start
 * and the upstream to be readable again is not, so the same plan may take longer on a busy machine.
 */
record FaultPlan(List<Fault> faults) {

    /**
     * Decides.
     *
     * @param count of faults
     * @param redis whether replicas share one
     */
    static FaultPlan of(Random random, int count, int replicas, boolean redis, Pace pace) {
        List<FaultKind> bag = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            if (bag.isEmpty()) {
                // Each kind comes as often as its weight says before any comes more often.
                bag.addAll(kinds(redis));
                Collections.shuffle(bag, random);
            }
            FaultKind kind = bag.remove(bag.size() - 1);
            OptionalInt replica =
                    kind.part().isOfOneReplica() ? OptionalInt.of(random.nextInt(replicas)) : OptionalInt.empty();
            faults.add(new Fault(
                    number,
                    kind,
                    replica,
                    Duration.ofMillis(pace.gap().any(random)),
                    Duration.ofMillis(pace.length().any(random))));
        }
        return new FaultPlan(List.copyOf(faults));
    }

    private static List<FaultKind> kinds(boolean redis) {
        return Stream.of(FaultKind.values())
                .filter(kind -> redis || !kind.part().needsRedis())
                .flatMap(kind -> Collections.nCopies(kind.weight(), kind).stream())
                .toList();
    }
}
