package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class CallListTest {

    private static final String LIST = "/v1/accounts/listed/calls";
    private static final String ENDED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    WireMock wireMock;

    @Test
    void calls_are_listed_page_by_page_the_last_changed_first_and_vonage_is_not_asked() {
        VonageStub first = lookedUp(VonageStub.ACTIVE);
        VonageStub second = lookedUp(ENDED);
        VonageStub third = lookedUp(VonageStub.ACTIVE);

        List<String> ids = new ArrayList<>();
        URI page = URI.create(LIST + "?limit=1");
        while (!ids.contains(first.guid())) {
            Response answer = given().urlEncodingEnabled(false).get(page.toString());
            answer.then().statusCode(200).header("Cache-Control", "no-store");
            ids.addAll(answer.jsonPath().getList("calls.id"));
            page = page.resolve(answer.header("Link").replaceFirst("^<(.*)>; rel=\"next\"$", "$1"));
        }
        assertThat(ids).startsWith(third.guid(), second.guid(), first.guid());
        assertThat(List.of(first, second, third))
                .extracting(VonageStub::callRequests)
                .containsOnly(1);
    }

    @Test
    void the_last_page_has_no_link() {
        lookedUp(ENDED);
        assertThat(given().get("/v1/accounts/listed/calls?state=failed").header("Link"))
                .isNull();
    }

    @Test
    void a_state_and_a_time_choose_calls() {
        VonageStub active = lookedUp(VonageStub.ACTIVE);
        VonageStub ended = lookedUp(ENDED);
        given().get(LIST + "?state=active")
                .then()
                .statusCode(200)
                .body("calls.id", hasItem(active.guid()))
                .body("calls.id", not(hasItem(ended.guid())))
                .body("calls[0].vonage.status", is("Active"));
        given().queryParam("since", Instant.now().plusSeconds(3600).toString())
                .get(LIST)
                .then()
                .statusCode(200)
                .body("calls", empty());
    }

    @Test
    void every_malformed_part_of_a_query_is_named() {
        given().get(LIST + "?state=Active&since=yesterday&limit=101&after=1")
                .then()
                .statusCode(400)
                .body("type", is("urn:callwatch:problem:invalid-request"))
                .body("violations.field", containsInAnyOrder("state", "since", "limit", "after"));
        given().queryParam("since", "+999999999-12-31T23:59:59Z")
                .get(LIST)
                .then()
                .statusCode(400);
    }

    @Test
    void the_revisions_of_a_call_are_listed_the_oldest_first() {
        VonageStub vonage = new VonageStub(wireMock, "listed")
                .grantsTokens()
                .answersCalls(okJson(VonageStub.ACTIVE), okJson(ENDED));
        long first = vonage.lookUp().jsonPath().getLong("revision");
        await().until(() ->
                vonage.lookUp("Cache-Control", "no-cache").jsonPath().getLong("revision") > first);
        Response answer = given().get(LIST + "/" + vonage.guid() + "/revisions");
        answer.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("revisions.type", is(List.of("call.observed", "call.completed")))
                .body("revisions[1].changes", is(List.of("call.completed", "call.disposition-set")))
                .body("revisions[0].call.vonage.status", is("Active"))
                .body("revisions[1].call.disposition", is("Sale"));
        assertThat(answer.jsonPath().getLong("revisions[1].previous")).isEqualTo(first);
        assertThat(answer.jsonPath().<Object>get("revisions[0].previous")).isNull();
    }

    @Test
    void a_call_that_nobody_has_asked_for_has_no_revisions_and_vonage_is_not_asked() {
        VonageStub vonage = new VonageStub(wireMock, "listed").answersCalls(okJson(ENDED));
        given().get(LIST + "/" + vonage.guid() + "/revisions")
                .then()
                .statusCode(200)
                .body("revisions", empty());
        assertThat(vonage.callRequests()).isZero();
    }

    @Test
    void other_methods_and_media_types_are_refused_and_a_head_is_answered() {
        for (String path : List.of(LIST, LIST + "/" + UUID.randomUUID() + "/revisions")) {
            given().post(path).then().statusCode(405).header("Allow", "GET, HEAD, OPTIONS");
            given().accept("text/csv").get(path).then().statusCode(406);
            given().head(path).then().statusCode(200);
        }
        given().get("/v1/accounts/none/calls").then().statusCode(404);
        given().get("/v1/accounts/listed/calls/x/revisions").then().statusCode(400);
    }

    private VonageStub lookedUp(String document) {
        VonageStub vonage = new VonageStub(wireMock, "listed").grantsTokens().answersCalls(okJson(document));
        vonage.lookUp().then().statusCode(200);
        return vonage;
    }
}
