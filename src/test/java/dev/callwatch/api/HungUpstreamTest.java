package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.callwatch.FaultyHost;
import dev.callwatch.FaultyServer;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Endpoints of Vonage that take connections and never finish an answer: each request ends, and so does its connection. */
@QuarkusTest
@ConnectWireMock
@WithTestResource(value = FaultyHost.class, scope = TestResourceScope.GLOBAL)
class HungUpstreamTest {

    private static final String TOKENS = "/Auth/connect/token";
    private static final String CALLS = "/v0/faulty/calls/";

    /** They wait for answers that never end, all at the same time. */
    private static final Executor EACH_IN_ITS_THREAD = task -> new Thread(task, "look-up").start();

    FaultyServer vonage;

    @BeforeEach
    void answerEverything() {
        // A token without life: each look-up asks for one.
        vonage.answers(TOKENS, "{\"access_token\":\"planted\",\"expires_in\":0,\"token_type\":\"Bearer\"}");
        vonage.answers(CALLS, VonageStub.ACTIVE);
    }

    @AfterEach
    void recover() {
        vonage.recovers();
    }

    @ParameterizedTest
    @CsvSource({
        TOKENS + ", SILENT", TOKENS + ", DRIPPING", TOKENS + ", FLOODING",
        CALLS + ", SILENT", CALLS + ", DRIPPING", CALLS + ", FLOODING"
    })
    void what_hangs_keeps_no_connection_and_recovers(String path, FaultyServer.Fault fault) {
        await().atMost(Duration.ofSeconds(15)).until(() -> lookUp().statusCode() == 200);
        vonage.fails(fault, path);
        List<CompletableFuture<Integer>> lookUps = IntStream.range(0, 8)
                .mapToObj(one -> CompletableFuture.supplyAsync(() -> lookUp().statusCode(), EACH_IN_ITS_THREAD))
                .toList();
        assertThat(lookUps).extracting(CompletableFuture::join).allMatch(status -> status >= 500 && status < 600);
        await().atMost(Duration.ofSeconds(15)).until(vonage::stuck, is(0));

        vonage.recovers();
        await().atMost(Duration.ofSeconds(15)).until(() -> lookUp().statusCode() == 200);
    }

    private static Response lookUp() {
        return given().get("/v1/accounts/faulty/calls/{guid}", UUID.randomUUID());
    }
}
