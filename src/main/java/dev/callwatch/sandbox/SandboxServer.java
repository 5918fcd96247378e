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

/** Serves {@link FakeVonage} over HTTP on a loopback port while the sandbox is enabled. */
@ApplicationScoped
public class SandboxServer {

    private static final Logger LOG = Logger.getLogger(SandboxServer.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int HIGHEST_PORT = 65_535;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final SandboxSettings settings;
    private final Vertx vertx;
    private final FakeVonage vonage;
    private Optional<HttpServer> server = Optional.empty();

    SandboxServer(SandboxSettings settings, Vertx vertx, Clock clock) {
        this.settings = settings;
        this.vertx = vertx;
        this.vonage = new FakeVonage(clock);
    }

    void start(@Observes StartupEvent event) {
        if (settings.enabled()) {
            // Vert.x takes 0 and less for any free port; the settings of the account name this one.
            if (settings.port() < 1 || settings.port() > HIGHEST_PORT) {
                throw unusable(settings.port());
            }
            server = Optional.of(listen(settings.port()));
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
        if (request.method() == HttpMethod.GET) {
            send(request.response(), vonage.call(request.path(), authorization));
        } else if (request.method() == HttpMethod.POST && request.path().equalsIgnoreCase("/Auth/connect/token")) {
            // Vert.x fails to read any other body as a form, and then never answers the request.
            request.setExpectMultipart(isForm(request));
            request.endHandler(end -> send(request.response(), vonage.token(form(request), authorization)));
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
