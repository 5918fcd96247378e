package dev.callwatch.api;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.account.AccountKey;
import dev.callwatch.problem.InvalidRequest;
import dev.callwatch.problem.Violation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The calls of a batch look-up, as the body of the request names them.
 *
 * @param account the account's key
 * @param ids as sent, 1 to {@value #MOST}; not checked to be GUIDs, since each id gets its own row
 */
record RequestedBatch(AccountKey account, List<String> ids) {

    static final int MOST = 100;

    private static final String IDS = "ids";
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    /** @throws InvalidRequest if a part is malformed; it names every malformed part */
    static RequestedBatch of(String accountKey, byte[] body) {
        Optional<AccountKey> account = AccountKey.parse(accountKey);
        List<Violation> violations = new ArrayList<>();
        if (account.isEmpty()) {
            violations.add(RequestedCall.MALFORMED_ACCOUNT);
        }
        List<String> ids = ids(body, violations);
        if (!violations.isEmpty()) {
            throw new InvalidRequest(violations);
        }
        return new RequestedBatch(account.get(), ids);
    }

    private static List<String> ids(byte[] body, List<Violation> violations) {
        List<String> ids = new ArrayList<>();
        JsonNode listed = parse(body).path(IDS);
        if (!listed.isArray() || listed.isEmpty() || listed.size() > MOST) {
            violations.add(new Violation(IDS, "must be a list of 1 to " + MOST + " GUIDs in a JSON object"));
            return ids;
        }
        for (JsonNode id : listed) {
            if (!id.isTextual()) {
                violations.add(new Violation(IDS + "[" + ids.size() + "]", "must be text"));
            }
            ids.add(id.asText());
        }
        return ids;
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException malformed) {
            throw new InvalidRequest(List.of(new Violation("body", "must be a JSON object")));
        }
    }
}
