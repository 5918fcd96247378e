package dev.callwatch.call;

import dev.callwatch.account.Account;
import dev.callwatch.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Looks several calls of one account up, within one deadline for all of them. */
@Singleton
public class Batch {

    /** So that one batch does not take every connection to its region. */
    private static final int CONCURRENT_READINGS = 25;

    private final Calls calls;
    private final LookupOptions options;
    private final Clock clock;

    Batch(Calls calls, LookupOptions options, Clock clock) {
        this.calls = calls;
        this.options = options;
        this.clock = clock;
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
                    .iterable(cachedFirst(account, guids))
                    .onItem()
                    .transformToUni(guid -> outcome(account, guid, caller, deadline))
                    .merge(CONCURRENT_READINGS);
        });
    }

    private List<CallGuid> cachedFirst(Account account, Collection<CallGuid> guids) {
        return new LinkedHashSet<>(guids)
                .stream()
                        .sorted(Comparator.comparing(guid -> !calls.isCached(account, guid)))
                        .toList();
    }

    private Uni<Outcome> outcome(Account account, CallGuid guid, String caller, Instant deadline) {
        return calls.lookUp(account, guid, CacheDirectives.NONE, caller, deadline)
                .map(result -> Outcome.of(guid, result))
                .onFailure(ProblemException.class)
                .recoverWithItem(failure -> Outcome.of(guid, failure));
    }
}
