package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsInAnyOrder;

import com.github.tomakehurst.wiremock.client.WireMock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@ConnectWireMock
class AccountEventsTest {

    private static final String ENDED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    WireMock wireMock;

    @TestHTTPResource("/v1/accounts/fed/events")
    String feed;

    @Test
    void every_revision_of_every_call_is_streamed_and_nobody_polls_for_it() throws Exception {
        try (StreamReader stream = StreamReader.open(feed)) {
            assertThat(stream.response().headers().firstValue("Cache-Control")).contains("no-store");
            VonageStub first = lookedUp(VonageStub.ACTIVE);
            VonageStub second = lookedUp(ENDED);
            await().until(() -> statuses(stream, first, second).size() == 2);
            assertThat(statuses(stream, first, second).get(0).json().getString("type"))
                    .isEqualTo("call.observed");
            assertThat(first.callRequests()).isOne();
        }
    }

    @Test
    void who_comes_back_gets_what_it_missed() throws Exception {
        VonageStub first;
        String position;
        try (StreamReader stream = StreamReader.open(feed)) {
            first = lookedUp(VonageStub.ACTIVE);
            await().until(() -> statuses(stream, first).size() == 1);
            position = statuses(stream, first).get(0).id();
        }
        VonageStub missed = lookedUp(ENDED);
        try (StreamReader again = StreamReader.open(feed, "Last-Event-ID", position)) {
            await().until(() -> statuses(again, missed).size() == 1);
            assertThat(statuses(again, first)).isEmpty();
            assertThat(again.frames()).extracting(StreamReader.Frame::event).doesNotContain("gap");
        }
    }

    @Test
    void a_position_that_is_not_known_leads_to_a_gap() throws Exception {
        for (String unknown : List.of("nonsense", "1764000000000-0", "x".repeat(500))) {
            try (StreamReader stream = StreamReader.open(feed, "Last-Event-ID", unknown)) {
                await().until(() -> stream.frames().stream().anyMatch(frame -> "gap".equals(frame.event())));
                VonageStub next = lookedUp(ENDED);
                await().until(() -> statuses(stream, next).size() == 1);
            }
        }
    }

    @Test
    void states_and_types_choose_revisions() throws Exception {
        try (StreamReader ended = StreamReader.open(feed + "?state=completed&state=failed");
                StreamReader observed = StreamReader.open(feed + "?type=call.observed");
                StreamReader disposed = StreamReader.open(feed + "?type=call.disposition-set")) {
            VonageStub active = lookedUp(VonageStub.ACTIVE);
            VonageStub over = lookedUp(ENDED);
            await().until(() -> statuses(ended, over).size() == 1
                    && statuses(observed, active, over).size() == 2);
            assertThat(statuses(ended, active)).isEmpty();
            assertThat(statuses(disposed, active, over)).isEmpty();
        }
    }

    @Test
    void malformed_parts_are_named_and_other_methods_refused() {
        given().get("/v1/accounts/fed/events?state=Active&type=completed")
                .then()
                .statusCode(400)
                .body("violations.field", containsInAnyOrder("state", "type"));
        given().post("/v1/accounts/fed/events").then().statusCode(405).header("Allow", "GET, HEAD, OPTIONS");
        given().head("/v1/accounts/fed/events").then().statusCode(200);
        given().head("/v1/accounts/none/events").then().statusCode(404);
    }

    private static List<StreamReader.Frame> statuses(StreamReader stream, VonageStub... calls) {
        return stream.frames().stream()
                .filter(frame -> "status".equals(frame.event()))
                .filter(frame ->
                        List.of(calls).stream().anyMatch(call -> frame.data().contains(call.guid())))
                .toList();
    }

    private VonageStub lookedUp(String document) {
        VonageStub vonage = new VonageStub(wireMock, "fed").grantsTokens().answersCalls(okJson(document));
        vonage.lookUp().then().statusCode(200);
        return vonage;
    }
}
