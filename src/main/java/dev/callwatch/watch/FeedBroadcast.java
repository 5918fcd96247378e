package dev.callwatch.watch;

import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Passes the states of one call on to its subscriptions, to each in their order whichever thread comes first. Once closed, by
 * the last subscription that leaves or by {@link #close}, it takes no more. Safe for concurrent use.
 */
final class FeedBroadcast {

    private final Set<Subscription> subscriptions = new HashSet<>();
    private FeedState state;
    private boolean current;
    private boolean begun;
    private boolean closed;

    /** @param initial what is known, which may be hours old: nobody gets it before {@link #update} says it is current */
    FeedBroadcast(FeedState initial) {
        this.state = initial;
    }

    /** What came of joining. */
    enum Join {
        /** It is closed. */
        REFUSED,
        /** It is the first subscription. */
        FIRST,
        /** Others were there before. */
        FURTHER
    }

    /** One who gets the states. */
    static final class Subscription {

        private final MultiEmitter<? super FeedState> emitter;
        private long version = -1;

        Subscription(MultiEmitter<? super FeedState> emitter) {
            this.emitter = emitter;
        }

        private synchronized void emit(FeedState now) {
            if (now.version() > version) {
                version = now.version();
                emitter.emit(now);
            }
        }
    }

    synchronized FeedState state() {
        return state;
    }

    synchronized boolean isCurrent() {
        return current;
    }

    /** Adds a subscription, which gets the state at once where that is current. */
    Join join(Subscription subscription) {
        Join join;
        FeedState now;
        synchronized (this) {
            if (closed) {
                return Join.REFUSED;
            }
            subscriptions.add(subscription);
            join = begun ? Join.FURTHER : Join.FIRST;
            begun = true;
            if (!current) {
                return join;
            }
            now = state;
        }
        subscription.emit(now);
        return join;
    }

    /**
     * Changes the state, and passes it on where it is current.
     *
     * @return the state since then
     */
    FeedState update(UnaryOperator<FeedState> change) {
        return update(change, false);
    }

    /**
     * Changes the state by what was just read, so that it is current from now on.
     *
     * @return the state since then
     */
    FeedState updateByReading(UnaryOperator<FeedState> change) {
        return update(change, true);
    }

    private FeedState update(UnaryOperator<FeedState> change, boolean makesCurrent) {
        FeedState now;
        List<Subscription> all;
        synchronized (this) {
            now = change.apply(state);
            boolean changes = now != state || makesCurrent && !current;
            state = now;
            current |= makesCurrent;
            if (!current || !changes) {
                return now;
            }
            all = List.copyOf(subscriptions);
        }
        all.forEach(subscription -> subscription.emit(now));
        return now;
    }

    /**
     * Removes a subscription; the last one closes the broadcast.
     *
     * @return whether this closed it
     */
    synchronized boolean leave(Subscription subscription) {
        boolean last = subscriptions.remove(subscription) && subscriptions.isEmpty() && !closed;
        closed |= last;
        return last;
    }

    /**
     * Ends it for all subscriptions.
     *
     * @return whether this closed it
     */
    boolean close() {
        List<Subscription> left;
        synchronized (this) {
            if (closed) {
                return false;
            }
            closed = true;
            left = List.copyOf(subscriptions);
            subscriptions.clear();
        }
        left.forEach(subscription -> subscription.emitter.complete());
        return true;
    }
}
