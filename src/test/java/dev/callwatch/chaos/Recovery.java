package dev.callwatch.chaos;

import dev.callwatch.Replica;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Demands, once the way to the upstream is whole again, that every replica which is up can read every call: a look-up with
 * {@code Cache-Control: no-cache} is answered with what was observed after the fault. Each replica also has to read a call of its
 * own, of which no other replica could tell it.
 */
final class Recovery {

    private static final Duration AGAIN = Duration.ofMillis(250);

    private final Http http;
    private final Deployment deployment;
    private final CallTraffic traffic;
    private final Pause pause;
    private final Duration bound;
    private final Findings findings;

    Recovery(Http http, Deployment deployment, CallTraffic traffic, Pause pause, Duration bound, Findings findings) {
        this.http = http;
        this.deployment = deployment;
        this.traffic = traffic;
        this.pause = pause;
        this.bound = bound;
        this.findings = findings;
    }

    /**
     * Waits until all is well again, or notes what is not.
     *
     * @param fault the last one, which is over now
     * @param whole since when it is; nothing is demanded any more where that does not last
     */
    void await(Fault fault, UpstreamPath path, UpstreamPath.Whole whole) {
        Instant since = Instant.now();
        List<String> calls = traffic.active();
        CompletableFuture<?>[] replicas = deployment.replicas().stream()
                .map(replica -> CompletableFuture.runAsync(
                        () -> await(replica, calls, fault, since, () -> path.lasts(whole)),
                        task -> new Thread(task).start()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(replicas).join();
        if (path.lasts(whole)) {
            findings.count(Count.RECOVERIES);
        }
    }

    private void await(Replica replica, List<String> calls, Fault fault, Instant since, BooleanSupplier whole) {
        long sinceNanos = System.nanoTime();
        BooleanSupplier undisturbed = () -> whole.getAsBoolean()
                && deployment.availability().isUpSince(replica.index(), sinceNanos)
                && !pause.hasEnded();
        List<String> unread = new ArrayList<>(
                Stream.concat(calls.stream(), Stream.of(ownCall(replica))).toList());
        Map<String, String> answers = new ConcurrentHashMap<>();
        while (undisturbed.getAsBoolean()) {
            unread.removeAll(read(replica, unread, since, answers));
            Duration passed = Duration.ofNanos(System.nanoTime() - sinceNanos);
            if (unread.isEmpty()) {
                findings.recovered(passed);
                return;
            }
            if (passed.compareTo(bound) > 0 && undisturbed.getAsBoolean()) {
                findings.breach(
                        Breach.NOT_RECOVERED,
                        "replica %d cannot read %d of %d calls %d s after fault %s: %s"
                                .formatted(
                                        replica.index(),
                                        unread.size(),
                                        calls.size() + 1,
                                        passed.toSeconds(),
                                        fault.toString().strip(),
                                        unread.stream()
                                                .map(guid -> guid + ": " + answers.get(guid))
                                                .toList()));
                return;
            }
            try {
                pause.of(AGAIN);
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Those that are read. */
    private List<String> read(Replica replica, List<String> calls, Instant since, Map<String, String> answers) {
        Map<String, CompletableFuture<Optional<String>>> reads = new ConcurrentHashMap<>();
        for (String guid : calls) {
            reads.put(
                    guid,
                    http.lookUpAnew(replica, guid)
                            .handle((answer, failure) ->
                                    failure == null ? wrong(answer, since) : Optional.of(failure.toString())));
        }
        List<String> read = new ArrayList<>();
        reads.forEach(
                (guid, wrong) -> wrong.join().ifPresentOrElse(what -> answers.put(guid, what), () -> read.add(guid)));
        return read;
    }

    /** Why an answer is not what was observed since then; nothing where it is. */
    private static Optional<String> wrong(HttpResponse<String> answer, Instant since) {
        JsonObject body = new JsonObject(answer.body());
        if (answer.statusCode() != 200) {
            return Optional.of(answer.statusCode() + " " + body.getString("type"));
        }
        Instant observed = Instant.parse(body.getJsonObject("observed").getString("at"));
        boolean stale = body.getBoolean("stale");
        return stale || observed.isBefore(since.minusMillis(1))
                ? Optional.of("200 " + (stale ? "stale" : "fresh") + ", observed " + observed)
                : Optional.empty();
    }

    private static String ownCall(Replica replica) {
        return new UUID(0, 1 + replica.index()).toString();
    }
}
