package dev.callwatch;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fake Vonage for several replicas. Each replica has a port of its own here, which identifies it. It records every request for
 * a call, and answers with the version that the call has at that moment: the disposition is the number of the version. Each
 * endpoint can be made to fail.
 */
public final class ScriptedUpstream implements AutoCloseable {

    /**
     * A request for a call.
     *
     * @param replica whose port it came to
     * @param at when it came, as {@link System#nanoTime()}
     * @param version of the call in the answer; 0 if the answer is a 429
     */
    record Asked(int replica, String account, String guid, long at, int status, int version) {

        Duration since(Asked earlier) {
            return Duration.ofNanos(at - earlier.at);
        }
    }

    private static final Pattern CALL_PATH = Pattern.compile("/v0/([^/]+)/calls/([0-9a-f-]{36})");
    private static final String TOKEN =
            "{\"access_token\":\"scripted-token-%d\",\"expires_in\":%d,\"token_type\":\"Bearer\"}";
    private static final Pattern AUTHORIZATION = Pattern.compile("Bearer scripted-token-([0-9]+)");
    private static final String EXPIRED = "{\"message\":\"The access token is invalid or has expired\"}";

    /** How one call is answered; the versions start with 1. */
    private static final class CallScript {

        private int version = 1;
        private boolean over;
        private Duration firstDelay = Duration.ZERO;
    }

    private final Vertx vertx = Vertx.vertx();
    private final List<HttpServer> servers = new ArrayList<>();
    private final Map<String, CallScript> scripts = new HashMap<>();
    private final Map<String, Duration> throttled = new HashMap<>();
    private final List<Asked> asked = new ArrayList<>();
    private final UpstreamEndpoint calls = new UpstreamEndpoint(vertx);
    private final UpstreamEndpoint tokens = new UpstreamEndpoint(vertx);
    private volatile Duration tokenLifetime = Duration.ofHours(2);

    public ScriptedUpstream(int replicas) throws Exception {
        for (int i = 0; i < replicas; i++) {
            int replica = i;
            servers.add(vertx.createHttpServer()
                    .requestHandler(request -> handle(replica, request))
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS));
        }
    }

    String url(int replica) {
        return "http://127.0.0.1:" + port(replica);
    }

    public int port(int replica) {
        return servers.get(replica).actualPort();
    }

    /** Where calls are read. */
    public UpstreamEndpoint calls() {
        return calls;
    }

    /** Where tokens are issued. */
    public UpstreamEndpoint tokens() {
        return tokens;
    }

    /** Tokens issued from now on serve so long; with an older one a call is answered 401. */
    public void tokenLifetime(Duration lifetime) {
        tokenLifetime = lifetime;
    }

    /** Changes the call: the next answer has the next version. */
    public synchronized int change(String guid) {
        return ++script(guid).version;
    }

    /** The version that the next answer will have. */
    public synchronized int version(String guid) {
        return script(guid).version;
    }

    /** Ends the call, with a disposition, so that it has to be read only once. */
    public synchronized void end(String guid) {
        script(guid).over = true;
    }

    /** Whether {@link #end} was asked of it. */
    public synchronized boolean isOver(String guid) {
        return script(guid).over;
    }

    /** Delays the first answer. */
    synchronized void hesitate(String guid, Duration delay) {
        script(guid).firstDelay = delay;
    }

    /** Answers every request for a call of the account with 429. */
    synchronized void throttle(String account, Duration retryAfter) {
        throttled.put(account, retryAfter);
    }

    synchronized void unthrottle(String account) {
        throttled.remove(account);
    }

    /** The requests so far, in the order of arrival. */
    synchronized List<Asked> asked(Predicate<Asked> which) {
        return asked.stream().filter(which).toList();
    }

    List<Asked> askedFor(String guid) {
        return asked(request -> request.guid().equals(guid));
    }

    @Override
    public void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private void handle(int replica, HttpServerRequest request) {
        HttpServerResponse response = request.response().putHeader("Content-Type", "application/json");
        Matcher call = CALL_PATH.matcher(request.path());
        if (request.path().equals("/Auth/connect/token")) {
            request.bodyHandler(form -> tokens.answer(response, () -> response.end(token())));
        } else if (call.matches()) {
            String authorization = request.getHeader("Authorization");
            calls.answer(response, () -> {
                if (isValid(authorization)) {
                    answer(replica, call.group(1), call.group(2), response);
                } else {
                    response.setStatusCode(401).end(EXPIRED);
                }
            });
        } else {
            response.setStatusCode(404).end("{}");
        }
    }

    /** Its name is when it expires, in nanoseconds of this process. */
    private String token() {
        Duration lifetime = tokenLifetime;
        return TOKEN.formatted(System.nanoTime() + lifetime.toNanos(), lifetime.toSeconds());
    }

    private static boolean isValid(String authorization) {
        Matcher token = AUTHORIZATION.matcher(String.valueOf(authorization));
        return token.matches() && System.nanoTime() - Long.parseLong(token.group(1)) < 0;
    }

    private synchronized void answer(int replica, String account, String guid, HttpServerResponse response) {
        Duration pause = throttled.get(account);
        CallScript script = script(guid);
        if (pause != null) {
            asked.add(new Asked(replica, account, guid, System.nanoTime(), 429, 0));
            response.setStatusCode(429)
                    .putHeader("Retry-After", Long.toString(pause.toSeconds()))
                    .end();
            return;
        }
        Duration delay = script.firstDelay;
        script.firstDelay = Duration.ZERO;
        asked.add(new Asked(replica, account, guid, System.nanoTime(), 200, script.version));
        String body = document(guid, script);
        if (delay.isZero()) {
            response.end(body);
        } else {
            vertx.setTimer(delay.toMillis(), late -> response.end(body));
        }
    }

    private CallScript script(String guid) {
        return scripts.computeIfAbsent(guid, unseen -> new CallScript());
    }

    private static String document(String guid, CallScript script) {
        return new JsonObject()
                .put("id", guid)
                .put("from", new JsonObject().put("telephoneNumber", "02072068888"))
                .put("to", new JsonObject().put("telephoneNumber", "02072068888"))
                .put("status", script.over ? null : "Active")
                .putNull("recordingStatus")
                .put("dispositionCode", Integer.toString(script.version))
                .encode();
    }
}
