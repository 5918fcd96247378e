package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class LookUpTest {

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z";

    WireMock wireMock;

    @BeforeEach
    void forget() {
        wireMock.resetToDefaultMappings();
    }

    @Test
    void a_call_is_answered_enriched() {
        VonageStub vonage =
                new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(okJson("""
                                {"id":"94e5928c-7f7e-4645-ad72-61010f906449","links":[{"href":"https://emea.cc.vonage.com/x","rel":"_self"}],
                                 "from":{"telephoneNumber":"02072068888","agentId":"10"},"to":{"telephoneNumber":"02072068888"},
                                 "status":null,"recordingStatus":null,
                                 "result":{"code":"Failure","party":"Originator","reason":"NoAnswer"},
                                 "dispositionCode":"Wrong Number","later":[1.10]}"""));

        vonage.lookUp()
                .then()
                .statusCode(200)
                // Exactly: JSON has no parameter for its encoding (RFC 8259, section 11).
                .header("Content-Type", "application/json")
                .body("id", is(vonage.guid()))
                .body("account", is("a1b2c3d4e5"))
                .body("state", is("failed"))
                .body("ended", is(true))
                .body("summary", is("The call failed: the originator did not answer."))
                .body("from.telephoneNumber", is("02072068888"))
                .body("from.presentedClid", nullValue())
                .body("from.agentId", is("10"))
                .body("from.e164", is("+442072068888"))
                .body("from.country", is("GB"))
                .body("from.lineType", is("fixed-line"))
                .body("to.e164", is("+442072068888"))
                .body("recording", nullValue())
                .body("result.code", is("failure"))
                .body("result.party", is("originator"))
                .body("result.reason", is("no-answer"))
                .body("result.retry", is("later"))
                .body("disposition", is("Wrong Number"))
                .body("revision", greaterThan(1_700_000_000_000L))
                .body("observed.at", matchesPattern(TIME))
                .body("observed.firstAt", matchesPattern(TIME))
                .body("observed.lastActiveAt", nullValue())
                .body("observed.firstEndedAt", matchesPattern(TIME))
                .body("observed.availableUntil", matchesPattern(TIME))
                .body("stale", is(false))
                .body("vonage.links[0].rel", is("_self"))
                .body(containsString("\"later\":[1.10]"));
    }

    @Test
    void vonage_is_asked_as_it_documents() {
        VonageStub vonage =
                new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        vonage.lookUp().then().statusCode(200);
        wireMock.verifyThat(
                1,
                getRequestedFor(urlEqualTo(vonage.path()))
                        .withHeader("Accept", equalTo("application/json;version=3"))
                        .withHeader("Authorization", WireMock.matching("Bearer planted-token.*")));
    }

    @Test
    void tokens_are_asked_for_with_the_credentials_in_the_body() {
        VonageStub vonage = new VonageStub(wireMock, "life").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        vonage.lookUp();
        wireMock.find(postRequestedFor(urlEqualTo("/Auth/connect/token"))).forEach(request -> {
            assertThat(request.getBodyAsString().split("&"))
                    .contains("grant_type=client_credentials", "client_secret=planted-secret", "scope=calls");
            assertThat(request.getHeader("Authorization")).isNull();
        });
    }

    @Test
    void a_guid_in_upper_case_is_the_same_call() {
        VonageStub vonage =
                new VonageStub(wireMock, "a1b2c3d4e5").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        given().get("/v1/accounts/a1b2c3d4e5/calls/{guid}", vonage.guid().toUpperCase(java.util.Locale.ROOT))
                .then()
                .statusCode(200)
                .body("id", is(vonage.guid()));
    }

    @Test
    void the_revision_rises_when_the_call_changes_and_only_then() {
        VonageStub vonage = new VonageStub(wireMock, "a1b2c3d4e5")
                .grantsTokens()
                .answersCalls(
                        okJson("{\"status\":\"Active\",\"recordingStatus\":null}"),
                        okJson("{ \"recordingStatus\":null, \"status\":\"Active\"}"),
                        okJson("{\"status\":\"Active\",\"recordingStatus\":\"Started\"}"),
                        okJson("{\"status\":null,\"recordingStatus\":null}"));

        Response first = vonage.lookUp();
        long revision = first.path("revision");
        first.then().body("state", is("active")).body("ended", is(false));
        vonage.lookUp()
                .then()
                .body("revision", is(revision))
                .body("observed.firstAt", is(first.<String>path("observed.firstAt")))
                .body("observed.availableUntil", nullValue());
        Response recorded = vonage.lookUp();
        recorded.then().body("revision", greaterThan(revision)).body("recording", is("started"));
        Response ended = vonage.lookUp();
        ended.then()
                .body("revision", greaterThan(recorded.<Long>path("revision")))
                .body("state", is("completed"));
        // An ended call stays fresh for longer: nobody asks.
        vonage.lookUp().then().body("revision", is(ended.<Long>path("revision")));
        assertThat(vonage.callRequests()).isEqualTo(4);
    }

    @Test
    void many_who_ask_at_once_cost_one_request() {
        VonageStub vonage = new VonageStub(wireMock, "shared")
                .grantsTokens()
                // Well below the read time-out, so that a busy machine makes no retry of it.
                .answersCalls(okJson("{\"status\":null}").withFixedDelay(100));
        List<Response> answers = together(40, vonage);
        assertThat(answers).extracting(Response::statusCode).containsOnly(200);
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_caller_that_leaves_spoils_nothing_for_the_others() throws IOException {
        VonageStub vonage = new VonageStub(wireMock, "shared")
                .grantsTokens()
                .answersCalls(okJson(VonageStub.ACTIVE).withFixedDelay(400));
        try (Socket leaving = new Socket("localhost", RestAssured.port)) {
            leaving.getOutputStream()
                    .write(("GET /v1/accounts/shared/calls/" + vonage.guid() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() ->
                    vonage.callRequests() == 1 || !wireMock.getServeEvents().isEmpty());
        }
        vonage.lookUp().then().statusCode(200);
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void many_who_ask_at_once_share_a_failure_too_and_it_is_soon_forgotten() {
        VonageStub vonage = new VonageStub(wireMock, "shared")
                .grantsTokens()
                .answersCalls(VonageStub.status(403).withFixedDelay(300), okJson(VonageStub.ACTIVE));
        List<Response> answers = together(40, vonage);
        assertThat(answers).extracting(Response::statusCode).containsOnly(502);
        assertThat(vonage.callRequests()).isEqualTo(1);
        await().until(() -> vonage.lookUp().statusCode() == 200);
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void the_accounts_are_listed() {
        given().get("/v1/accounts")
                .then()
                .statusCode(200)
                .body("accounts.key", hasItem("a1b2c3d4e5"))
                .body("accounts.find { it.key == 'a1b2c3d4e5' }.region", is("a1b2c3d4e5"))
                .body("accounts.find { it.key == 'a1b2c3d4e5' }.country", is("GB"))
                .body("accounts.find { it.key == 'poor' }.country", nullValue())
                .body("accounts.collect { it.size() }", everyItem(is(3)));
    }

    private static List<Response> together(int callers, VonageStub vonage) {
        List<CompletableFuture<Response>> running = IntStream.range(0, callers)
                .mapToObj(caller -> CompletableFuture.supplyAsync(
                        vonage::lookUp, task -> new Thread(task, "caller-" + caller).start()))
                .toList();
        return running.stream().map(CompletableFuture::join).toList();
    }
}
