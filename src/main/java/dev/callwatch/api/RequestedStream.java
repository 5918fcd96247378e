package dev.callwatch.api;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The calls of a stream, as the query of the request names them.
 *
 * @param account the account's key
 * @param guids 1 to {@value #MOST}, without repetitions
 */
record RequestedStream(AccountKey account, Set<CallGuid> guids) {

    static final int MOST = 100;

    /** @throws InvalidRequest if a part is malformed; it names every malformed part */
    static RequestedStream of(String accountKey, List<String> ids) {
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        List<Violation> violations = new ArrayList<>();
        if (account.isEmpty()) {
            violations.add(RequestedCall.MALFORMED_ACCOUNT);
        }
        if (ids.isEmpty() || ids.size() > MOST) {
            violations.add(new Violation("id", "must be given 1 to " + MOST + " times"));
        }
        Set<CallGuid> guids = new LinkedHashSet<>();
        for (int i = 0; i < Math.min(ids.size(), MOST); i++) {
            Optional<CallGuid> guid = CallGuid.parse(ids.get(i));
            guid.ifPresent(guids::add);
            if (guid.isEmpty()) {
                violations.add(new Violation("id[" + i + "]", RequestedCall.GUID_FORM));
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedStream(account.get(), guids);
    }
}
