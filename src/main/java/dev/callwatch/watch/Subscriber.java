package dev.callwatch.watch;

import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the states of a call into the notifications of one subscriber, from state to state. Their revisions only rise. Used by
 * one thread at a time.
 */
final class Subscriber {

    /** The last revision that it has. */
    private long revision;

    private boolean begun;
    private Optional<ProblemType> error = Optional.empty();
    private boolean lost;
    private boolean completed;

    private Subscriber(long revision, boolean begun) {
        this.revision = revision;
        this.begun = begun;
    }

    /** One that knows nothing of the call: it gets the current status first. */
    static Subscriber fresh() {
        return new Subscriber(0, false);
    }

    /** One that has a revision already: it gets what followed. */
    static Subscriber after(long revision) {
        return new Subscriber(revision, true);
    }

    /** What a state has that this subscriber has not been notified of. */
    List<Notification> notifications(FeedState state) {
        if (completed) {
            return List.of();
        }
        List<Notification> all = new ArrayList<>();
        state.observed().ifPresent(observed -> addStatus(state, observed, all));
        if (state.lost().isPresent()) {
            addLost(state, state.lost().get(), all);
        } else {
            addError(state, all);
        }
        if (state.settled()) {
            completed = true;
            all.add(new Notification.Completed());
        }
        return all;
    }

    private void addStatus(FeedState state, CallEvent observed, List<Notification> all) {
        long current = observed.call().revision();
        if (begun) {
            state.buffer().after(revision).forEach(event -> all.add(new Notification.Changed(event)));
        } else {
            begun = true;
            all.add(new Notification.Changed(observed));
        }
        boolean recovered = error.isPresent() && state.error().isEmpty();
        if (recovered && all.isEmpty() && current >= revision) {
            all.add(new Notification.Changed(observed));
        }
        revision = Math.max(revision, current);
    }

    /** Where the last known status is older than what the subscriber has, it gets only the problem. */
    private void addLost(FeedState state, CallEvent event, List<Notification> all) {
        if (event.call().revision() < revision) {
            addError(state, all);
        } else if (!lost) {
            lost = true;
            all.add(new Notification.Changed(event));
        }
    }

    private void addError(FeedState state, List<Notification> all) {
        Optional<ProblemType> now = state.error().map(ProblemException::type);
        if (now.isPresent() && !now.equals(error)) {
            all.add(new Notification.Failed(state.error().get()));
        }
        error = now;
    }
}
