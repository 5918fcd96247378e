package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class BatchTest {

    private static final String ENDED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";
    private static final String NDJSON = "application/x-ndjson";

    WireMock wireMock;

    @BeforeEach
    void resetWireMock() {
        wireMock.resetToDefaultMappings();
    }

    @Test
    void rows_have_the_order_of_the_request_and_a_call_that_fails_affects_only_its_own_row() {
        VonageStub active = standIn("batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        VonageStub unknown = standIn("batch").answersCalls(VonageStub.status(404));
        VonageStub ended = standIn("batch").answersCalls(okJson(ENDED));
        String path = "/v1/accounts/batch/calls/lookup";

        lookUp("batch", List.of(ended.guid(), "no-guid", unknown.guid(), active.guid()))
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("results.id", contains(ended.guid(), "no-guid", unknown.guid(), active.guid()))
                .body("results.status", contains(200, 400, 404, 200))
                .body("results[0].call.state", is("completed"))
                .body("results[0].call.vonage.dispositionCode", is("Sale"))
                .body("results[0].containsKey('problem')", is(false))
                .body("results[1].problem.type", is("urn:callwatch:problem:invalid-request"))
                .body("results[1].problem.violations[0].field", is("ids"))
                .body("results[1].containsKey('call')", is(false))
                .body("results[2].problem.type", is("urn:callwatch:problem:call-not-found"))
                .body("results[2].problem.instance", is(path))
                .body("results[3].call.state", is("active"));
    }

    @Test
    void a_call_named_twice_is_read_once_and_answered_twice() {
        VonageStub vonage = standIn("batch").grantsTokens().answersCalls(okJson(VonageStub.ACTIVE));
        String upper = vonage.guid().toUpperCase(Locale.ROOT);
        lookUp("batch", List.of(vonage.guid(), upper, vonage.guid()))
                .then()
                .body("results.id", equalTo(Collections.nCopies(3, vonage.guid())));
        assertThat(vonage.callRequests()).isEqualTo(1);
        assertThat(rows(lookUp("batch", List.of(vonage.guid(), upper), NDJSON))).hasSize(2);
    }

    @Test
    void a_batch_and_a_look_up_share_the_cache() {
        VonageStub vonage = standIn("batch").grantsTokens().answersCalls(okJson(ENDED));
        vonage.lookUp();
        lookUp("batch", List.of(vonage.guid())).then().body("results[0].status", is(200));
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void with_ndjson_each_row_is_a_line_as_soon_as_it_is_known() {
        VonageStub slow =
                standIn("batch").grantsTokens().answersCalls(okJson(ENDED).withFixedDelay(300));
        VonageStub quick = standIn("batch").answersCalls(okJson(ENDED));
        quick.lookUp();
        Response answer = lookUp("batch", List.of(slow.guid(), quick.guid(), "no-guid"), NDJSON);
        answer.then().statusCode(200).contentType(NDJSON);
        List<JsonPath> rows = rows(answer);
        assertThat(rows.stream().map(row -> row.getString("id"))).containsExactly("no-guid", quick.guid(), slow.guid());
        assertThat(rows.get(2).getString("call.state")).isEqualTo("completed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                | ids    | must be a list of 1 to 100 GUIDs in a JSON object",
                "{\"ids\":[         | body   | must be a JSON object",
                "{\"ids\":[]} {}    | body   | must be a JSON object",
                "[]                | ids    | must be a list of 1 to 100 GUIDs in a JSON object",
                "null              | ids    | must be a list of 1 to 100 GUIDs in a JSON object",
                "{}                | ids    | must be a list of 1 to 100 GUIDs in a JSON object",
                "{\"ids\":\"a\"}      | ids    | must be a list of 1 to 100 GUIDs in a JSON object",
                "{\"ids\":[]}       | ids    | must be a list of 1 to 100 GUIDs in a JSON object",
                "{\"ids\":[null]}   | ids[0] | must be text",
                "{\"ids\":[\"a\", 5]} | ids[1] | must be text"
            })
    void a_malformed_body_is_a_problem_for_the_whole_request(String body, String field, String message) {
        for (String accept : List.of("application/json", NDJSON)) {
            given().contentType("application/json")
                    .accept(accept)
                    .body(body)
                    .post("/v1/accounts/batch/calls/lookup")
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("type", is("urn:callwatch:problem:invalid-request"))
                    .body("violations[0].field", is(field))
                    .body("violations[0].message", is(message));
        }
    }

    @Test
    void more_than_a_hundred_ids_are_refused() {
        List<String> ids =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(101).toList();
        lookUp("batch", ids).then().statusCode(400).body("violations[0].field", is("ids"));
    }

    @Test
    void an_answer_has_two_mebibytes_at_most() {
        String large = "{\"status\":null,\"more\":\"" + "x".repeat(200_000) + "\"}";
        VonageStub vonage = standIn("batch").grantsTokens().answersCalls(okJson(large));
        Response answer = lookUp("batch", Collections.nCopies(100, vonage.guid()));
        answer.then()
                .statusCode(200)
                .body("results.id", equalTo(Collections.nCopies(100, vonage.guid())))
                .body("results[0].status", is(200))
                .body("results[99].status", is(503))
                .body("results[99].problem.type", is("about:blank"));
        assertThat(answer.asByteArray()).hasSizeBetween(1 << 20, 9 << 18);
        vonage.lookUp().then().statusCode(200);
    }

    @Test
    void an_unknown_account_is_a_problem_for_the_whole_request() {
        lookUp("elsewhere", List.of("a"))
                .then()
                .statusCode(404)
                .body("type", is("urn:callwatch:problem:account-not-found"));
        lookUp("a.b", List.of("a")).then().statusCode(400).body("violations.field", contains("accountKey"));
    }

    @Test
    void other_methods_and_media_types_are_refused() {
        given().delete("/v1/accounts/batch/calls/lookup")
                .then()
                .statusCode(405)
                .header("Allow", "POST, OPTIONS")
                .body("type", is("about:blank"));
        given().contentType("text/plain")
                .body("a")
                .post("/v1/accounts/batch/calls/lookup")
                .then()
                .statusCode(415)
                .body("type", is("about:blank"))
                .body("violations", nullValue());
        lookUp("batch", List.of("a"), "text/html").then().statusCode(406);
        lookUp("batch", List.of("a"), "*/*").then().statusCode(200).contentType("application/json");
    }

    private VonageStub standIn(String account) {
        return new VonageStub(wireMock, account);
    }

    private static Response lookUp(String account, List<String> ids) {
        return lookUp(account, ids, "application/json");
    }

    private static Response lookUp(String account, List<String> ids, String accept) {
        return given().contentType("application/json")
                .accept(accept)
                .body(Map.of("ids", ids))
                .post("/v1/accounts/{account}/calls/lookup", account);
    }

    private static List<JsonPath> rows(Response answer) {
        return answer.asString().lines().map(JsonPath::from).toList();
    }
}
