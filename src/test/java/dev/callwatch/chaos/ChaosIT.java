package dev.callwatch.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.callwatch.RedisProcess;
import dev.callwatch.ReplicasLock;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A short run of what {@code src/bench/chaos} does for as long as one likes. */
class ChaosIT {

    private static final long SEED = Long.getLong("chaos.seed", 1);
    private static final int FAULTS = 20;

    private static ReplicasLock lock;

    @BeforeAll
    static void begin() throws Exception {
        lock = ReplicasLock.acquire();
    }

    @AfterAll
    static void end() throws Exception {
        lock.close();
    }

    @Test
    void readers_never_go_back_and_look_ups_are_answered_whatever_fails() throws Exception {
        Optional<RedisProcess> redis = RedisProcess.available();
        assumeTrue(
                redis.isPresent(), "There is no redis-server for this platform: replicas are not tested under faults");
        Report report =
                new ChaosRun(new ChaosRun.Options(SEED, FAULTS, Store.REDIS, Pace.BRISK, Bounds.GENEROUS)).run(redis);
        System.out.println(report.text());
        assertThat(report.isClean()).as(report.text()).isTrue();
    }
}
