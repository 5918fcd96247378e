package dev.callwatch;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.callwatch.api.StreamReader;
import io.restassured.http.ContentType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The sandbox of the package sends notifications of its calls to the service, out of order and doubled, and the service acts on them.
 * Where a sink follows the account, it gets every call: those that are looked up, and those that begin by themselves.
 */
// They wait for calls of the sandbox, each for one of its own.
@Execution(ExecutionMode.CONCURRENT)
class SandboxNotificationsIT {

    private static final Duration A_CALL = Duration.ofSeconds(60);
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    /** They begin by themselves, one each minute. */
    private static final List<String> UNASKED =
            List.of("00000102-0000-0000-0000-000000000001", "00000102-0000-0000-0000-000000000002");

    private static final List<String> WHOLE_CALL =
            List.of("dev.callwatch.call.completed", "dev.callwatch.call.disposition-set");

    private static final int MANAGEMENT = FreePort.next();

    @RegisterExtension
    static final PackagedService NOTIFIED = PackagedService.withSandbox()
            .with("CALLWATCH_SANDBOX_NOTIFICATIONS", "true")
            .with("QUARKUS_MANAGEMENT_PORT", Integer.toString(MANAGEMENT))
            .besideOthers();

    @RegisterExtension
    static final PackagedService FOLLOWING = PackagedService.withSandbox()
            .with("CALLWATCH_SANDBOX_NOTIFICATIONS", "true")
            .with("CALLWATCH_ACCOUNTS_SANDBOX_NOTIFICATIONS_FOLLOW", "true")
            .with("CALLWATCH_PUSH_SINKS_SANDBOX_FOLLOW", "true")
            .besideOthers();

    @Test
    void a_call_is_read_when_the_sandbox_notifies_of_it_and_seldom_otherwise() throws Exception {
        String guid = "00000101" + UUID.randomUUID().toString().substring(8);
        double before = readings();
        try (StreamReader stream =
                StreamReader.open(NOTIFIED.root() + "v1/accounts/sandbox/calls/" + guid + "/events")) {
            await().atMost(A_CALL).until(stream::hasEnded);
            assertThat(stream.received())
                    .containsSubsequence("call.observed 1", "end")
                    .anyMatch(received -> received.startsWith("call.completed"))
                    .anyMatch(received -> received.startsWith("call.disposition-set"));
        }
        assertThat(metric("callwatch_notifications_total{account=\"sandbox\",outcome=\"accepted\"}"))
                .isGreaterThanOrEqualTo(7);
        assertThat(metric("callwatch_notifications_total{account=\"sandbox\",outcome=\"repeated\"}"))
                .isGreaterThanOrEqualTo(1);
        // Polled at the plain intervals, a call of 13 s takes more than this.
        assertThat(readings() - before).isBetween(3.0, 7.0);
    }

    @Test
    void a_notification_is_sent_on_demand() {
        String notify = "http://127.0.0.1:" + NOTIFIED.sandboxPort() + "/notify";
        given().contentType(ContentType.JSON)
                .body(Map.of(
                        "type", "channel.ended.v1", "call", UUID.randomUUID().toString()))
                .post(notify)
                .then()
                .statusCode(200)
                .body("status", is(204));
        for (String malformed : new String[] {"", "[]", "{}", "{\"type\":1,\"call\":\"x\"}"}) {
            given().body(malformed).post(notify).then().statusCode(400);
        }
    }

    @Test
    void a_call_that_is_looked_up_is_pushed_without_a_subscription() {
        String guid = "00000200" + UUID.randomUUID().toString().substring(8);
        given().get(FOLLOWING.root() + "v1/accounts/sandbox/calls/{guid}", guid)
                .then()
                .statusCode(200);
        await().until(() -> types(guid).equals(List.of("dev.callwatch.call.observed")));
        Map<String, Object> event = events(guid).get(0);
        assertThat(event).containsEntry("verified", true);
        assertThat(event.toString()).contains("telephoneNumber").doesNotContain("02072068888");
    }

    @Test
    void a_call_that_begins_by_itself_is_in_the_list_and_at_the_sink_from_its_beginning_to_its_end() {
        // The first begins 5 s after the start of the sandbox; a service that takes longer to start misses its
        // beginning.
        String guid = await().atMost(A_MINUTE.plus(A_CALL))
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () -> UNASKED.stream()
                                .filter(call -> types(call).containsAll(WHOLE_CALL))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        assertThat(types(guid)).startsWith("dev.callwatch.call.observed");
        assertThat(given().get(FOLLOWING.root() + "v1/accounts/sandbox/calls?state=completed")
                        .jsonPath()
                        .getList("calls.id"))
                .contains(guid);
        List<Map<String, Object>> events = events(guid);
        for (int i = 1; i < events.size(); i++) {
            assertThat(data(events.get(i)).get("previous")).isEqualTo(revision(events.get(i - 1)));
        }
    }

    private static double readings() {
        return metric("callwatch_upstream_requests_seconds_count{region=\"sandbox\",status=\"200\"}");
    }

    private static double metric(String series) {
        return given().get("http://localhost:" + MANAGEMENT + "/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .sum();
    }

    private static Object revision(Map<String, Object> event) {
        return ((Map<?, ?>) data(event).get("call")).get("revision");
    }

    private static Map<?, ?> data(Map<String, Object> event) {
        return (Map<?, ?>) ((Map<?, ?>) event.get("body")).get("data");
    }

    private static List<String> types(String guid) {
        return events(guid).stream()
                .map(event -> (String) ((Map<?, ?>) event.get("body")).get("type"))
                .toList();
    }

    private static List<Map<String, Object>> events(String guid) {
        return given().get("http://127.0.0.1:" + FOLLOWING.sandboxPort() + "/sink")
                .jsonPath()
                .getList("events.findAll { it.body.subject == '" + guid + "' }");
    }
}
