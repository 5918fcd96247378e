package dev.callwatch.vonage;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.callwatch.call.UpstreamFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The answer to a token request (RFC 6749, section 5.1). */
final class TokenAnswer {

    /** The shortest lifetime that Vonage's documents name, for an answer that names none. */
    private static final Duration DEFAULT_LIFETIME = Duration.ofSeconds(900);

    private static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

    /** Some servers write the number as text, and some with a fraction. */
    private static final Pattern SECONDS = Pattern.compile("(-?[0-9]{1,18})(?:\\.[0-9]*)?");

    private static final ObjectReader READER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private TokenAnswer() {}

    /**
     * Reads the token.
     *
     * @param body the body of a 200
     * @param now when it came
     * @return a token that lives for a day at most
     * @throws UpstreamFailure.Malformed where there is no token in it, or a lifetime that is not a number
     */
    static Token read(byte[] body, Instant now) {
        JsonNode answer = tree(body);
        String token = answer.path("access_token").asText();
        if (!answer.path("access_token").isTextual() || token.isBlank()) {
            throw new UpstreamFailure.Malformed("Vonage answered a token request without a token.");
        }
        return Token.issued(token, now, lifetime(answer.path("expires_in")));
    }

    private static JsonNode tree(byte[] body) {
        try {
            return READER.readTree(body);
        } catch (IOException malformed) {
            throw malformed();
        }
    }

    private static Duration lifetime(JsonNode expiresIn) {
        if (expiresIn.isMissingNode() || expiresIn.isNull()) {
            return DEFAULT_LIFETIME;
        }
        Matcher seconds = SECONDS.matcher(expiresIn.asText().trim());
        if (!seconds.matches()) {
            throw malformed();
        }
        return Duration.ofSeconds(Math.min(Long.parseLong(seconds.group(1)), LONGEST_LIFETIME.toSeconds()));
    }

    private static UpstreamFailure.Malformed malformed() {
        return new UpstreamFailure.Malformed("Vonage answered a token request with something that is not a token.");
    }
}
