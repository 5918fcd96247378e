package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.access.Unauthenticated;
import dev.callwatch.problem.Problem;
import dev.callwatch.time.Delay;
import dev.callwatch.time.WallClock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What every stream of events has: heartbeats, an end when the token of its caller expires, and hints at reconnection. */
// At start, so that its metric, by which replicas are added and removed, exists before the first stream.
@Startup
@Singleton
class EventStream {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** Longer than any call is followed: a timer does not accept {@code Instant.MAX}. */
    private static final Duration LONGEST = Duration.ofDays(30);

    /** At shutdown clients are asked to come back at random moments within this time. */
    private static final int RETRY_SPREAD_MILLIS = 2_000;

    private final ObjectMapper json;
    private final Audit audit;
    private final Delay delay;
    private final WallClock clock;
    private final AtomicInteger open = new AtomicInteger();

    EventStream(ObjectMapper json, Audit audit, Delay delay, WallClock clock, MeterRegistry registry) {
        this.json = json;
        this.audit = audit;
        this.delay = delay;
        this.clock = clock;
        Gauge.builder("callwatch.streams", open, AtomicInteger::get)
                .description("Event streams that are open")
                .register(registry);
    }

    /**
     * The data of an event {@code problem}.
     *
     * @param id the call it is about; empty where it is about the stream
     */
    @RegisterForReflection
    @JsonPropertyOrder({"id", "problem"})
    record FailedCall(Optional<String> id, Problem problem) {}

    /**
     * Streams events to one client.
     *
     * @param caller who reads; once its token expires the stream ends with that problem
     * @param grant what it may see
     * @param events complete when the stream is to end; they never fail. A frame is made when the client is ready for it, so that what
     *     waits for a slow client has no bytes yet
     */
    Multi<StreamFrame> of(Caller caller, Grant grant, Multi<Supplier<StreamFrame>> events, RoutingContext request) {
        return Multi.createFrom().deferred(() -> {
            open.incrementAndGet();
            return Multi.createBy()
                    .concatenating()
                    .streams(
                            Multi.createFrom().item(new StreamFrame.Retry(RETRY)),
                            whileValid(caller, grant, events, request))
                    .onTermination()
                    .invoke(open::decrementAndGet);
        });
    }

    /** Heartbeats included; an empty item is the end. */
    private Multi<StreamFrame> whileValid(
            Caller caller, Grant grant, Multi<Supplier<StreamFrame>> events, RoutingContext request) {
        Multi<Optional<Supplier<StreamFrame>>> untilTheEnd = Multi.createBy()
                .concatenating()
                .streams(events.map(Optional::of), Multi.createFrom().item(Optional.empty()));
        Multi<Optional<Supplier<StreamFrame>>> heartbeats = delay.of(HEARTBEAT)
                .replaceWith(Optional.<Supplier<StreamFrame>>of(StreamFrame.Heartbeat::new))
                .repeat()
                .indefinitely();
        return Multi.createBy()
                .merging()
                .withRequests(1)
                .streams(untilTheEnd, heartbeats, expiry(caller, grant, request))
                .select()
                .first(Optional::isPresent)
                .map(Optional::get)
                .map(Supplier::get);
    }

    private Multi<Optional<Supplier<StreamFrame>>> expiry(Caller caller, Grant grant, RoutingContext request) {
        return caller.expires()
                .map(end -> delay.of(caller.tokenLifetime(clock.now(), LONGEST))
                        .onItem()
                        .transformToMulti(passed -> {
                            Unauthenticated refusal = Unauthenticated.expired();
                            audit.denied(caller, grant.account().key(), refusal);
                            StreamFrame problem = problem(Optional.empty(), ProblemMapper.of(refusal, request));
                            return Multi.createFrom()
                                    .items(
                                            Optional.<Supplier<StreamFrame>>of(() -> problem),
                                            Optional.<Supplier<StreamFrame>>empty());
                        }))
                .orElseGet(() -> Multi.createFrom().nothing());
    }

    /** The event {@code problem}. */
    StreamFrame problem(Optional<String> id, Problem problem) {
        try {
            String data = json.writeValueAsString(new FailedCall(id, problem));
            return new StreamFrame.Event("problem", Optional.empty(), data);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The last frame of a stream that ends because the process does. */
    static Multi<Supplier<StreamFrame>> comeBack() {
        return Multi.createFrom().items(() -> {
            int spread = ThreadLocalRandom.current().nextInt(RETRY_SPREAD_MILLIS);
            return new StreamFrame.Retry(Duration.ofMillis(500L + spread));
        });
    }
}
