package dev.callwatch.api;

import dev.callwatch.access.Caller;
import dev.callwatch.access.Grant;
import dev.callwatch.account.Account;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.Problem;
import dev.callwatch.time.Turns;
import dev.callwatch.watch.CallFeed;
import dev.callwatch.watch.Notification;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Streams to one client what happens to one or several calls. */
@Singleton
class CallStream {

    /** To follow more takes a turn: a hundred streams of a hundred calls each may be asked for with one read. */
    private static final int FEW_CALLS = 10;

    private static final int SERVICE_UNAVAILABLE = 503;

    private static final StreamFrame.Event END = new StreamFrame.Event("end", Optional.of(LastEventId.END), "{}");

    private final CallFeed feed;
    private final EventStream stream;
    private final StatusRenderer renderer;
    private final Turns turns;

    CallStream(CallFeed feed, EventStream stream, StatusRenderer renderer, Turns turns) {
        this.feed = feed;
        this.stream = stream;
        this.renderer = renderer;
        this.turns = turns;
    }

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
            Multi<Supplier<StreamFrame>> events = notifications(caller, grant.account(), guids, last)
                    .map(item -> frame(grant, item, unsettled, request))
                    .filter(Optional::isPresent)
                    .map(Optional::get)
                    .onCompletion()
                    .switchTo(() -> unsettled.get() > 0
                            ? EventStream.comeBack()
                            : Multi.createFrom().empty());
            return stream.of(caller, grant, events, request);
        });
        return guids.size() <= FEW_CALLS ? frames : turns.toBegin().onItem().transformToMulti(turn -> frames);
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

    /** Nothing where one of several calls is settled. */
    private Optional<Supplier<StreamFrame>> frame(
            Grant grant, Item item, AtomicInteger unsettled, RoutingContext request) {
        if (item.notification() instanceof Notification.Changed changed) {
            return Optional.of(() -> renderer.frame(changed.event(), grant.numbers()));
        }
        if (item.notification() instanceof Notification.Failed failed) {
            Problem problem = ProblemMapper.of(failed.reason(), request);
            return Optional.of(() -> stream.problem(Optional.of(item.guid().value()), problem));
        }
        return unsettled.decrementAndGet() == 0 ? Optional.of(() -> END) : Optional.empty();
    }

    /** What is sent in place of an event that is too large to be sent now. The revision after it names one that the client lacks. */
    StreamFrame unsent(StreamFrame.Event event, RoutingContext request) {
        Optional<String> call = LastEventId.parse(event.id().stream().toList())
                .map(last -> last.guid().value());
        return stream.problem(call, ProblemMapper.ofStatus(SERVICE_UNAVAILABLE, request));
    }
}
