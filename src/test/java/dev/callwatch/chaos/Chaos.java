package dev.callwatch.chaos;

import dev.callwatch.RedisProcess;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs chaos from the command line: {@code SEED FAULTS [redis|memory]}. Exit status 0 where every invariant held, 1 where one
 * did not, 2 where the run could not be carried out.
 */
final class Chaos {

    private Chaos() {}

    public static void main(String[] arguments) {
        Runtime.getRuntime().addShutdownHook(new Thread(Chaos::endWhatWasStarted));
        System.exit(run(arguments));
    }

    /** However this process is ended, a replica or a Redis that is frozen would not notice. */
    private static void endWhatWasStarted() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    private static int run(String[] arguments) {
        try {
            Store store = Store.valueOf(arguments[2].toUpperCase(Locale.ROOT));
            ChaosRun run = new ChaosRun(new ChaosRun.Options(
                    Long.parseLong(arguments[0]),
                    Integer.parseInt(arguments[1]),
                    store,
                    Pace.ORDINARY,
                    Bounds.ORDINARY));
            Optional<RedisProcess> redis = store == Store.REDIS ? RedisProcess.available() : Optional.empty();
            if (store == Store.REDIS && redis.isEmpty()) {
                System.err.println("There is no redis-server for this platform.");
                return 2;
            }
            System.out.println("Seed " + arguments[0] + ", store " + arguments[2] + ", the plan:");
            run.plan().faults().forEach(System.out::println);
            System.out.println();
            Report report = run.run(redis);
            System.out.println(report.text());
            return report.isClean() ? 0 : 1;
        } catch (Exception failure) {
            failure.printStackTrace();
            return 2;
        }
    }
}
