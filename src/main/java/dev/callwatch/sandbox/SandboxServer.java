package dev.callwatch.sandbox;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Serves {@link FakeVonage} and {@link FakeSink} over HTTP on a loopback port while the sandbox is enabled. */
@ApplicationScoped
public class SandboxServer {

    private static final Logger LOG = Logger.getLogger(SandboxServer.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final String NOTIFY = "/notify";
    private static final int HIGHEST_PORT = 65_535;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final SandboxSettings settings;
    private final Vertx vertx;
    private final FakeVonage vonage;
    private final Optional<WebHooks> webHooks;
    private final FakeSink sink;
    private Optional<HttpServer> server = Optional.empty();

    @Inject
    SandboxServer(SandboxSettings settings, Vertx vertx, Clock clock, Config config) {
        // The port is another one than the setting in tests, and known only once the service listens.
        this(settings, vertx, clock, () -> config.getValue("quarkus.http.port", Integer.class));
    }

    /** @param port the port of this service, to send notifications to */
    SandboxServer(SandboxSettings settings, Vertx vertx, Clock clock, IntSupplier port) {
        this.settings = settings;
        this.vertx = vertx;
        this.webHooks = settings.enabled() && settings.notifications()
                ? Optional.of(new WebHooks(vertx, Clock.systemUTC(), port))
                : Optional.empty();
        this.vonage = new FakeVonage(clock, (guid, life) -> webHooks.ifPresent(hooks -> hooks.play(guid, life)));
        this.sink = new FakeSink(clock);
    }

    void start(@Observes StartupEvent event) {
        if (settings.enabled()) {
            // Vert.x takes 0 and less for any free port; the settings of the account name this one.
            if (settings.port() < 1 || settings.port() > HIGHEST_PORT) {
                throw unusable(settings.port());
            }
            server = Optional.of(listen(settings.port()));
            webHooks.ifPresent(hooks -> new SelfStartingCalls(vertx, vonage::begin).start());
            LOG.infof("The sandbox serves a fake Vonage on http://%s:%d", LOOPBACK, settings.port());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        server.ifPresent(HttpServer::close);
    }

    /**
     * Listens on a port.
     *
     * @param port 0 for any free one
     * @return the server, which the caller closes
     * @throws ConfigurationException where the port is not free
     */
    HttpServer listen(int port) {
        try {
            return vertx.createHttpServer()
                    .requestHandler(this::handle)
                    .listen(port, LOOPBACK)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException failure) {
            throw unusable(port);
        }
    }

    private static ConfigurationException unusable(int port) {
        // It has no cause, so that Quarkus prints the message only.
        return new ConfigurationException(
                "Callwatch cannot start: callwatch.sandbox.port must be a free port, but is " + port);
    }

    private void handle(HttpServerRequest request) {
        Optional<String> authorization = Optional.ofNullable(request.getHeader("Authorization"));
        if (FakeSink.has(request.path())) {
            handleSink(request);
        } else if (request.method() == HttpMethod.GET) {
            send(request.response(), vonage.call(request.path(), authorization));
        } else if (request.method() == HttpMethod.POST && request.path().equalsIgnoreCase("/Auth/connect/token")) {
            // Vert.x fails to read any other body as a form, and then never answers the request.
            request.setExpectMultipart(isForm(request));
            request.endHandler(end -> send(request.response(), vonage.token(form(request), authorization)));
        } else if (request.method() == HttpMethod.POST && request.path().equals(NOTIFY)) {
            request.body().onSuccess(body -> sendNotification(request.response(), body));
        } else {
            send(request.response(), Answer.message(405, "The requested resource does not support this method."));
        }
    }

    /** Sends one notification on demand, and answers how the service answered it. */
    private void sendNotification(HttpServerResponse response, Buffer body) {
        Optional<JsonObject> asked = object(body)
                .filter(json -> json.getValue("type") instanceof String && json.getValue("call") instanceof String);
        if (webHooks.isEmpty() || asked.isEmpty()) {
            send(
                    response,
                    Answer.message(
                            400,
                            "Needs callwatch.sandbox.notifications=true, and a body"
                                    + " {\"type\":\"channel.ended.v1\",\"call\":\"GUID\"}."));
            return;
        }
        webHooks.get()
                .send(asked.get().getString("type"), asked.get().getString("call"))
                .onSuccess(status -> send(response, Answer.json(200, new JsonObject().put("status", status))))
                .onFailure(failure -> send(response, Answer.message(502, "The service cannot be reached.")));
    }

    private static Optional<JsonObject> object(Buffer body) {
        try {
            return Optional.of(new JsonObject(body));
        } catch (DecodeException malformed) {
            return Optional.empty();
        }
    }

    private void handleSink(HttpServerRequest request) {
        if (request.method() == HttpMethod.GET) {
            send(request.response(), sink.events());
        } else if (request.method() == HttpMethod.OPTIONS) {
            send(request.response(), sink.agree());
        } else if (request.method() == HttpMethod.POST) {
            request.body()
                    .onSuccess(body -> send(request.response(), sink.deliver(request.path(), headers(request), body)));
        } else {
            send(request.response(), Answer.message(405, "The requested resource does not support this method."));
        }
    }

    private static Map<String, String> headers(HttpServerRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        return headers;
    }

    private static boolean isForm(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader("Content-Type"))
                .filter(type -> type.regionMatches(true, 0, FORM, 0, FORM.length()))
                .isPresent();
    }

    private static Map<String, String> form(HttpServerRequest request) {
        Map<String, String> form = new HashMap<>();
        request.formAttributes().forEach(form::put);
        return form;
    }

    private void send(HttpServerResponse response, Answer answer) {
        if (answer.delay().isZero()) {
            end(response, answer);
        } else {
            vertx.setTimer(answer.delay().toMillis(), due -> end(response, answer));
        }
    }

    private static void end(HttpServerResponse response, Answer answer) {
        if (answer == Answer.NONE) {
            response.reset();
        } else if (!response.closed()) {
            response.setStatusCode(answer.status());
            answer.headers().forEach(response::putHeader);
            response.end(answer.body());
        }
    }
}
