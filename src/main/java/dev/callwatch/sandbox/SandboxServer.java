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

    private final SandboxSettings settings;
    private final Vertx vertx;
    private final StandIn standIn;
    private Optional<HttpServer> server = Optional.empty();

    SandboxServer(SandboxSettings settings, Vertx vertx, Clock clock) {
        this.settings = settings;
        this.vertx = vertx;
        this.standIn = new StandIn(clock);
    }

    void start(@Observes StartupEvent event) {
        if (settings.enabled()) {
            server = Optional.of(listen(settings.port()));
            LOG.infof("Sandbox: a stand-in for Vonage listens on http://%s:%d", LOOPBACK, settings.port());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        server.ifPresent(HttpServer::close);
    }

    private HttpServer listen(int port) {
        try {
            return vertx.createHttpServer()
                    .requestHandler(this::handle)
                    .listen(port, LOOPBACK)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException | IllegalArgumentException failure) {
            // Without a cause, so that the message alone is printed.
            throw new ConfigurationException(
                    "Callwatch cannot start: callwatch.sandbox.port must be a free port, but is " + port);
        }
    }

    private void handle(HttpServerRequest request) {
        Optional<String> authorization = Optional.ofNullable(request.getHeader("Authorization"));
        if (request.method() == HttpMethod.GET) {
            send(request.response(), standIn.call(request.path(), authorization));
        } else if (request.method() == HttpMethod.POST && request.path().equalsIgnoreCase("/Auth/connect/token")) {
            request.setExpectMultipart(true);
            request.endHandler(end -> send(request.response(), standIn.token(form(request), authorization)));
        } else {
            send(request.response(), Answer.message(405, "The requested resource does not support this method."));
        }
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
