package dev.callwatch.api;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.callwatch.access.Audit;
import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.access.Unauthenticated;
import dev.callwatch.account.Account;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.Problem;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Turns;
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.Notification;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Streams to one client what happens to one or several calls. */
// At start, so that its metric, by which replicas are added and removed, exists before the first stream.
@Startup
@Singleton
class EventStream {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** No call is followed for so long, and a timer does not take the end of time. */
    private static final Duration LONGEST = Duration.ofDays(30);

    /** At shutdown clients come back spread over so long. */
    private static final int RETRY_SPREAD_MILLIS = 2_000;

    /** To follow more takes a turn: a hundred streams of a hundred calls each may be asked for with one read. */
    private static final int FEW_CALLS = 10;

    private static final int SERVICE_UNAVAILABLE = 503;

    private static final StreamFrame.Event END = new StreamFrame.Event("end", Optional.of(LastEventId.END), "{}");

    private final CallFeed feed;
    private final StatusRenderer renderer;
    private final ObjectMapper json;
    private final Audit audit;
    private final Delay delay;
    private final Turns turns;
    private final WallClock clock;
    private final AtomicInteger open = new AtomicInteger();

    EventStream(
            CallFeed feed,
            StatusRenderer renderer,
            ObjectMapper json,
            Audit audit,
            Delay delay,
            Turns turns,
            WallClock clock,
            MeterRegistry registry) {
        this.feed = feed;
        this.renderer = renderer;
        this.json = json;
        this.audit = audit;
        this.delay = delay;
        this.turns = turns;
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

    /** A notification about one of the calls. */
    private record Item(CallGuid guid, Notification notification) {}

    /**
     * Whether a client that comes back has everything: it got the event {@code end}, or it has the last revision of the one call
     * that it follows, of which nothing more is to come.
     *
     * @param lastEventId the lines of that request header
     */
    Uni<Boolean> isOver(Account account, Set<CallGuid> guids, List<String> lastEventId) {
        if (LastEventId.isEnd(lastEventId)) {
            return Uni.createFrom().item(true);
        }
        return LastEventId.parse(lastEventId)
                .filter(last -> guids.equals(Set.of(last.guid())))
                .map(last -> feed.isFinal(account, last.guid(), last.revision()))
                .orElseGet(() -> Uni.createFrom().item(false));
    }

    /**
     * Streams.
     *
     * @param caller who reads; once its token expires the stream ends with that problem
     * @param grant what it may see
     * @param guids the calls, each once
     * @param last where the client left off, if it comes back
     * @return frames until every call is settled or the process ends; it never fails
     */
    Multi<StreamFrame> of(
            Caller caller, Grant grant, Set<CallGuid> guids, Optional<LastEventId> last, RoutingContext request) {
        Multi<StreamFrame> frames = Multi.createFrom().deferred(() -> {
            AtomicInteger unsettled = new AtomicInteger(guids.size());
            Multi<StreamFrame> events = notifications(caller, grant.account(), guids, last)
                    .onItem()
                    .transformToIterable(item -> frames(grant, item, unsettled, request))
                    .onCompletion()
                    .switchTo(() -> unsettled.get() > 0
                            ? Multi.createFrom().item(comeBack())
                            : Multi.createFrom().empty());
            return framed(caller, grant, events, request);
        });
        return guids.size() <= FEW_CALLS ? frames : turns.toBegin().onItem().transformToMulti(turn -> frames);
    }

    /**
     * Streams events that have no end of their own.
     *
     * @param events complete when the process ends; they never fail
     */
    Multi<StreamFrame> of(Caller caller, Grant grant, Multi<StreamFrame> events, RoutingContext request) {
        return Multi.createFrom()
                .deferred(() -> framed(
                        caller,
                        grant,
                        events.onCompletion().switchTo(() -> Multi.createFrom().item(comeBack())),
                        request));
    }

    private Multi<StreamFrame> framed(Caller caller, Grant grant, Multi<StreamFrame> events, RoutingContext request) {
        open.incrementAndGet();
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item(new StreamFrame.Retry(RETRY)),
                        whileValid(caller, grant, events, request))
                .onTermination()
                .invoke(open::decrementAndGet);
    }

