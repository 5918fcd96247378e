package dev.callwatch.watch;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.LogAppended;
import dev.callwatch.call.ReplicasReconnected;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.call.SharedUnavailable;
import dev.callwatch.time.Delay;
import dev.callwatch.time.Race;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Follows all calls of an account, from now on or from a position in its log. Nobody polls a call because of that. */
@Singleton
public class AccountFeed {

    private static final int BATCH = 100;

    /** What the documents of one batch may take, in characters, about: an entry has two. A larger entry comes by itself. */
    private static final long MOST_TEXT = 1L << 20;

    /** A message of another replica may be lost. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private static final Duration UNTIL_SHARED_AGAIN = Duration.ofMillis(500);

    private final RevisionLog log;
    private final Delay delay;
    private final FeedSignals signals = new FeedSignals();
    private volatile boolean closed;

    AccountFeed(RevisionLog log, Delay delay) {
        this.log = log;
        this.delay = delay;
    }

    /** What a subscriber of an account gets. */
    public sealed interface Item {

        /** The position to come back with. */
        String position();

        /** A revision of a call. */
        record Revision(String position, CallEvent event) implements Item {}

        /** Revisions are missing here that are not kept any more, or cannot be read. What follows is what happens from now on. */
        record Gap(String position) implements Item {}
    }

    /** The position after which everything comes that happens from now on. */
    public Uni<String> position(Account account) {
        return log.read(account.key(), Optional.empty(), 1).map(RevisionLog.Slice::end);
    }

    /**
     * Follows an account.
     *
     * @param after the position of the last item that the subscriber has
     * @return every revision that any replica reads, in one order. A slow subscriber gets them later, or a gap. It ends when this
     *     process ends, and never fails
     */
    public Multi<Item> follow(Account account, String after) {
        return follow(account, after, log::read);
    }

    /** Like {@link #position}, but only of the log that replicas share: where that cannot be read now, it waits. */
    public Uni<String> sharedPosition(Account account) {
        return Uni.createFrom()
                .deferred(() -> log.readShared(account.key(), Optional.empty(), 1))
                .map(RevisionLog.Slice::end)
                .onFailure(SharedUnavailable::passes)
                .recoverWithUni(unavailable -> delay.of(UNTIL_SHARED_AGAIN).chain(() -> sharedPosition(account)));
    }

    /**
     * Follows an account like {@link #follow(Account, String)}, but only in the log that replicas share: while that cannot be read, it
     * waits, and there is no gap because of that.
     */
    public Multi<Item> followShared(Account account, String after) {
        return follow(
                account,
                after,
                (key, position, most) -> log.readShared(key, position, most)
                        .onFailure(SharedUnavailable::passes)
                        .recoverWithUni(unavailable -> delay.of(UNTIL_SHARED_AGAIN)
                                .replaceWith(new RevisionLog.Slice(List.of(), position.orElseThrow(), true))));
    }

    private Multi<Item> follow(Account account, String after, SliceSource reader) {
        return Multi.createFrom().deferred(() -> new Subscription(account.key(), after, reader).items());
    }

    void appended(@Observes LogAppended appended) {
        signals.appended(appended.account());
    }

    /** What was appended meanwhile was not announced. */
    void reconnected(@Observes ReplicasReconnected reconnected) {
        signals.all();
    }

    /** Subscribers come back to another replica. */
    void close(@Observes ShutdownDelayInitiatedEvent end) {
        closed = true;
        signals.all();
    }

    /** Reads on in a log. */
    private interface SliceSource {
        Uni<RevisionLog.Slice> read(AccountKey account, Optional<String> after, int most);
    }

    /** Reads on from batch to batch, once the items of the last one are taken. */
    private final class Subscription {

        private final AccountKey account;
        private final SliceSource reader;
        private String position;

        /** The first entry shows how large the next ones may be. */
        private int most = 1;

        private Subscription(AccountKey account, String after, SliceSource reader) {
            this.account = account;
            this.position = after;
            this.reader = reader;
        }

        private Multi<Item> items() {
            return Multi.createBy()
                    .repeating()
                    .uni(this::next)
                    .whilst(batch -> !closed)
                    .onItem()
                    .transformToIterable(HandedOut::new);
        }

        private Uni<List<Item>> next() {
            long version = signals.version(account);
            return reader.read(account, Optional.of(position), most)
                    .map(this::items)
                    .chain(items -> {
                        boolean waits = items.isEmpty() && !closed;
                        return waits
                                ? Race.between(signals.after(account, version), delay.of(LOOK_AGAIN))
                                        .replaceWith(items)
                                : Uni.createFrom().item(items);
                    });
        }

        private List<Item> items(RevisionLog.Slice slice) {
            List<Item> items = new ArrayList<>();
            if (!slice.isComplete()) {
                items.add(new Item.Gap(slice.end()));
            }
            slice.entries().forEach(entry -> items.add(new Item.Revision(entry.position(), event(entry))));
            position = slice.end();
            most = nextBatch(slice.entries());
            return items;
        }

        /** As many as fit, if the next entries are like these, and no more than twice as many as these. */
        private int nextBatch(List<RevisionLog.Entry> entries) {
            long text = entries.stream().mapToLong(AccountFeed::text).sum();
            if (text == 0) {
                return most;
            }
            int twice = Math.min(BATCH, 2 * entries.size());
            return (int) Math.max(1, Math.min(twice, entries.size() * MOST_TEXT / text));
        }
    }

    private static long text(RevisionLog.Entry entry) {
        return (long) entry.now().vonage().length()
                + entry.before().map(before -> before.vonage().length()).orElse(0);
    }

    private static CallEvent event(RevisionLog.Entry entry) {
        return entry.before()
                .map(before -> CallEvent.between(before, entry.now()))
                .orElseGet(() -> CallEvent.observed(entry.now()));
    }
}
