package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the package answers for every call of the sandbox, compared with the OpenAPI document. */
@QuarkusIntegrationTest
@TestProfile(SandboxIT.Sandbox.class)
@ExtendWith(MeetsContract.class)
class ContractIT {

    private static final Pattern CELL = Pattern.compile("`([^`]+)`");
    private static final Pattern GUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String CALLS = "/v1/accounts/sandbox/calls/";
    private static final ObjectMapper JSON = new ObjectMapper();

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
        given().header("Cache-Control", onlyIfCached ? "only-if-cached" : "max-age=60")
                .get("/v1/accounts/{account}/calls/{guid}", account, guid)
                .then()
                .body("type", is("urn:callwatch:problem:" + name));
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

    private static List<String> code(String cell) {
        return CELL.matcher(cell).results().map(code -> code.group(1)).toList();
    }
}
