package dev.callwatch.api;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallPosition;
import dev.callwatch.call.CallQuery;
import dev.callwatch.call.CallState;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The calls that the query of a request for a list names.
 *
 * @param account the account's key
 * @param query which calls
 */
record RequestedList(AccountKey account, CallQuery query) {

    static final int MOST = 100;
    static final int DEFAULT = 50;

    private static final Pattern POSITION = Pattern.compile("([1-9][0-9]{0,17}):(.{36})");
    private static final Pattern LIMIT = Pattern.compile("[1-9][0-9]{0,2}");

    /**
     * The texts of the query, each empty where it is absent.
     *
     * @param after where a page begins, as the link of the page before names it
     */
    record Query(Optional<String> state, Optional<String> since, Optional<String> limit, Optional<String> after) {}

    /** @throws InvalidRequest if a part is malformed; it names every malformed part */
    static RequestedList of(String accountKey, Query texts) {
        List<Violation> violations = new ArrayList<>();
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        if (account.isEmpty()) {
            violations.add(RequestedCall.MALFORMED_ACCOUNT);
        }
        Optional<CallState> state = texts.state().flatMap(RequestedList::state);
        check(violations, texts.state(), state, "state", "must be active, completed, failed or unknown");
        Optional<Instant> since = texts.since().flatMap(RequestedList::time);
        check(violations, texts.since(), since, "since", "must be a time as in RFC 3339, such as 2026-11-24T09:00:00Z");
        Optional<Integer> limit = texts.limit().flatMap(RequestedList::limit);
        check(violations, texts.limit(), limit, "limit", "must be a whole number from 1 to " + MOST);
        Optional<CallPosition> after = texts.after().flatMap(RequestedList::position);
        check(violations, texts.after(), after, "after", "must be as the link to a next page has it");
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedList(account.get(), new CallQuery(state, since, after, limit.orElse(DEFAULT)));
    }

    /** The page that begins after a place, relative to the path of the list. Not a mere query, which Java resolves wrongly. */
    String next(CallPosition after) {
        StringBuilder next = new StringBuilder("calls?");
        query.state()
                .ifPresent(
                        state -> next.append("state=").append(state.wireName()).append('&'));
        query.since()
                .ifPresent(since -> next.append("since=")
                        .append(URLEncoder.encode(since.toString(), StandardCharsets.UTF_8))
                        .append('&'));
        return next.append("limit=")
                .append(query.limit())
                .append("&after=")
                .append(after.revision())
                .append(':')
                .append(after.guid())
                .toString();
    }

    private static void check(
            List<Violation> violations, Optional<String> text, Optional<?> value, String field, String message) {
        if (text.isPresent() && value.isEmpty()) {
            violations.add(new Violation(field, message));
        }
    }

    private static Optional<CallState> state(String text) {
        return Stream.of(CallState.values())
                .filter(state -> state.wireName().equals(text))
                .findFirst();
    }

    private static Optional<Instant> time(String text) {
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            // A time far in the future has no milliseconds since the epoch.
            return Optional.of(time).filter(given -> given.getEpochSecond() >= 0 && given.getEpochSecond() < 1L << 40);
        } catch (DateTimeException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> limit(String text) {
        return Optional.of(text)
                .filter(digits -> LIMIT.matcher(digits).matches())
                .map(Integer::valueOf)
                .filter(limit -> limit <= MOST);
    }

    private static Optional<CallPosition> position(String text) {
        Matcher position = POSITION.matcher(text);
        return position.matches()
                ? CallGuid.parse(position.group(2))
                        .map(guid -> new CallPosition(Long.parseLong(position.group(1)), guid))
                : Optional.empty();
    }
}