    private Multi<Item> notifications(Caller caller, Account account, Set<CallGuid> guids, Optional<LastEventId> last) {
        List<Multi<Item>> calls = guids.stream()
                .map(guid -> feed.follow(
                                account,
                                guid,
                                last.map(event -> event.of(guid)).orElse(OptionalLong.empty()),
                                caller.name())
                        .map(notification -> new Item(guid, notification)))
                .toList();
        if (calls.size() == 1) {
            return calls.get(0);
        }
        // One at a time of each call, so that what a slow client does not take waits where newer states replace it.
        return Multi.createBy()
                .merging()
                .withConcurrency(calls.size())
                .withRequests(1)
                .streams(calls);
    }

    /** Heartbeats included; an empty item is the end. */
    private Multi<StreamFrame> whileValid(
            Caller caller, Grant grant, Multi<StreamFrame> events, RoutingContext request) {
        Multi<Optional<StreamFrame>> untilTheEnd = Multi.createBy()
                .concatenating()
                .streams(events.map(Optional::of), Multi.createFrom().item(Optional.empty()));
        Multi<Optional<StreamFrame>> heartbeats = delay.of(HEARTBEAT)
                .replaceWith(Optional.<StreamFrame>of(new StreamFrame.Heartbeat()))
                .repeat()
                .indefinitely();
        return Multi.createBy()
                .merging()
                .withRequests(1)
                .streams(untilTheEnd, heartbeats, expiry(caller, grant, request))
                .select()
                .first(Optional::isPresent)
                .map(Optional::get);
    }

    private Multi<Optional<StreamFrame>> expiry(Caller caller, Grant grant, RoutingContext request) {
        return caller.expires()
                .map(end -> delay.of(caller.tokenLifetime(clock.now(), LONGEST))
                        .onItem()
                        .transformToMulti(passed -> {
                            Unauthenticated refusal = Unauthenticated.expired();
                            audit.denied(caller, grant.account().key(), refusal);
                            Problem problem = ProblemMapper.of(refusal, request);
                            return Multi.createFrom()
                                    .items(
                                            Optional.of(problem(Optional.empty(), problem)),
                                            Optional.<StreamFrame>empty());
                        }))
                .orElseGet(() -> Multi.createFrom().nothing());
    }

    private List<StreamFrame> frames(Grant grant, Item item, AtomicInteger unsettled, RoutingContext request) {
        if (item.notification() instanceof Notification.Changed changed) {
            return List.of(renderer.frame(changed.event(), grant.numbers()));
        }
        if (item.notification() instanceof Notification.Failed failed) {
            Problem problem = ProblemMapper.of(failed.reason(), request);
            return List.of(problem(Optional.of(item.guid().value()), problem));
        }
        return unsettled.decrementAndGet() == 0 ? List.of(END) : List.of();
    }

    private StreamFrame problem(Optional<String> id, Problem problem) {
        try {
            String data = json.writeValueAsString(new FailedCall(id, problem));
            return new StreamFrame.Event("problem", Optional.empty(), data);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** What is sent in place of an event that is too large to be sent now. The revision after it names one that the client lacks. */
    StreamFrame unsent(StreamFrame.Event event, RoutingContext request) {
        Optional<String> call = LastEventId.parse(event.id().stream().toList())
                .map(last -> last.guid().value());
        return problem(call, ProblemMapper.ofStatus(SERVICE_UNAVAILABLE, request));
    }

    private static StreamFrame comeBack() {
        int spread = ThreadLocalRandom.current().nextInt(RETRY_SPREAD_MILLIS);
        return new StreamFrame.Retry(Duration.ofMillis(500L + spread));
    }
}
