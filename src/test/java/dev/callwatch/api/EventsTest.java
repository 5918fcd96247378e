package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import dev.callwatch.call.CallGuid;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class EventsTest {

    private static final String RECORDED = "{\"status\":\"Active\",\"recordingStatus\":\"Started\"}";
    private static final String DISPOSED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    @TestHTTPResource("/v1/accounts/life/calls")
    String calls;

    @Inject
    MeterRegistry registry;

    WireMock wireMock;

    private final List<StreamReader> readers = new ArrayList<>();

    @BeforeEach
    void forget() {
        wireMock.resetToDefaultMappings();
    }

    @AfterEach
    void everything_that_a_reader_held_is_released() throws Exception {
        for (StreamReader reader : readers) {
            reader.close();
        }
        await().until(() -> gauge("callwatch.streams") == 0 && gauge("callwatch.watched.calls") == 0);
    }

    @Test
    void a_stream_begins_with_the_current_status_and_ends_with_the_call() throws Exception {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE), okJson(RECORDED), okJson(DISPOSED));
        StreamReader reader = follow(vonage);
        await().until(reader::hasEnded);
        assertThat(reader.response().statusCode()).isEqualTo(200);
        assertThat(reader.response().headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(reader.response().headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(reader.received())
                .containsExactly("call.observed 1", "call.recording-changed 2", "call.completed 3", "end");
        assertThat(reader.frames().get(0).retry()).isEqualTo("2000");
        StreamReader.Frame last = reader.frames().get(3);
        assertThat(last.id()).isEqualTo(vonage.guid() + ":" + last.json().getLong("call.revision"));
        assertThat(reader.frames().get(1).json().<Object>get("previous")).isNull();
        assertThat(last.json().getLong("previous"))
                .isEqualTo(reader.frames().get(2).json().getLong("call.revision"));
        assertThat(reader.frames().get(4).id()).isEqualTo("end");
        assertThat(last.json().getList("changes"))
                .containsExactly("call.completed", "call.disposition-set", "call.recording-changed");
        assertThat(last.json().getString("call.vonage.dispositionCode")).isEqualTo("Sale");
    }

    @Test
    void a_reader_that_comes_back_misses_nothing() throws Exception {
        VonageStub vonage = standIn()
                .answersCalls(okJson(VonageStub.ACTIVE), okJson(RECORDED), okJson(VonageStub.ACTIVE), okJson(DISPOSED));
        StreamReader first = follow(vonage);
        await().until(() -> first.received().contains("call.recording-changed 2"));
        first.close();
        for (int i = 0; i < 2; i++) {
            vonage.lookUp("Cache-Control", "no-cache");
            await().until(() ->
                    vonage.lookUp("Cache-Control", "no-cache").statusCode() == 200 && vonage.callRequests() >= 4);
        }
        String last = first.frames().get(1).id();
        StreamReader second = follow(vonage, "Last-Event-ID", last);
        await().until(second::hasEnded);
        assertThat(second.received())
                .containsExactly("call.recording-changed 1", "call.recording-changed 2", "call.completed 3", "end");
        assertThat(vonage.guid() + ":" + second.frames().get(1).json().getLong("previous"))
                .isEqualTo(last);
    }

    @Test
    void several_calls_share_a_stream_that_goes_on_where_one_of_them_cannot_be_read() throws Exception {
        VonageStub ended = standIn().answersCalls(okJson(DISPOSED));
        VonageStub forbidden = standIn().answersCalls(VonageStub.status(403), okJson(DISPOSED));
        VonageStub unknown = standIn().answersCalls(VonageStub.status(404));
        StreamReader reader = open("/events?id=" + ended.guid() + "&id=" + forbidden.guid() + "&id=" + unknown.guid());
        await().until(reader::hasEnded);
        assertThat(reader.received())
                .containsExactlyInAnyOrder(
                        "call.observed 1", "upstream-forbidden", "call-not-found", "call.observed 1", "end")
                .endsWith("end");
        assertThat(reader.frames())
                .filteredOn(frame -> frame.event().equals("problem"))
                .extracting(frame -> frame.json().getString("id"))
                .containsExactlyInAnyOrder(forbidden.guid(), unknown.guid());
    }

    @Test
    void many_readers_of_a_call_are_one_poll() throws Exception {
        VonageStub vonage =
                standIn().answersCalls(okJson(VonageStub.ACTIVE), okJson(VonageStub.ACTIVE), okJson(DISPOSED));
        for (int i = 0; i < 20; i++) {
            follow(vonage);
        }
        await().until(() -> readers.stream().allMatch(StreamReader::hasEnded));
        assertThat(readers).allSatisfy(reader -> assertThat(reader.received()).endsWith("call.completed 2", "end"));
        assertThat(vonage.callRequests()).isEqualTo(3);
    }

    @Test
    void the_same_stream_comes_as_lines() {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE), okJson(DISPOSED));
        String lines = given().accept("application/x-ndjson")
                .get(calls + "/" + vonage.guid() + "/events")
                .then()
                .statusCode(200)
                .contentType(containsString("application/x-ndjson"))
                .extract()
                .asString();
        List<JsonPath> events = lines.lines()
                .filter(line -> !line.isEmpty())
                .map(JsonPath::from)
                .toList();
        assertThat(events.stream().map(event -> event.getString("event"))).containsExactly("status", "status", "end");
        assertThat(events.get(1).getString("id"))
                .isEqualTo(vonage.guid() + ":" + events.get(1).getLong("data.call.revision"));
        assertThat(events.get(1).getLong("data.previous"))
                .isEqualTo(events.get(0).getLong("data.call.revision"));
        assertThat(events.get(2).getString("id")).isEqualTo("end");
        assertThat(events.get(1).getString("data.call.state")).isEqualTo("completed");
    }

    @Test
    void a_reader_that_has_everything_of_a_settled_call_is_not_asked_to_come_back() throws Exception {
        VonageStub vonage = standIn().answersCalls(okJson(DISPOSED));
        StreamReader reader = follow(vonage);
        await().until(reader::hasEnded);
        String events = calls + "/" + vonage.guid() + "/events";

        given().header("Last-Event-ID", reader.frames().get(1).id())
                .get(events)
                .then()
                .statusCode(204)
                .body(is(""));
        given().header("Last-Event-ID", "end")
                .get(calls + "/events?id=" + vonage.guid() + "&id=" + UUID.randomUUID())
                .then()
                .statusCode(204);
        given().accept("application/x-ndjson")
                .header("Last-Event-ID", reader.frames().get(1).id())
                .get(events)
                .then()
                .statusCode(204);
        assertThat(vonage.callRequests()).isOne();
    }

    @Test
    void a_reader_that_resumes_after_a_restart_receives_the_current_status() throws Exception {
        VonageStub vonage = standIn().answersCalls(okJson(DISPOSED));
        long revision = Instant.now().minusSeconds(60).toEpochMilli();

        StreamReader reader = follow(vonage, "Last-Event-ID", vonage.guid() + ":" + revision);

        await().until(reader::hasEnded);
        assertThat(reader.received()).containsExactly("call.observed 1", "end");
        assertThat(reader.frames().get(1).json().getLong("call.revision")).isGreaterThan(revision);
        assertThat(reader.frames().get(1).json().<Object>get("previous")).isNull();
    }

    @Test
    void forty_readers_at_once_all_receive_the_current_status() throws Exception {
        for (int round = 0; round < 5; round++) {
            VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE));
            List<StreamReader> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                all.add(follow(vonage));
            }
            await().until(() ->
                    all.stream().noneMatch(reader -> reader.received().isEmpty()));
            for (StreamReader reader : all) {
                reader.close();
            }
        }
    }

    @Test
    void a_head_request_opens_no_stream() {
        VonageStub vonage = standIn().answersCalls(okJson(VonageStub.ACTIVE));
        given().head(calls + "/" + vonage.guid() + "/events")
                .then()
                .statusCode(200)
                .contentType(containsString("text/event-stream"));
        given().head(calls + "/events?id=" + vonage.guid()).then().statusCode(200);
        given().head(calls + "/events?id=x").then().statusCode(400);
        given().head(calls + "/x/events").then().statusCode(400);
        assertThat(vonage.callRequests()).isZero();
    }

    @Test
    void a_hundred_calls_fit_a_stream() throws Exception {
        wireMock.register(
                WireMock.get(WireMock.urlPathMatching("/v0/life/calls/.*")).willReturn(okJson(DISPOSED)));
        standIn();
        String ids = Stream.generate(() -> "id=" + UUID.randomUUID()).limit(100).collect(Collectors.joining("&"));
        StreamReader reader = open("/events?" + ids);
        await().until(reader::hasEnded);
        assertThat(reader.received()).hasSize(101).endsWith("end");
    }

    @Test
    void what_is_malformed_is_a_problem_before_the_stream_begins() {
        given().get(calls + "/events?id=x&id=" + UUID.randomUUID())
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("violations[0].field", is("id[0]"));
        given().get(calls + "/events").then().statusCode(400).body("violations[0].field", is("id"));
        given().get(calls + "/x/events").then().statusCode(400).body("violations[0].field", is("callGuid"));
        given().get(calls.replace("/life/", "/elsewhere/") + "/" + UUID.randomUUID() + "/events")
                .then()
                .statusCode(404)
                .body("type", is("urn:callwatch:problem:account-not-found"));
    }

    @Test
    void more_than_a_hundred_calls_are_refused() {
        String ids = Stream.generate(
                        () -> "id=" + new CallGuid(UUID.randomUUID().toString()))
                .limit(101)
                .collect(Collectors.joining("&"));
        given().get(calls + "/events?" + ids).then().statusCode(400).body("violations[0].field", is("id"));
    }

    private VonageStub standIn() {
        return new VonageStub(wireMock, "life").grantsTokens();
    }

    private StreamReader follow(VonageStub vonage, String... headers) throws Exception {
        return open("/" + vonage.guid() + "/events", headers);
    }

    private StreamReader open(String path, String... headers) throws Exception {
        StreamReader reader = StreamReader.open(calls + path, headers);
        readers.add(reader);
        return reader;
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }
}
