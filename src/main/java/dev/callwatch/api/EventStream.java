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
import dev.callwatch.time.WallClock;
import dev.callwatch.watch.CallPollers;
import dev.callwatch.watch.Notification;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Tells one reader of one or several calls what happens to them. */
@Singleton
class EventStream {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** No call is followed for so long, and a timer does not take the end of time. */
    private static final Duration LONGEST = Duration.ofDays(30);

    /** At shutdown readers come back spread over so long. */
    private static final int RETRY_SPREAD_MILLIS = 2_000;

    private static final StreamFrame.Event END = new StreamFrame.Event("end", Optional.empty(), "{}");

    private final CallPollers watches;
    private final StatusRenderer representations;
    private final ObjectMapper json;
    private final Audit audit;
    private final Delay delay;
    private final WallClock clock;
    private final AtomicInteger open = new AtomicInteger();

    EventStream(
            CallPollers watches,
            StatusRenderer representations,
            ObjectMapper json,
            Audit audit,
            Delay delay,
            WallClock clock,
            MeterRegistry registry) {
        this.watches = watches;
        this.representations = representations;
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
    record TroubledCall(Optional<String> id, Problem problem) {}

    /** News of one of the calls. */
    private record Item(CallGuid guid, Notification news) {}

    /**
     * Streams.
     *
     * @param caller who reads; once its token expires the stream ends with that problem
     * @param grant what it may see
     * @param guids the calls, each once
     * @param last where the reader left off, if it comes back
     * @return frames until every call is settled or the process ends; it never fails
     */
    Multi<StreamFrame> of(
            Caller caller, Grant grant, Set<CallGuid> guids, Optional<LastEventId> last, RoutingContext request) {
        return Multi.createFrom().deferred(() -> {
            AtomicInteger unsettled = new AtomicInteger(guids.size());
            Multi<StreamFrame> told = news(grant.account(), guids, last)
                    .onItem()
                    .transformToIterable(item -> frames(grant, item, unsettled, request))
                    .onCompletion()
                    .switchTo(() -> unsettled.get() > 0
                            ? Multi.createFrom().item(comeBack())
                            : Multi.createFrom().empty());
            open.incrementAndGet();
            return Multi.createBy()
                    .concatenating()
                    .streams(
                            Multi.createFrom().item(new StreamFrame.Retry(RETRY)),
                            whileValid(caller, grant, told, request))
                    .onTermination()
                    .invoke(open::decrementAndGet);
        });
    }

    private Multi<Item> news(Account account, Set<CallGuid> guids, Optional<LastEventId> last) {
        List<Multi<Item>> calls = guids.stream()
                .map(guid -> watches.follow(
                                account, guid, last.map(event -> event.of(guid)).orElse(OptionalLong.empty()))
                        .map(news -> new Item(guid, news)))
                .toList();
        // One at a time of each call, so that a slow reader's news wait where they can be outdone.
        return Multi.createBy()
                .merging()
                .withConcurrency(calls.size())
                .withRequests(1)
                .streams(calls);
    }

    /** Heartbeats included; an empty item is the end. */
    private Multi<StreamFrame> whileValid(Caller caller, Grant grant, Multi<StreamFrame> told, RoutingContext request) {
        Multi<Optional<StreamFrame>> untilTheEnd = Multi.createBy()
                .concatenating()
                .streams(told.map(Optional::of), Multi.createFrom().item(Optional.empty()));
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
        if (item.news() instanceof Notification.Changed seen) {
            String id = LastEventId.of(item.guid(), seen.event().call().revision());
            return List.of(new StreamFrame.Event(
                    "status", Optional.of(id), representations.of(seen.event(), grant.numbers())));
        }
        if (item.news() instanceof Notification.Failed troubled) {
            Problem problem = ProblemMapper.of(troubled.reason(), request);
            return List.of(problem(Optional.of(item.guid().value()), problem));
        }
        return unsettled.decrementAndGet() == 0 ? List.of(END) : List.of();
    }

    private StreamFrame problem(Optional<String> id, Problem problem) {
        try {
            String data = json.writeValueAsString(new TroubledCall(id, problem));
            return new StreamFrame.Event("problem", Optional.empty(), data);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static StreamFrame comeBack() {
        int spread = ThreadLocalRandom.current().nextInt(RETRY_SPREAD_MILLIS);
        return new StreamFrame.Retry(Duration.ofMillis(500L + spread));
    }
}
