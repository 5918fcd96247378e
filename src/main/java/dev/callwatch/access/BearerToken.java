package dev.callwatch.access;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The JWT of a request (RFC 6750, section 2.1; RFC 7519), parsed but <em>not</em> verified: it says which issuer to ask, and
 * nothing else counts before a key of that issuer has proved it.
 *
 * @param text the token as it came
 * @param claims its payload
 */
record BearerToken(String text, JsonNode claims) {

    private static final int SCHEME_AND_SPACE = "Bearer ".length();

    /** Beyond what providers make, and within what a server takes of headers. */
    private static final int MOST_CHARACTERS = 12_000;

    /** Subjects have 255 characters at most (OpenID Connect Core 1.0, section 2), Kubernetes' somewhat more. */
    private static final int LONGEST_SUBJECT = 512;

    /** The last second of the year 9999. */
    private static final long END_OF_TIME = 253_402_300_799L;

    private static final Pattern FORM =
            Pattern.compile("Bearer ([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)", Pattern.CASE_INSENSITIVE);
    private static final String SCHEME = "bearer";

    /** Access tokens as JWTs are {@code at+jwt} (RFC 9068); other types of JWT have other purposes. */
    private static final Set<String> TYPES = Set.of("", "jwt", "at+jwt", "application/at+jwt");

    /** How Keycloak marks what is no access token. */
    private static final Set<String> FOREIGN_TYPES = Set.of("id", "refresh", "offline", "logout");

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    /**
     * Reads it.
     *
     * @param headers the lines of the header {@code Authorization}
     * @throws Unauthenticated where there is none, or none that could be valid
     */
    static BearerToken of(List<String> headers) {
        if (headers.isEmpty() || !headers.get(0).toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            throw Unauthenticated.noToken();
        }
        if (headers.size() > 1) {
            throw Unauthenticated.invalidToken("several-tokens");
        }
        if (headers.get(0).length() > MOST_CHARACTERS) {
            throw Unauthenticated.invalidToken("oversized");
        }
        Matcher parts = FORM.matcher(headers.get(0));
        if (!parts.matches()) {
            throw Unauthenticated.invalidToken("malformed");
        }
        JsonNode header = json(parts.group(1));
        JsonNode claims = json(parts.group(2));
        if (!TYPES.contains(header.path("typ").asText().toLowerCase(Locale.ROOT))
                || FOREIGN_TYPES.contains(claims.path("typ").asText().toLowerCase(Locale.ROOT))) {
            throw Unauthenticated.invalidToken("type");
        }
        return new BearerToken(headers.get(0).substring(SCHEME_AND_SPACE), claims);
    }

    private static JsonNode json(String part) {
        try {
            JsonNode json = JSON.readTree(Base64.getUrlDecoder().decode(part));
            if (json.isObject()) {
                return json;
            }
        } catch (IOException | IllegalArgumentException malformed) {
            // Refused below, like a value of the wrong kind.
        }
        throw Unauthenticated.invalidToken("malformed");
    }

    /** The {@code iss} that the token claims. */
    String issuer() {
        return claims.path("iss").asText();
    }

    /**
     * Whom the token is about, once it has been verified.
     *
     * @throws Unauthenticated where it does not say so
     */
    Caller caller(Issuer issuer) {
        String subject = claims.path("sub").asText();
        if (subject.isBlank() || subject.length() > LONGEST_SUBJECT) {
            throw Unauthenticated.invalidToken("subject");
        }
        Set<String> scopes = new HashSet<>(texts(claims.path("scope"), BearerToken::words));
        scopes.addAll(texts(claims.path("scp"), BearerToken::words));
        Instant expires = Instant.ofEpochSecond(Math.min(claims.path("exp").asLong(), END_OF_TIME));
        return new Caller(
                issuer.name(),
                issuer.url(),
                subject,
                texts(claims.path("groups"), Stream::of),
                scopes,
                Optional.of(expires));
    }

    /** Scopes are separated by spaces (RFC 6749, section 3.3). */
    private static Stream<String> words(String text) {
        return Stream.of(text.split(" "));
    }

    /**
     * What a claim names: the texts of an array, or those in one text. Anything else names nothing.
     *
     * @param inText the texts in a claim that is one text
     */
    private static Set<String> texts(JsonNode claim, Function<String, Stream<String>> inText) {
        Stream<String> texts = claim.isArray()
                ? StreamSupport.stream(claim.spliterator(), false)
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                : Stream.of(claim)
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                        .flatMap(inText);
        return texts.filter(text -> !text.isBlank()).collect(Collectors.toUnmodifiableSet());
    }
}
