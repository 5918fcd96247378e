package dev.callwatch.chaos;

import dev.callwatch.Replica;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Looks calls up that are known, all the time, and goes on to the next replica where one refuses, breaks off, cannot answer, or
 * takes more than half a second. A look-up has failed where no replica has answered 200 in time although one that was up all
 * the while had known the call.
 */
final class LookupClient implements AutoCloseable {

    private static final Duration EVERY = Duration.ofMillis(40);
    private static final Duration NEXT_AFTER_FAILURE = Duration.ofMillis(100);
    private static final Duration NEXT_AFTER_SILENCE = Duration.ofMillis(500);
    private static final int MOST_AT_ONCE = 40;

    /** Calls that somebody may be interested in still. */
    private static final int LATEST = 10;

    private final Http http;
    private final Deployment deployment;
    private final KnownCalls known;
    private final Duration bound;
    private final Findings findings;
    private final Random random;
    private final AtomicInteger open = new AtomicInteger();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "lookup-client");
        thread.setDaemon(true);
        return thread;
    });

    LookupClient(Http http, Deployment deployment, KnownCalls known, Duration bound, Findings findings, Random random) {
        this.http = http;
        this.deployment = deployment;
        this.known = known;
        this.bound = bound;
        this.findings = findings;
        this.random = random;
    }

    void begin() {
        clock.scheduleAtFixedRate(this::next, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks no more; what is under way counts no more. */
    @Override
    public void close() {
        clock.shutdownNow();
    }

    private void next() {
        if (open.get() < MOST_AT_ONCE) {
            known.any(random, LATEST).ifPresent(guid -> {
                List<Integer> order = new ArrayList<>(
                        IntStream.range(0, deployment.replicas().size()).boxed().toList());
                Collections.shuffle(order, random);
                open.incrementAndGet();
                new Lookup(guid, order).begin();
            });
        }
    }

    private void later(Runnable task, Duration wait) {
        if (!clock.isShutdown()) {
            clock.schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** One look-up, of as many replicas as it takes. */
    private final class Lookup {

        private final String guid;
        private final List<Integer> order;
        private final long begun = System.nanoTime();
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<String> answers = new CopyOnWriteArrayList<>();
        private int asked;

        private Lookup(String guid, List<Integer> order) {
            this.guid = guid;
            this.order = order;
        }

        private void begin() {
            later(this::timeIsOver, bound);
            ask();
        }

        private void ask() {
            if (over.get()) {
                return;
            }
            int index = order.get(asked++ % order.size());
            Replica replica = deployment.replicas().get(index);
            int life = replica.life();
            AtomicBoolean wentOn = new AtomicBoolean();
            later(() -> goOn(wentOn), NEXT_AFTER_SILENCE);
            http.lookUp(replica, guid).whenComplete((answer, failure) -> {
                if (failure == null && answer.statusCode() == 200) {
                    known.answered(guid, index, life);
                    answered();
                } else {
                    answers.add(Instant.now() + " replica " + index + ": " + describe(answer, failure));
                    later(() -> goOn(wentOn), NEXT_AFTER_FAILURE);
                }
            });
        }

        private void goOn(AtomicBoolean wentOn) {
            if (!over.get() && wentOn.compareAndSet(false, true)) {
                ask();
            }
        }

        private void answered() {
            if (over.compareAndSet(false, true)) {
                open.decrementAndGet();
                findings.count(Count.LOOK_UPS);
                findings.answered(Duration.ofNanos(System.nanoTime() - begun));
                if (asked > 1) {
                    findings.count(Count.MOVED_ON);
                }
            }
        }

        private void timeIsOver() {
            if (over.compareAndSet(false, true)) {
                open.decrementAndGet();
                findings.count(Count.LOOK_UPS);
                List<Integer> holders =
                        order.stream().filter(this::knewItAllTheTime).toList();
                if (holders.isEmpty()) {
                    findings.count(Count.UNANSWERABLE);
                } else {
                    findings.breach(
                            Breach.LOOK_UP_FAILED,
                            "call " + guid + ", known to replicas " + holders + ", asked of " + order + ": " + answers);
                }
            }
        }

        private boolean knewItAllTheTime(int replica) {
            return deployment.availability().isUpSince(replica, begun)
                    && known.isHeldBy(
                            guid, replica, deployment.replicas().get(replica).life(), begun);
        }
    }

    private static String describe(HttpResponse<String> answer, Throwable failure) {
        return failure != null ? failure.toString() : answer.statusCode() + " " + answer.body();
    }
}
