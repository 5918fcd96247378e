package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the package answers for every call of the sandbox, compared with the OpenAPI document. */
// Most of them wait for calls of the sandbox, each for one of its own.
@Execution(ExecutionMode.CONCURRENT)
class ContractIT {

    @RegisterExtension
    static final PackagedService SERVICE = PackagedService.shared();

    private static final Pattern CELL = Pattern.compile("`([^`]+)`");
    private static final Pattern GUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String CALLS = "/v1/accounts/sandbox/calls/";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final MeetsContract MEETS_CONTRACT = new MeetsContract();
    private static final String LIST = "/v1/accounts/sandbox/calls";
    private static final String SUBSCRIPTIONS = "/v1/accounts/sandbox/subscriptions";

    /** The account and the GUID of each call that the document of the sandbox names. */
    static Stream<Arguments> calls() {
        return MarkdownFile.reference("sandbox.md").rows().stream()
                .filter(row -> row.size() > 2 && GUID.matcher(row.get(1)).find())
                .map(row ->
                        Arguments.of(code(row.get(0)).get(0), code(row.get(1)).get(0)));
    }

    /** The problems that the sandbox shows with an account and a GUID, by the table of the interface. */
    static Stream<Arguments> problems() {
        return MarkdownFile.reference("interface.md").rows().stream()
                .filter(row -> row.size() > 3 && GUID.matcher(row.get(3)).find())
                .map(row -> Arguments.of(
                        code(row.get(0)).get(0),
                        code(row.get(3)).get(0),
                        code(row.get(3)).get(1),
                        row.get(3).contains("only-if-cached")));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void a_look_up(String account, String guid) {
        String call = "/v1/accounts/" + account + "/calls/" + guid;
        String tag = given().get(call).header("ETag");
        if (tag != null) {
            given().header("If-None-Match", tag).get(call);
            given().header("If-None-Match", tag).header("Prefer", "wait=1").get(call);
            given().head(call);
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void a_problem_of_the_table_which_disturbs_no_other_call(
            String name, String account, String guid, boolean onlyIfCached) {
        if (name.equals("budget-exhausted")) {
            given().get("/v1/accounts/{account}/calls/00000200-0000-0000-0000-00000000000b", account);
        }
        // A slow machine may need more time for the retries than a look-up has, and answers 504 then.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> given().header("Cache-Control", onlyIfCached ? "only-if-cached" : "max-age=60")
                        .get("/v1/accounts/{account}/calls/{guid}", account, guid)
                        .then()
                        .body("type", is("urn:callwatch:problem:" + name)));
        given().get(CALLS + Documented.another("00000200-0000-0000-0000-000000000001"))
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson"})
    void a_batch_of_all(String accept) throws Exception {
        List<String> ids = calls().map(Arguments::get)
                .filter(call -> call[0].equals("sandbox"))
                .map(call -> call[1].toString())
                .toList();
        assertThat(ids).hasSizeGreaterThan(15);
        given().accept(accept)
                .contentType("application/json")
                .body(JSON.writeValueAsString(Map.of("ids", ids)))
                .post(CALLS + "lookup")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson"})
    void a_stream(String accept) {
        given().accept(accept)
                .queryParam("id", "94e5928c-7f7e-4645-ad72-61010f906449")
                .queryParam("id", "24e5948c-4f4e-6646-cd77-91010f903889")
                .queryParam("id", "00000101-0000-0000-0000-0000000000c1")
                .get(CALLS + "events")
                .then()
                .statusCode(200);
    }

    @Test
    void refusals() {
        given().get("/v1/accounts");
        given().accept("text/html").get("/v1/accounts").then().statusCode(406);
        given().get(CALLS + "no-guid").then().statusCode(400);
        given().get("/v1/accounts/nobody/calls/94e5928c-7f7e-4645-ad72-61010f906449")
                .then()
                .statusCode(404);
        given().header("Cache-Control", "only-if-cached")
                .get(CALLS + "00000100-0000-0000-0000-0000000000c2")
                .then()
                .statusCode(504);
        given().get(CALLS + "events").then().statusCode(400);
        given().contentType("text/plain")
                .body("x")
                .post(CALLS + "lookup")
                .then()
                .statusCode(415);
        given().contentType("application/json")
                .body("[]")
                .post(CALLS + "lookup")
                .then()
                .statusCode(400);
        given().contentType("application/json")
                .body("{\"ids\":[\"" + "0".repeat(1 << 16) + "\"]}")
                .post(CALLS + "lookup")
                .then()
                .statusCode(413);
    }

    @Test
    void lists_and_histories() {
        for (String guid : List.of("94e5928c-7f7e-4645-ad72-61010f906449", "00000200-0000-0000-0000-0000000000c3")) {
            // Calls that fail on purpose may have opened the circuit.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> given().get(CALLS + guid).statusCode() == 200);
        }
        given().get(LIST).then().statusCode(200).body("calls", not(empty()));
        given().queryParam("state", "failed").get(LIST).then().statusCode(200);
        given().queryParam("limit", 1).get(LIST).then().statusCode(200).header("Link", containsString("rel=\"next\""));
        given().head(LIST).then().statusCode(200);
        given().queryParam("limit", 0).get(LIST).then().statusCode(400);
        given().accept("text/csv").get(LIST).then().statusCode(406);
        given().get("/v1/accounts/nobody/calls").then().statusCode(404);
        given().get(CALLS + "94e5928c-7f7e-4645-ad72-61010f906449/revisions")
                .then()
                .statusCode(200)
                .body("revisions", not(empty()));
        given().get(CALLS + "00000100-0000-0000-0000-0000000000c4/revisions")
                .then()
                .statusCode(200)
                .body("revisions", empty());
        given().get(CALLS + "no-guid/revisions").then().statusCode(400);
    }

    @Test
    void a_subscription_from_its_beginning_to_its_end() {
        String wanted = """
                {"protocol":"HTTP","sink":"sandbox","protocolSettings":{"contentMode":"binary"},
                 "types":["dev.callwatch.call.observed","dev.callwatch.call.completed"],
                 "config":{"subscriptionDetail":{"calls":["00000100-0000-0000-0000-0000000000c5"]},
                           "subscriptionMaxEvents":9,"initialEvent":true}}""";
        String id = subscribe(wanted).then().statusCode(201).extract().path("id");
        subscribe(wanted).then().statusCode(200).body("id", is(id));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> given().get(SUBSCRIPTIONS + "/" + id)
                        .then()
                        .statusCode(200)
                        .body("deliveries.delivered", greaterThan(0)));
        given().get(SUBSCRIPTIONS).then().statusCode(200).body("subscriptions.id", hasItem(id));
        given().delete(SUBSCRIPTIONS + "/" + id).then().statusCode(204);
        given().delete(SUBSCRIPTIONS + "/" + id).then().statusCode(404);
        given().get(SUBSCRIPTIONS + "/" + id).then().statusCode(404);
    }

    @Test
    void a_subscription_that_has_ended() {
        String failed = "94e5928c-7f7e-4645-ad72-61010f906449";
        String id = subscribe("""
                {"protocol":"HTTP","sink":"sandbox-gone",
                 "config":{"subscriptionDetail":{"calls":["%s"]},"initialEvent":true}}""".formatted(failed))
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> given().get(SUBSCRIPTIONS + "/" + id)
                        .then()
                        .statusCode(200)
                        .body("terminationReason", is("SINK_GONE")));
    }

    @Test
    void refusals_of_subscriptions() {
        subscribe("[]").then().statusCode(400);
        subscribe("""
                {"protocol":"HTTP","sink":"https://crm.example.com/calls",
                 "config":{"subscriptionDetail":{"calls":["94e5928c-7f7e-4645-ad72-61010f906449"]}}}""").then().statusCode(422).body("type", is("urn:callwatch:problem:sink-refused"));
        subscribe("{\"sink\":\"" + "0".repeat(1 << 16) + "\"}").then().statusCode(413);
        given().contentType("text/plain").body("x").post(SUBSCRIPTIONS).then().statusCode(415);
        given().accept("text/html").get(SUBSCRIPTIONS).then().statusCode(406);
        given().get("/v1/accounts/nobody/subscriptions").then().statusCode(404);
        given().get("/v1/accounts/a.b/subscriptions").then().statusCode(400);
    }

    @Test
    void keys_and_refusals_of_notifications() {
        given().get("/v1/push-keys").then().statusCode(200).body("keys", empty());
        given().accept("text/html").get("/v1/push-keys").then().statusCode(406);
        String notifications = "/v1/notifications/sandbox";
        given().contentType("application/cloudevents+json")
                .body("{}")
                .post(notifications)
                .then()
                .statusCode(401);
        given().contentType("application/cloudevents+json")
                .body("{\"specversion\":\"" + "0".repeat(1 << 16) + "\"}")
                .post(notifications)
                .then()
                .statusCode(413);
        given().contentType("text/plain").body("x").post(notifications).then().statusCode(415);
    }

    /** A request whose answer is compared with the document. */
    private static RequestSpecification given() {
        return RestAssured.given().filter(MEETS_CONTRACT);
    }

    private static Response subscribe(String body) {
        return given().contentType("application/json").body(body).post(SUBSCRIPTIONS);
    }

    private static List<String> code(String cell) {
        return CELL.matcher(cell).results().map(code -> code.group(1)).toList();
    }
}
