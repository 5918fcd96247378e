package dev.callwatch.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Which calls the service is known to know, and which of its replicas do. */
final class KnownCalls {

    private final List<String> known = new ArrayList<>();
    /** By call: when each replica has first answered a look-up of it, in its life of then. */
    private final Map<String, Map<Integer, Answer>> holders = new ConcurrentHashMap<>();

    private record Answer(int life, long nanos) {}

    /** Some reader has received a status of it. */
    synchronized void noted(String guid) {
        if (!known.contains(guid)) {
            known.add(guid);
        }
    }

    /** A replica has answered with its status. */
    void answered(String guid, int replica, int life) {
        holders.computeIfAbsent(guid, unseen -> new ConcurrentHashMap<>())
                .merge(
                        replica,
                        new Answer(life, System.nanoTime()),
                        (known, now) -> known.life() == life ? known : now);
    }

    /** The calls that were known last are asked for most. */
    synchronized Optional<String> any(Random random, int latest) {
        if (known.isEmpty()) {
            return Optional.empty();
        }
        boolean all = random.nextInt(4) == 0;
        int from = all ? 0 : Math.max(0, known.size() - latest);
        return Optional.of(known.get(from + random.nextInt(known.size() - from)));
    }

    /**
     * Whether this replica has answered with its status in this life.
     *
     * @param before and before this moment
     */
    boolean isHeldBy(String guid, int replica, int life, long before) {
        Answer first = holders.getOrDefault(guid, Map.of()).get(replica);
        return first != null && first.life() == life && first.nanos() - before <= 0;
    }
}
