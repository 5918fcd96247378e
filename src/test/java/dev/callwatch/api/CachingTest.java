package dev.callwatch.api;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import com.github.tomakehurst.wiremock.client.WireMock;
import dev.callwatch.MeetsContract;
import dev.callwatch.time.VirtualTime;
import dev.callwatch.time.WallClock;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers say to HTTP caches and callers, with a clock that is moved by hand. */
@QuarkusTest
@ConnectWireMock
@TestProfile(OutboundTest.OtherOptions.class)
@ExtendWith(MeetsContract.class)
class CachingTest {

    private static final String ENDED = "{\"status\":null,\"dispositionCode\":\"Sale\"}";

    /** In place of the real clocks only: delays stay real, since WireMock is. It runs, unless a test stops it. */
    @Alternative
    @Singleton
    @Typed({MovableClock.class, Clock.class, WallClock.class})
    public static class MovableClock extends VirtualTime {

        private boolean stopped;
        private long since = System.nanoTime();

        synchronized void stop() {
            pass(running());
            stopped = true;
        }

        synchronized void start() {
            stopped = false;
            since = System.nanoTime();
        }

        @Override
        public synchronized Instant now() {
            return super.now().plus(running());
        }

        @Override
        public Instant instant() {
            return now();
        }

        private Duration running() {
            return stopped ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
        }
    }

    @Inject
    MovableClock clock;

    WireMock wireMock;

    @BeforeEach
    void forget() {
        wireMock.resetToDefaultMappings();
        wireMock.register(post(urlEqualTo("/Auth/connect/token")).willReturn(VonageStub.granted(VonageStub.TOKEN)));
        clock.stop();
        // Tokens and budgets of the test before are of no concern.
        clock.pass(Duration.ofDays(10));
    }

    @AfterEach
    void letTimePass() {
        clock.start();
    }

