package dev.callwatch.watch;

import dev.callwatch.call.CallStatus;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Tells one reader what is new to it, from view to view. Used by one thread at a time. */
final class Subscriber {

    /** The revision told last; 0 before the first. */
    private long told;

    private final OptionalLong resumeAfter;
    private Optional<ProblemType> lastError = Optional.empty();
    private boolean lost;
    private boolean settled;

    /** @param resumeAfter the revision that the reader had last, where it comes back */
    Subscriber(OptionalLong resumeAfter) {
        this.resumeAfter = resumeAfter;
    }

    /** What a view has that this reader has not been told. */
    List<Notification> news(FeedState view) {
        if (settled) {
            return List.of();
        }
        List<Notification> news = new ArrayList<>();
        status(view, news);
        if (view.lost().isEmpty()) {
            lastError(view, news);
        } else if (!lost) {
            lost = true;
            news.add(new Notification.Changed(view.lost().get()));
        }
        if (view.settled()) {
            settled = true;
            news.add(new Notification.Completed());
        }
        return news;
    }

    private void status(FeedState view, List<Notification> news) {
        if (view.journal().current().isEmpty()) {
            return;
        }
        CallStatus current = view.journal().current().get();
        if (told == 0) {
            begin(view, current, news);
        } else {
            view.journal().after(told).forEach(event -> news.add(new Notification.Changed(event)));
        }
        boolean recovered = lastError.isPresent() && view.lastError().isEmpty();
        if (recovered && news.isEmpty()) {
            news.add(new Notification.Changed(CallEvent.observed(current)));
        }
        told = current.revision();
    }

    private void begin(FeedState view, CallStatus current, List<Notification> news) {
        ReplayBuffer journal = view.journal();
        long last = resumeAfter.orElse(0);
        boolean complete = last > 0 && last >= journal.reachesBackTo() && last <= current.revision();
        if (complete) {
            journal.after(last).forEach(event -> news.add(new Notification.Changed(event)));
        } else {
            boolean stale = view.lastError().isPresent();
            news.add(new Notification.Changed(CallEvent.observed(stale ? current.asLastKnown() : current)));
        }
    }

    private void lastError(FeedState view, List<Notification> news) {
        Optional<ProblemType> now = view.lastError().map(ProblemException::type);
        if (now.isPresent() && !now.equals(lastError)) {
            news.add(new Notification.Failed(view.lastError().get()));
        }
        lastError = now;
    }
}
