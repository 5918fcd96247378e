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
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints of Vonage that take connections and never finish an answer: each request ends, and so does its connection. */
@QuarkusTest
@ConnectWireMock
@WithTestResource(value = FaultyHost.class, scope = TestResourceScope.GLOBAL)
class HungUpstreamTest {

    private static final Duration LONG = Duration.ofSeconds(15);

    /** They wait for answers that never end, all at the same time. */
    private static final Executor EACH_IN_ITS_THREAD = task -> new Thread(task, "look-up").start();

    FaultyServer vonage;

    @AfterEach
    void recover() {
        vonage.recovers();
    }

    /** All at the same time: each would be waited out for some seconds. */
    @Test
    void what_hangs_keeps_no_connection_and_recovers() {
        for (HungEndpoint hung : HungEndpoint.all()) {
            // A token without life: each look-up asks for one.
            vonage.answers(hung.tokens(), "{\"access_token\":\"planted\",\"expires_in\":0,\"token_type\":\"Bearer\"}");
            vonage.answers(hung.calls(), VonageStub.ACTIVE);
            becomesReadable(hung);
        }
        HungEndpoint.all().forEach(hung -> vonage.fails(hung.fault(), hung.path()));
        Map<HungEndpoint, List<CompletableFuture<Integer>>> lookUps = new LinkedHashMap<>();
        HungEndpoint.all().forEach(hung -> lookUps.put(hung, eightLookUps(hung)));
        lookUps.forEach((hung, answers) -> assertThat(answers)
                .as("%s", hung)
                .extracting(CompletableFuture::join)
                .allMatch(status -> status >= 500 && status < 600));
        assertThat(HungEndpoint.all())
                .allSatisfy(hung ->
                        assertThat(vonage.requests(hung.path())).as("%s", hung).isGreaterThan(1));
        await().atMost(LONG).until(vonage::stuck, is(0));

        vonage.recovers();
        HungEndpoint.all().forEach(HungUpstreamTest::becomesReadable);
    }

    private static List<CompletableFuture<Integer>> eightLookUps(HungEndpoint hung) {
        return IntStream.range(0, 8)
                .mapToObj(one -> CompletableFuture.supplyAsync(() -> lookUp(hung), EACH_IN_ITS_THREAD))
                .toList();
    }

    private static void becomesReadable(HungEndpoint hung) {
        await(hung.account()).atMost(LONG).until(() -> lookUp(hung), is(200));
    }

    /** The status of its answer. */
    private static int lookUp(HungEndpoint hung) {
        return given().get("/v1/accounts/{account}/calls/{guid}", hung.account(), UUID.randomUUID())
                .statusCode();
    }
}
