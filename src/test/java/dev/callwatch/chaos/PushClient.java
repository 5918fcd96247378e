package dev.callwatch.chaos;

import dev.callwatch.Replica;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Subscribes to each call, and knows in the end what the sinks should know: that of the subscriptions, and the one that follows. */
final class PushClient {

    static final String SUBSCRIBED = "/subscribed";
    static final String FOLLOWED = "/followed";

    private static final Duration AGAIN = Duration.ofMillis(200);
    private static final int KNOWN = 200;
    private static final int GONE = 404;

    private final Http http;
    private final Deployment deployment;
    private final Pause pause;
    private final PushedEvents events;
    private final Duration mostWait;
    private final Findings findings;

    /** By call; empty before it is made. */
    private final Map<String, Optional<String>> subscriptions = new ConcurrentHashMap<>();

    /** @param mostWait what is due later than this is not waited for */
    PushClient(
            Http http, Deployment deployment, Pause pause, PushedEvents events, Duration mostWait, Findings findings) {
        this.http = http;
        this.deployment = deployment;
        this.pause = pause;
        this.events = events;
        this.mostWait = mostWait;
        this.findings = findings;
    }

    /** Subscribes to a call, at one replica after the other until one takes it. */
    void subscribe(String guid, Random random) {
        subscriptions.put(guid, Optional.empty());
        Thread thread = new Thread(() -> trySubscribing(guid, random), "subscriber");
        thread.setDaemon(true);
        thread.start();
    }

    private void trySubscribing(String guid, Random random) {
        try {
            while (!pause.hasEnded() && subscriptions.get(guid).isEmpty()) {
                Replica replica = deployment
                        .replicas()
                        .get(random.nextInt(deployment.replicas().size()));
                http.subscribe(replica, guid, "subscribed").ifPresent(id -> {
                    findings.count(Count.SUBSCRIPTIONS);
                    subscriptions.put(guid, Optional.of(id));
                });
                pause.of(AGAIN);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the sinks know how every call ended, or nobody knows the subscription to it any more, or will try only later. */
    boolean isComplete() {
        return missing().allMatch(what -> isForgotten(what) || isWaiting(what));
    }

    /** Notes what the sinks do not know. */
    void check() {
        List<String> missing = missing().toList();
        missing.forEach(what -> {
            String[] parts = what.split(" ");
            if (isForgotten(what)) {
                findings.count(Count.SUBSCRIPTIONS_LOST);
            } else if (isWaiting(what)) {
                findings.count(Count.SUBSCRIPTIONS_WAITING);
            } else {
                findings.breach(
                        Breach.NOT_PUSHED,
                        what + " knows content " + events.content(parts[0], parts[1]) + ", the upstream is at "
                                + content(parts[1]) + ", subscription "
                                + subscriptions.get(parts[1]).orElse("none"));
            }
        });
    }

    private Stream<String> missing() {
        return subscriptions.keySet().stream()
                .flatMap(guid -> Stream.of(SUBSCRIBED, FOLLOWED)
                        .filter(sink -> events.content(sink, guid) != content(guid))
                        .map(sink -> sink + " " + guid));
    }

    private long content(String guid) {
        return StatusEvent.content(
                deployment.upstream().version(guid), deployment.upstream().isOver(guid));
    }

    /** Redis, which keeps nothing on disk, and the replica that ran it were both gone: no replica knows it any more. */
    private boolean isForgotten(String what) {
        List<Optional<HttpResponse<String>>> answers = answers(what);
        return !answers.isEmpty()
                && answers.stream()
                        .allMatch(answer -> answer.map(HttpResponse::statusCode).equals(Optional.of(GONE)));
    }

    /** A replica has events for the sink, and says that it will try again only after more than is waited for. */
    private boolean isWaiting(String what) {
        return answers(what).stream()
                .flatMap(Optional::stream)
                .filter(answer -> answer.statusCode() == KNOWN)
                .map(answer -> new JsonObject(answer.body()).getJsonObject("deliveries"))
                .anyMatch(deliveries -> deliveries.getInteger("pending") > 0
                        && Optional.ofNullable(deliveries.getInstant("nextAttemptAt"))
                                .filter(Instant.now().plus(mostWait)::isBefore)
                                .isPresent());
    }

    /** What each replica says of the subscription whose sink lacks something; nothing of a sink without subscriptions. */
    private List<Optional<HttpResponse<String>>> answers(String what) {
        String[] parts = what.split(" ");
        Optional<String> subscription = subscriptions.get(parts[1]).filter(id -> parts[0].equals(SUBSCRIBED));
        return subscription.stream()
                .flatMap(id -> deployment.replicas().stream().map(replica -> http.subscription(replica, id)))
                .toList();
    }
}
