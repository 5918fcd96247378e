package dev.callwatch.sandbox;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** Serves the stand-in over HTTP on a loopback port while the sandbox is enabled. */
@ApplicationScoped
public class SandboxServer {

    private static final Logger LOG = Logger.getLogger(SandboxServer.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int HIGHEST_PORT = 65_535;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final SandboxSettings settings;
    private final Vertx vertx;
    private final FakeVonage standIn;
    private Optional<HttpServer> server = Optional.empty();

    SandboxServer(SandboxSettings settings, Vertx vertx, Clock clock) {
        this.settings = settings;
        this.vertx = vertx;
        this.standIn = new FakeVonage(clock);
    }

    void start(@Observes StartupEvent event) {
        if (settings.enabled()) {
            // Vert.x takes 0 and less for any port, which the account would not find.
            if (settings.port() < 1 || settings.port() > HIGHEST_PORT) {
                throw unusable(settings.port());
            }
            server = Optional.of(listen(settings.port()));
            LOG.infof("Sandbox: a stand-in for Vonage listens on http://%s:%d", LOOPBACK, settings.port());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        server.ifPresent(HttpServer::close);
    }

    /** Listens on {@code port}, or on any free one where it is 0; the caller closes. */
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
        // Without a cause, so that the message alone is printed.
        return new ConfigurationException(
                "Callwatch cannot start: callwatch.sandbox.port must be a free port, but is " + port);
    }

    private void handle(HttpServerRequest request) {
        Optional<String> authorization = Optional.ofNullable(request.getHeader("Authorization"));
        if (request.method() == HttpMethod.GET) {
            send(request.response(), standIn.call(request.path(), authorization));
        } else if (request.method() == HttpMethod.POST && request.path().equalsIgnoreCase("/Auth/connect/token")) {
            // Vert.x refuses to read any other body as a form, and would leave the request unanswered.
            request.setExpectMultipart(isForm(request));
            request.endHandler(end -> send(request.response(), standIn.token(form(request), authorization)));
        } else {
            send(request.response(), Answer.message(405, "The requested resource does not support this method."));
        }
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
        if (!response.closed()) {
            response.setStatusCode(answer.status());
            answer.headers().forEach(response::putHeader);
            response.end(answer.body());
        }
    }
}
