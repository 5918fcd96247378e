package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class LongPollTest {

    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    @Inject
    MeterRegistry registry;

    WireMock wireMock;

    @BeforeEach
    void forget() {
        wireMock.resetToDefaultMappings();
    }

    @Test
    void the_answer_is_held_back_until_the_tag_changes() {
        VonageStub vonage =
                standIn().answersCalls(okJson(VonageStub.ACTIVE), okJson(VonageStub.ACTIVE), okJson(RECORDED));
        String tag = vonage.lookUp().header("ETag");
        Response answer = waitFor(vonage, tag, 10);
        answer.then()
                .statusCode(200)
                .header("Preference-Applied", "wait=10")
                .header("ETag", not(tag))
                .body("recording", is("started"));
        assertThat(answer.time()).isBetween(500L, 5_000L);
    }

    @Test
    void a_caller_that_has_an_older_status_is_answered_at_once() {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE));
        Response answer = waitFor(vonage, "W/\"7-0000000000000000\"", 10);
        answer.then().statusCode(200).header("Preference-Applied", "wait=10");
        assertThat(answer.time()).isLessThan(900);
    }

    @Test
    void where_nothing_changes_the_answer_is_a_304_after_the_wait() {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE));
        String tag = vonage.lookUp().header("ETag");
        Response answer = waitFor(vonage, tag, 2);
        answer.then().statusCode(304).header("ETag", tag).header("Preference-Applied", "wait=2");
        assertThat(answer.time()).isBetween(2_000L, 4_000L);
    }

    @Test
    void a_call_that_is_over_and_done_with_is_answered_at_once() {
        VonageStub vonage = standIn().answersCalls(okJson(DISPOSED));
        String tag = vonage.lookUp().header("ETag");
        Response answer = waitFor(vonage, tag, 10);
        answer.then().statusCode(304).header("Preference-Applied", "wait=10");
        assertThat(answer.time()).isLessThan(900);
    }

    @Test
    void without_a_tag_or_without_a_wait_nothing_is_held_back() {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE));
        vonage.lookUp("Prefer", "wait=10").then().statusCode(200).header("Preference-Applied", nullValue());
        given().header("Prefer", "wait=soon")
                .header("If-None-Match", "*")
                .get("/v1/accounts/life/calls/{guid}", vonage.guid())
                .then()
                .statusCode(304)
                .header("Preference-Applied", nullValue());
    }

    @Test
    void who_wants_only_what_is_cached_does_not_wait_and_vonage_is_not_asked() {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE));
        String tag = vonage.lookUp().header("ETag");
        int before = vonage.callRequests();
        given().header("Prefer", "wait=10")
                .header("Cache-Control", "only-if-cached")
                .header("If-None-Match", tag)
                .get("/v1/accounts/life/calls/{guid}", vonage.guid())
                .then()
                .statusCode(504)
                .body("type", is("urn:callwatch:problem:not-cached"))
                .header("Preference-Applied", nullValue());
        assertThat(vonage.callRequests()).isEqualTo(before);
    }

    @Test
    void a_call_that_cannot_be_read_is_a_problem_at_once() {
        VonageStub vonage = standIn().answersCalls(VonageStub.status(404));
        waitFor(vonage, "\"x\"", 10).then().statusCode(404).body("type", is("urn:callwatch:problem:call-not-found"));
    }

    @Test
    void all_who_wait_share_one_poll_which_costs_nothing_once_nobody_waits() {
        VonageStub vonage = standIn()
                .answersCalls(
                        okJson(VonageStub.ACTIVE),
                        okJson(VonageStub.ACTIVE),
                        okJson(VonageStub.ACTIVE),
                        okJson(RECORDED));
        String tag = vonage.lookUp().header("ETag");
        int before = vonage.callRequests();
        List<CompletableFuture<Response>> waiting = IntStream.range(0, 20)
                .mapToObj(caller -> CompletableFuture.supplyAsync(
                        () -> waitFor(vonage, tag, 20), task -> new Thread(task, "caller-" + caller).start()))
                .toList();
        assertThat(waiting.stream().map(CompletableFuture::join).map(Response::statusCode))
                .containsOnly(200);
        // 20 first looks of an active-ttl of 0 share few readings; the loop needs no more than one a second.
        assertThat(vonage.callRequests() - before).isLessThan(25);
        await().until(() -> registry.get("callwatch.watched.calls").gauge().value() == 0);
    }

    private VonageStub standIn() {
        return new VonageStub(wireMock, "life").grantsTokens();
    }

    private static Response waitFor(VonageStub vonage, String tag, int seconds) {
        return given().header("If-None-Match", tag)
                .header("Prefer", "wait=" + seconds)
                .get("/v1/accounts/life/calls/{guid}", vonage.guid());
    }
}
