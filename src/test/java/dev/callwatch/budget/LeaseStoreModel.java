package dev.callwatch.budget;

import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A lease store in memory that several replicas share, in virtual time, with a clock of its own. */
final class LeaseStoreModel {

    /** Not the clock of the replicas. */
    static final Duration AHEAD = Duration.ofHours(1);

    private final VirtualTime time;
    private final Consumer<Backoff> published;
    private Optional<SharedBudget> budget = Optional.empty();
    private long version;

    /** @param published what other replicas have to know of at once */
    LeaseStoreModel(VirtualTime time, Consumer<Backoff> published) {
        this.time = time;
        this.published = published;
    }

    /** One replica's way to the store. */
    final class Connection implements LeaseStore {

        /** Nothing arrives there any more. */
        boolean cut;

        /** Everything arrives, but no answer comes back. */
        boolean mute;

        /** How long each answer takes. */
        Supplier<Duration> delay = () -> Duration.ZERO;

        private boolean frozen;
        private final List<Runnable> unseen = new ArrayList<>();

        /** The replica stands still, and sees what arrives only afterwards. */
        void freeze() {
            frozen = true;
        }

        void thaw() {
            frozen = false;
            List.copyOf(unseen).forEach(Runnable::run);
            unseen.clear();
        }

        @Override
        public Uni<Reading> read() {
            return answered(Uni.createFrom()
                    .item(() -> new Reading(budget, time.instant().plus(AHEAD), Long.toString(version))));
        }

        @Override
        public Uni<Boolean> replace(Reading read, SharedBudget next, Optional<Backoff> announcement) {
            return answered(Uni.createFrom().item(() -> {
                if (!read.version().equals(Long.toString(version))) {
                    return false;
                }
                version++;
                budget = Optional.of(next);
                announcement.ifPresent(published);
                return true;
            }));
        }

        private Uni<Void> seen() {
            return frozen
                    ? Uni.createFrom().emitter(emitter -> unseen.add(() -> emitter.complete(null)))
                    : Uni.createFrom().voidItem();
        }

        private <T> Uni<T> answered(Uni<T> answer) {
            return Uni.createFrom().deferred(() -> {
                if (cut) {
                    return Uni.createFrom().failure(new IllegalStateException("cut"));
                }
                T there = answer.await().indefinitely();
                Duration late = delay.get();
                Uni<Void> back = late.isZero() ? Uni.createFrom().voidItem() : time.of(late);
                return back.chain(this::seen)
                        .chain(() -> mute
                                ? Uni.createFrom().failure(new IllegalStateException("no answer"))
                                : Uni.createFrom().item(there));
            });
        }
    }

    /** It begins again without what it knew. */
    void forget() {
        budget = Optional.empty();
        version++;
    }

    Optional<SharedBudget> budget() {
        return budget;
    }
}