    @Test
    void an_answer_has_its_age_its_lifetime_and_its_cache_status() {
        VonageStub vonage = vonage("{\"status\":\"Active\"}");
        vonage.lookUp()
                .then()
                .header("Cache-Status", "callwatch; fwd=uri-miss")
                .header("Cache-Control", "private, max-age=2")
                .header("Age", "0")
                .header("ETag", matchesPattern("W/\"[0-9a-f]{32}\""));
        clock.pass(Duration.ofMillis(1_500));
        vonage.lookUp().then().header("Cache-Status", "callwatch; hit").header("Age", "1");
        clock.pass(Duration.ofMillis(500));
        vonage.lookUp().then().header("Cache-Status", "callwatch; fwd=stale").header("Age", "0");
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void what_the_caller_has_already_is_not_sent_again() {
        VonageStub vonage = new VonageStub(wireMock, "a1b2c3d4e5")
                .answersCalls(
                        okJson("{\"status\":\"Active\",\"recordingStatus\":null}"),
                        okJson("{\"recordingStatus\":null,\"status\":\"Active\"}"),
                        okJson("{\"status\":\"Active\",\"recordingStatus\":\"Started\"}"));
        String tag = vonage.lookUp().header("ETag");
        clock.pass(Duration.ofSeconds(2));
        vonage.lookUp("If-None-Match", tag)
                .then()
                .statusCode(304)
                .header("ETag", tag)
                .header("Cache-Control", "private, max-age=2")
                .body(emptyString());
        clock.pass(Duration.ofSeconds(2));
        vonage.lookUp("If-None-Match", tag)
                .then()
                .statusCode(200)
                .header("ETag", not(tag))
                .body("recording", is("started"));
    }

    @Test
    void a_caller_may_insist_but_once_a_second() {
        VonageStub vonage = vonage(ENDED);
        vonage.lookUp();
        vonage.lookUp("Cache-Control", "no-cache").then().header("Cache-Status", "callwatch; hit");
        assertThat(vonage.callRequests()).isEqualTo(1);
        clock.pass(Duration.ofSeconds(1));
        vonage.lookUp("Cache-Control", "no-cache").then().header("Cache-Status", "callwatch; fwd=request");
        vonage.lookUp("Cache-Control", "no-cache").then().header("Cache-Status", "callwatch; hit");
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void a_caller_may_say_how_old_an_answer_may_be() {
        VonageStub vonage = vonage(ENDED);
        vonage.lookUp();
        clock.pass(Duration.ofSeconds(10));
        vonage.lookUp("Cache-Control", "max-age=10").then().header("Cache-Status", "callwatch; hit");
        vonage.lookUp("Cache-Control", "max-age=9").then().header("Cache-Status", "callwatch; fwd=request");
    }

    @Test
    void a_caller_may_want_only_what_is_there() {
        VonageStub vonage = vonage(ENDED);
        vonage.lookUp("Cache-Control", "only-if-cached")
                .then()
                .statusCode(504)
                .body("type", is("urn:callwatch:problem:not-cached"));
        assertThat(vonage.callRequests()).isZero();
        vonage.lookUp();
        vonage.lookUp("Cache-Control", "only-if-cached").then().statusCode(200);
        clock.pass(Duration.ofMinutes(5));
        vonage.lookUp("Cache-Control", "only-if-cached").then().statusCode(504);
        assertThat(vonage.callRequests()).isEqualTo(1);
    }

    @Test
    void a_head_request_has_the_same_headers_and_no_body() {
        VonageStub vonage = vonage(ENDED);
        String tag = vonage.lookUp().header("ETag");
        given().head("/v1/accounts/a1b2c3d4e5/calls/{guid}", vonage.guid())
                .then()
                .statusCode(200)
                .header("ETag", tag)
                .header("Cache-Status", "callwatch; hit")
                .body(emptyString());
    }

    @ParameterizedTest
    @CsvSource({
        "403, upstream-forbidden",
        "400, upstream-error",
        "501, upstream-error",
        "401, upstream-rejected-credentials",
        "404, call-not-found"
    })
    void where_vonage_cannot_be_read_the_last_known_status_is_answered(int status, String reason) {
        VonageStub vonage = new VonageStub(wireMock, "statuses").answersCalls(okJson(ENDED), VonageStub.status(status));
        Response first = vonage.lookUp();
        String tag = first.header("ETag");
        clock.pass(Duration.ofMinutes(6));
        vonage.lookUp()
                .then()
                .statusCode(200)
                .body("stale", is(true))
                .body("state", is("completed"))
                .body("revision", is(first.<Long>path("revision")))
                .header("Age", "360")
                .header("Cache-Control", "private, max-age=0")
                .header("Cache-Status", "callwatch; fwd=stale; detail=" + reason)
                .header("ETag", tag);
    }

    @Test
    void a_failing_reading_is_not_repeated_for_each_caller() {
        VonageStub vonage = new VonageStub(wireMock, "statuses").answersCalls(okJson(ENDED), VonageStub.status(403));
        vonage.lookUp();
        clock.pass(Duration.ofMinutes(6));
        vonage.lookUp().then().body("stale", is(true));
        vonage.lookUp("Cache-Control", "no-cache").then().body("stale", is(true));
        assertThat(vonage.callRequests()).isEqualTo(2);
        clock.pass(Duration.ofSeconds(1));
        vonage.lookUp().then().body("stale", is(true));
        assertThat(vonage.callRequests()).isEqualTo(3);
    }

    @Test
    void a_forced_reading_that_fails_does_not_make_a_fresh_status_stale_for_others() {
        VonageStub vonage = new VonageStub(wireMock, "statuses").answersCalls(okJson(ENDED), VonageStub.status(403));
        vonage.lookUp();
        clock.pass(Duration.ofSeconds(2));
        vonage.lookUp("Cache-Control", "no-cache").then().body("stale", is(true));
        vonage.lookUp()
                .then()
                .body("stale", is(false))
                .header("Cache-Status", "callwatch; hit")
                .header("Age", "2");
        clock.pass(Duration.ofSeconds(2));
        vonage.lookUp().then().body("stale", is(false)).header("Cache-Status", "callwatch; hit");
        vonage.lookUp("Cache-Control", "only-if-cached").then().statusCode(200);
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void a_call_that_a_forced_reading_finds_forgotten_is_stale_for_all() {
        VonageStub vonage = new VonageStub(wireMock, "statuses").answersCalls(okJson(ENDED), VonageStub.status(404));
        vonage.lookUp();
        clock.pass(Duration.ofSeconds(2));
        vonage.lookUp("Cache-Control", "no-cache").then().body("stale", is(true));
        vonage.lookUp().then().body("stale", is(true));
        assertThat(vonage.callRequests()).isEqualTo(2);
    }

    @Test
    void a_call_that_vonage_has_forgotten_stays_readable_until_its_retention_has_passed() {
        VonageStub vonage = new VonageStub(wireMock, "statuses").answersCalls(okJson(ENDED), VonageStub.status(404));
        vonage.lookUp();
        for (int hours = 0; hours < 47; hours++) {
            clock.pass(Duration.ofHours(1));
            vonage.lookUp().then().statusCode(200).body("stale", is(true)).body("disposition", is("Sale"));
        }
        clock.pass(Duration.ofHours(1));
        vonage.lookUp().then().statusCode(404).body("type", is("urn:callwatch:problem:call-not-found"));
    }

    @Test
    void a_call_that_recovers_is_no_longer_stale() {
        VonageStub vonage =
                new VonageStub(wireMock, "statuses").answersCalls(okJson(ENDED), VonageStub.status(403), okJson(ENDED));
        vonage.lookUp();
        clock.pass(Duration.ofMinutes(6));
        vonage.lookUp().then().body("stale", is(true));
        clock.pass(Duration.ofSeconds(1));
        vonage.lookUp().then().body("stale", is(false)).header("Cache-Status", "callwatch; fwd=stale");
    }

    private VonageStub vonage(String document) {
        return new VonageStub(wireMock, "a1b2c3d4e5").answersCalls(okJson(document));
    }
}
