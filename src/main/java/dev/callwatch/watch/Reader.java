package dev.callwatch.watch;

import dev.callwatch.call.CallStatus;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Tells one reader what is new to it, from view to view. Used by one thread at a time. */
final class Reader {

    /** The revision told last; 0 before the first. */
    private long told;

    private final OptionalLong resumeAfter;
    private Optional<ProblemType> trouble = Optional.empty();
    private boolean lost;
    private boolean settled;

    /** @param resumeAfter the revision that the reader had last, where it comes back */
    Reader(OptionalLong resumeAfter) {
        this.resumeAfter = resumeAfter;
    }

    /** What a view has that this reader has not been told. */
    List<News> news(View view) {
        if (settled) {
            return List.of();
        }
        List<News> news = new ArrayList<>();
        status(view, news);
        if (view.lost().isEmpty()) {
            trouble(view, news);
        } else if (!lost) {
            lost = true;
            news.add(new News.Seen(view.lost().get()));
        }
        if (view.settled()) {
            settled = true;
            news.add(new News.Settled());
        }
        return news;
    }

    private void status(View view, List<News> news) {
        if (view.journal().current().isEmpty()) {
            return;
        }
        CallStatus current = view.journal().current().get();
        if (told == 0) {
            begin(view, current, news);
        } else {
            view.journal().after(told).forEach(event -> news.add(new News.Seen(event)));
        }
        boolean recovered = trouble.isPresent() && view.trouble().isEmpty();
        if (recovered && news.isEmpty()) {
            news.add(new News.Seen(CallEvent.observed(current)));
        }
        told = current.revision();
    }

    private void begin(View view, CallStatus current, List<News> news) {
        Journal journal = view.journal();
        long last = resumeAfter.orElse(0);
        boolean complete = last > 0 && last >= journal.reachesBackTo() && last <= current.revision();
        if (complete) {
            journal.after(last).forEach(event -> news.add(new News.Seen(event)));
        } else {
            boolean stale = view.trouble().isPresent();
            news.add(new News.Seen(CallEvent.observed(stale ? current.asLastKnown() : current)));
        }
    }

    private void trouble(View view, List<News> news) {
        Optional<ProblemType> now = view.trouble().map(ProblemException::type);
        if (now.isPresent() && !now.equals(trouble)) {
            news.add(new News.Troubled(view.trouble().get()));
        }
        trouble = now;
    }
}
