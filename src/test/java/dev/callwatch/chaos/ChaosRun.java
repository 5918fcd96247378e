package dev.callwatch.chaos;

import dev.callwatch.RedisProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

/** One run: a deployment, its calls and clients, and the faults of a plan. */
final class ChaosRun {

    private static final int CALLS = 6;
    private static final int READERS_OF_A_CALL = 2;
    private static final Duration WARM_UP = Duration.ofSeconds(60);
    private static final Duration UNTIL_NEXT_LOOK = Duration.ofMillis(100);

    private final Options options;
    private final Random plans;
    private final Random traffics;
    private final Random lookups;
    private final FaultPlan plan;
    private final EventLog events;
    private final FaultLog log;
    private final Findings findings;
    private final Pause pause = new Pause();
    private final List<StreamClient> readers = new CopyOnWriteArrayList<>();

    /**
     * What is to be done.
     *
     * @param seed of everything that is decided at random
     * @param faults how many
     */
    record Options(long seed, int faults, Store store, Pace pace, Bounds bounds) {

        Path events() {
            return Path.of("target", "chaos-" + store.name().toLowerCase(Locale.ROOT) + "-" + seed + ".log");
        }
    }

    /** Decides what will happen. */
    ChaosRun(Options options) throws IOException {
        this.options = options;
        this.events = new EventLog(options.events());
        this.log = new FaultLog(events);
        this.findings = new Findings(log, events);
        Random root = new Random(options.seed());
        this.plans = new Random(root.nextLong());
        this.traffics = new Random(root.nextLong());
        this.lookups = new Random(root.nextLong());
        this.plan = FaultPlan.of(
                plans, options.faults(), options.store().replicas(), options.store() == Store.REDIS, options.pace());
    }

    FaultPlan plan() {
        return plan;
    }

    /**
     * Does it.
     *
     * @param redis that replicas share, with {@link Store#REDIS}; it is closed in the end
     */
    Report run(Optional<RedisProcess> redis) throws Exception {
        long since = System.nanoTime();
        ScheduledExecutorService clock = Executors.newScheduledThreadPool(1, daemons("stream-clock"));
        KnownCalls known = new KnownCalls();
        Http http = new Http();
        PushedEvents pushed = new PushedEvents(findings, events);
        try (Deployment deployment = Deployment.start(options.store(), redis, new SinkServer(pushed::accepted))) {
            warmUp(http, deployment);
            StreamClient.Dependencies dependencies = new StreamClient.Dependencies(
                    http, deployment, known, pause, options.pace(), findings, events, clock);
            PushClient pushClient = new PushClient(
                    http, deployment, pause, pushed, options.bounds().attempt(), findings);
            try (CallTraffic traffic = new CallTraffic(
                            deployment.upstream(), (guid, seed) -> follow(dependencies, pushClient, guid, seed));
                    LookupClient lookupClient = new LookupClient(
                            http, deployment, known, options.bounds().lookUp(), findings, lookups)) {
                traffic.begin(traffics, CALLS);
                lookupClient.begin();
                Recovery recovery = new Recovery(
                        http, deployment, traffic, pause, options.bounds().recovery(), findings);
                UpstreamPath path = new UpstreamPath(options.pace().recovers());
                inject(new FaultInjector(deployment, path, recovery, pause, log));
                traffic.finish();
                awaitReaders();
                awaitSinks(pushClient);
            } finally {
                pause.end();
            }
        } finally {
            clock.shutdownNow();
            events.close();
        }
        return new Report(options, findings, log, Duration.ofNanos(System.nanoTime() - since));
    }

    private void follow(StreamClient.Dependencies dependencies, PushClient pushClient, String guid, long seed) {
        Random random = new Random(seed);
        if (options.store() == Store.REDIS) {
            pushClient.subscribe(guid, new Random(seed));
        }
        for (int reader = 1; reader <= READERS_OF_A_CALL; reader++) {
            StreamClient client = new StreamClient(
                    dependencies,
                    "reader " + reader,
                    guid,
                    new Random(random.nextLong()),
                    options.store() == Store.MEMORY);
            readers.add(client);
            client.begin();
        }
    }

    /** What runs for the first time takes its time. */
    private void warmUp(Http http, Deployment deployment) throws InterruptedException {
        long since = System.nanoTime();
        while (!deployment.replicas().stream()
                .allMatch(replica -> http.lookUp(replica, "00000000-0000-0000-0000-000000000000")
                                .thenApply(HttpResponse::statusCode)
                                .exceptionally(failure -> 0)
                                .join()
                        == 200)) {
            if (System.nanoTime() - since > WARM_UP.toNanos()) {
                throw new IllegalStateException("The replicas answer no look-up, even without faults.");
            }
            pause.of(UNTIL_NEXT_LOOK);
        }
    }

    private void inject(FaultInjector injector) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(daemons("fault"));
        Phaser running = new Phaser(1);
        for (Fault fault : plan.faults()) {
            pause.of(fault.gap());
            injector.await(fault);
            running.register();
            threads.execute(() -> {
                try {
                    injector.inject(fault);
                } catch (IOException | RuntimeException | AssertionError failure) {
                    findings.breach(Breach.REPLICA_FAILED, fault + ": " + failure);
                } catch (InterruptedException end) {
                    Thread.currentThread().interrupt();
                } finally {
                    running.arriveAndDeregister();
                }
            });
        }
        running.arriveAndAwaitAdvance();
        threads.shutdown();
    }

    private void awaitReaders() throws InterruptedException {
        long since = System.nanoTime();
        while (!readers.stream().allMatch(StreamClient::isDone)
                && System.nanoTime() - since < options.bounds().end().toNanos()) {
            pause.of(UNTIL_NEXT_LOOK);
        }
        readers.forEach(StreamClient::checkEnd);
    }

    private void awaitSinks(PushClient pushClient) throws InterruptedException {
        long since = System.nanoTime();
        while (!pushClient.isComplete()
                && System.nanoTime() - since < options.bounds().push().toNanos()) {
            pause.of(UNTIL_NEXT_LOOK);
        }
        pushClient.check();
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
