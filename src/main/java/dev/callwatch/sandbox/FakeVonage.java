package dev.callwatch.sandbox;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers as Vonage Contact Center does: the token endpoint and the call endpoint, without HTTP. Remembers {@value #CAPACITY}
 * tokens and as many calls, and forgets those that were used longest ago. Safe for concurrent use.
 */
final class FakeVonage {

    private static final Pattern CALL_PATH = Pattern.compile(
            "/v0/([^/]+)/calls/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", Pattern.CASE_INSENSITIVE);
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final int CAPACITY = 10_000;
    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";

    private record Requested(Instant first, int times) {}

    private final Clock clock;
    private final Map<String, Instant> tokens = new Recent<>();
    private final Map<String, Requested> calls = new Recent<>();

    private final BiConsumer<String, Scenario.Life> onLife;

    FakeVonage(Clock clock) {
        this(clock, (guid, life) -> {});
    }

    /** @param onLife called with a call's GUID when a life of it begins: at the first request for it */
    FakeVonage(Clock clock, BiConsumer<String, Scenario.Life> onLife) {
        this.clock = clock;
        this.onLife = onLife;
    }

    /**
     * Answers a token request.
     *
     * @param form the decoded form
     * @param authorization the header of that name, if there is one
     */
    synchronized Answer token(Map<String, String> form, Optional<String> authorization) {
        if (!"client_credentials".equals(form.get("grant_type"))) {
            return refusal("unsupported_grant_type", "The grant type must be client_credentials");
        }
        String expected = SandboxAccounts.CLIENT_ID + ":" + SandboxAccounts.CLIENT_SECRET;
        if (!expected.equals(credentials(form, authorization))) {
            return refusal("invalid_client", "The client identifier or secret is wrong");
        }
        if (!SandboxAccounts.SCOPE.equals(form.get("scope"))) {
            return refusal("invalid_scope", "The scope must be " + SandboxAccounts.SCOPE);
        }
        String token = UUID.randomUUID().toString();
        tokens.put(token, clock.instant().plus(TOKEN_LIFE));
        return Answer.json(
                200,
                new JsonObject()
                        .put("access_token", token)
                        .put("expires_in", TOKEN_LIFE.toSeconds())
                        .put("token_type", "Bearer"));
    }

    /**
     * Answers a call request.
     *
     * @param path the path of the request
     * @param authorization the header of that name, if there is one
     */
    synchronized Answer call(String path, Optional<String> authorization) {
        if (!isAuthorised(authorization)) {
            return Answer.unauthorised();
        }
        Matcher call = CALL_PATH.matcher(path);
        if (!call.matches() || !SandboxAccounts.ACCOUNTS.containsKey(call.group(1))) {
            return Scenario.UNKNOWN_CALL;
        }
        String guid = call.group(2).toLowerCase(Locale.ROOT);
        return Scenario.of(guid)
                .filter(scenario -> !scenario.beginsByItself() || calls.containsKey(guid))
                .map(scenario -> answer(scenario, guid))
                .orElse(Scenario.UNKNOWN_CALL);
    }

    /** A call begins although nobody has asked for it. */
    synchronized void begin(String guid) {
        Optional<Scenario.Life> life = Scenario.of(guid).flatMap(Scenario::life);
        if (life.isPresent() && calls.putIfAbsent(guid, new Requested(clock.instant(), 1)) == null) {
            onLife.accept(guid, life.get());
        }
    }

    private Answer answer(Scenario scenario, String guid) {
        Instant now = clock.instant();
        Requested requested = calls.merge(
                guid, new Requested(now, 1), (before, first) -> new Requested(before.first(), before.times() + 1));
        if (requested.times() == 1) {
            scenario.life().ifPresent(life -> onLife.accept(guid, life));
        }
        return scenario.answer(guid, Duration.between(requested.first(), now), requested.times());
    }

    private boolean isAuthorised(Optional<String> authorization) {
        return authorization
                .filter(header -> header.startsWith(BEARER))
                .map(header -> tokens.get(header.substring(BEARER.length())))
                .filter(end -> clock.instant().isBefore(end))
                .isPresent();
    }

    private static String credentials(Map<String, String> form, Optional<String> authorization) {
        return authorization
                .filter(header -> header.startsWith(BASIC))
                .map(header -> decoded(header.substring(BASIC.length())))
                .orElseGet(() -> form.get("client_id") + ":" + form.get("client_secret"));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64.trim()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noBase64) {
            return "";
        }
    }

    private static Answer refusal(String error, String description) {
        return Answer.json(400, new JsonObject().put("error", error).put("error_description", description));
    }

    /** Removes the entry that was used longest ago once there are more than {@value #CAPACITY}. */
    private static final class Recent<V> extends LinkedHashMap<String, V> {
        private Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > CAPACITY;
        }
    }
}
