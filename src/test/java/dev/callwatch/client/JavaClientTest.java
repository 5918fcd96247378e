package dev.callwatch.client;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import dev.callwatch.CuttableProxy;
import dev.callwatch.MarkdownFile;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client in Java that {@code reference/clients.md} shows, against the service. */
@QuarkusTest
@ConnectWireMock
class JavaClientTest {

    private static final String ACCOUNT = "life";
    private static final String NOBODY = null;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String ACTIVE = "{\"status\":\"Active\"}";
    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String SOLD = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    @Inject
    @RestClient
    Callwatch callwatch;

    @Inject
    CallFollower follower;

    @Inject
    ObjectMapper json;

    @TestHTTPResource("/")
    URI service;

    WireMock wireMock;

    private final String guid = UUID.randomUUID().toString();

    @BeforeEach
    void forget() {
        wireMock.resetToDefaultMappings();
        wireMock.register(post(urlEqualTo("/Auth/connect/token"))
                .willReturn(
                        okJson("{\"access_token\":\"planted-token\",\"expires_in\":7200,\"token_type\":\"Bearer\"}")));
    }

    @Test
    void the_document_shows_this_code() throws IOException {
        assertThat(MarkdownFile.reference("clients.md").code("Java", "java"))
                .containsExactly(source("Callwatch.java"), source("CallFollower.java"));
    }

    @Test
    void it_looks_a_call_up() {
        vonageAnswers(SOLD);
        Callwatch.CallStatus status =
                callwatch.lookUp(NOBODY, ACCOUNT, guid).await().atMost(SOON);
        assertThat(status)
                .isEqualTo(new Callwatch.CallStatus(
                        guid, "completed", true, "The call has ended; no fault was recorded.", "Sale"));
    }

    @Test
    void a_refusal_is_an_exception_with_the_problem() {
        wireMock.register(get(urlEqualTo(path())).willReturn(notFound()));
        WebApplicationException refusal = catchThrowableOfType(
                WebApplicationException.class,
                () -> callwatch.lookUp(NOBODY, ACCOUNT, guid).await().atMost(SOON));
        assertThat(refusal.getResponse().getStatus()).isEqualTo(404);
        assertThat(refusal.getResponse().readEntity(String.class)).contains("urn:callwatch:problem:call-not-found");
    }

    @Test
    void it_follows_a_call_to_its_end() {
        vonageAnswers(ACTIVE, RECORDED, SOLD);
        AssertSubscriber<String> types = follower.follow(NOBODY, ACCOUNT, List.of(guid))
                .map(Callwatch.CallEvent::type)
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        types.awaitCompletion(SOON).assertItems("call.observed", "call.recording-changed", "call.completed");
    }

    @Test
    void a_refused_stream_is_not_repeated() {
        follower.follow(NOBODY, "nobody", List.of(guid))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE))
                .awaitFailure(SOON)
                .assertFailedWith(WebApplicationException.class, "404");
    }

    @Test
    void a_lost_connection_costs_it_no_event() throws Exception {
        vonageAnswers(ACTIVE, RECORDED, SOLD);
        try (CuttableProxy proxy = new CuttableProxy(service.getPort())) {
            Callwatch proxied = QuarkusRestClientBuilder.newBuilder()
                    .baseUri(URI.create("http://localhost:" + proxy.port()))
                    .build(Callwatch.class);
            AssertSubscriber<String> types = new CallFollower(proxied, json)
                    .follow(NOBODY, ACCOUNT, List.of(guid))
                    .map(Callwatch.CallEvent::type)
                    .subscribe()
                    .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
            types.awaitItems(2, SOON);
            proxy.cut();
            proxy.mend();
            types.awaitCompletion(SOON).assertItems("call.observed", "call.recording-changed", "call.completed");
        }
    }

    /** Without its package, which everybody has another of. */
    private static String source(String name) throws IOException {
        return Files.readString(Path.of("src/test/java/dev/callwatch/client", name))
                .replaceFirst("package .*;\\n\\n", "");
    }

    private String path() {
        return "/v0/" + ACCOUNT + "/calls/" + guid;
    }

    /** The last answer repeats. */
    private void vonageAnswers(String... documents) {
        for (int i = 0; i < documents.length; i++) {
            wireMock.register(get(urlEqualTo(path()))
                    .inScenario(guid)
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "step " + i)
                    .willSetStateTo("step " + Math.min(i + 1, documents.length - 1))
                    .willReturn(okJson(documents[i])));
        }
    }
}
