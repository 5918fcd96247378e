package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.problem.ProblemException;
import dev.callwatch.time.Turns;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks several calls of one account up, within one deadline for all of them. */
@Singleton
public class Batch {

    /** So that one batch does not take every connection to its region. */
    private static final int CONCURRENT_READINGS = 25;

    /** After this many cached calls others get a turn on the event loop: a hundred batches at once would keep it for half a second. */
    private static final int CACHED_IN_A_ROW = 10;

    private final Calls calls;
    private final LookupOptions options;
    private final Clock clock;
    private final Turns turns;

    Batch(Calls calls, LookupOptions options, Clock clock, Turns turns) {
        this.calls = calls;
        this.options = options;
        this.clock = clock;
        this.turns = turns;
    }

    /**
     * What became of one call.
     *
     * @param result its status
     * @param failure why there is none
     */
    public record Outcome(CallGuid guid, Optional<LookupResult> result, Optional<ProblemException> failure) {

        static Outcome of(CallGuid guid, LookupResult result) {
            return new Outcome(guid, Optional.of(result), Optional.empty());
        }

        static Outcome of(CallGuid guid, ProblemException failure) {
            return new Outcome(guid, Optional.empty(), Optional.of(failure));
        }
    }

    /**
     * Looks calls up.
     *
     * @param guids repeated ones are looked up once
     * @param caller on whose behalf, as in {@link Calls#lookUp}
     * @return one outcome a call, each as soon as it is known: first those that Vonage need not be asked for. It never
     *     fails, and ends after the deadline of a look-up at the latest
     */
    public Multi<Outcome> lookUp(Account account, Collection<CallGuid> guids, String caller) {
        return Multi.createFrom().deferred(() -> {
            Instant deadline = clock.instant().plus(options.deadline());
            return Multi.createFrom()
                    .iterable(parts(account, guids))
                    .onItem()
                    .transformToMultiAndConcatenate(part -> turn(part)
                            .onItem()
                            .transformToMulti(begun -> outcomes(account, part.guids(), caller, deadline)));
        });
    }

    /** Calls that are looked up without a pause. */
    private record Part(List<CallGuid> guids, boolean isFirst) {}

    private Uni<Void> turn(Part part) {
        return part.isFirst() ? Uni.createFrom().voidItem() : turns.toContinue();
    }

    /** First those that are cached, a few at a time, then all others. */
    private List<Part> parts(Account account, Collection<CallGuid> guids) {
        Map<Boolean, List<CallGuid>> byCached = new LinkedHashSet<>(guids)
                .stream().collect(Collectors.partitioningBy(guid -> calls.isCached(account, guid)));
        List<CallGuid> cached = byCached.get(true);
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < cached.size(); i += CACHED_IN_A_ROW) {
            parts.add(new Part(cached.subList(i, Math.min(i + CACHED_IN_A_ROW, cached.size())), i == 0));
        }
        List<CallGuid> others = byCached.get(false);
        if (!others.isEmpty()) {
            parts.add(new Part(others, cached.size() <= CACHED_IN_A_ROW));
        }
        return parts;
    }

    private Multi<Outcome> outcomes(Account account, List<CallGuid> guids, String caller, Instant deadline) {
        return Multi.createFrom()
                .iterable(guids)
                .onItem()
                .transformToUni(guid -> outcome(account, guid, caller, deadline))
                .merge(CONCURRENT_READINGS);
    }

    private Uni<Outcome> outcome(Account account, CallGuid guid, String caller, Instant deadline) {
        return calls.lookUp(account, guid, CacheDirectives.NONE, caller, deadline)
                .map(result -> Outcome.of(guid, result))
                .onFailure(ProblemException.class)
                .recoverWithItem(failure -> Outcome.of(guid, failure));
    }
}
