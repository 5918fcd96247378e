package dev.callwatch.api;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallState;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import dev.callwatch.watch.CallEvent;
import dev.callwatch.watch.EventType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The revisions of an account that the query of a request names.
 *
 * @param account the account's key
 * @param states in which the call is; all where there are none
 * @param types one of which is among the changes; all where there are none
 */
record RequestedFeed(AccountKey account, Set<CallState> states, Set<EventType> types) {

    /** @throws InvalidRequest if a part is malformed; it names every malformed part */
    static RequestedFeed of(String accountKey, List<String> states, List<String> types) {
        List<Violation> violations = new ArrayList<>();
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        if (account.isEmpty()) {
            violations.add(RequestedCall.MALFORMED_ACCOUNT);
        }
        Set<CallState> requestedStates = values(states, CallState.values(), CallState::wireName);
        if (requestedStates.size() < Set.copyOf(states).size()) {
            violations.add(new Violation("state", "must be active, completed, failed or unknown"));
        }
        Set<EventType> requestedTypes = values(types, EventType.values(), EventType::wireName);
        if (requestedTypes.size() < Set.copyOf(types).size()) {
            violations.add(new Violation("type", "must be a type of an event, such as call.completed"));
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedFeed(account.get(), requestedStates, requestedTypes);
    }

    /** Whether a revision is asked for. */
    boolean matches(CallEvent event) {
        return (states.isEmpty() || states.contains(event.call().state()))
                && (types.isEmpty() || event.changes().stream().anyMatch(types::contains));
    }

    private static <T> Set<T> values(List<String> names, T[] all, Function<T, String> name) {
        return Stream.of(all).filter(value -> names.contains(name.apply(value))).collect(Collectors.toSet());
    }
}
