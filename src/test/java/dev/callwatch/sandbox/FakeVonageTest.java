package dev.callwatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.time.VirtualTime;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FakeVonageTest {

    private static final String LIFE = "00000100-0000-0000-0000-000000000001";

    private final VirtualTime time = new VirtualTime();
    private final FakeVonage vonage = new FakeVonage(time);

    @Test
    void a_token_is_granted_for_the_credentials_in_the_body_or_the_header() {
        assertThat(token(form(), Optional.empty()).status()).isEqualTo(200);
        Map<String, String> bare = Map.of("grant_type", "client_credentials", "scope", "calls");
        String basic = Base64.getEncoder().encodeToString("sandbox:sandbox-secret".getBytes(StandardCharsets.UTF_8));
        assertThat(token(bare, Optional.of("Basic " + basic)).status()).isEqualTo(200);
        assertThat(token(bare, Optional.of("Basic ???")).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "grant_type, password, unsupported_grant_type",
        "client_id, other, invalid_client",
        "client_secret, wrong, invalid_client",
        "scope, all, invalid_scope"
    })
    void a_token_is_refused_as_vonage_refuses(String field, String value, String error) {
        Map<String, String> form = form();
        form.put(field, value);
        Answer answer = token(form, Optional.empty());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("error")).isEqualTo(error);
        assertThat(new JsonObject(answer.body()).getString("error_description")).isNotBlank();
    }

    @Test
    void a_call_needs_a_token_that_has_not_expired() {
        assertThat(vonage.call(path(LIFE), Optional.empty()).status()).isEqualTo(401);
        assertThat(vonage.call(path(LIFE), Optional.of("Bearer made-up")).status())
                .isEqualTo(401);
        String token = bearer();
        assertThat(vonage.call(path(LIFE), Optional.of(token)).status()).isEqualTo(200);
        time.pass(Duration.ofHours(1));
        assertThat(vonage.call(path(LIFE), Optional.of(token)).status()).isEqualTo(401);
    }

    @Test
    void a_call_that_begins_by_itself_is_unknown_before() {
        List<String> begun = new ArrayList<>();
        FakeVonage notifying = new FakeVonage(time, (guid, life) -> begun.add(guid));
        String guid = SelfStartingCalls.guid(1);
        String token = "Bearer "
                + new JsonObject(notifying.token(form(), Optional.empty()).body()).getString("access_token");
        assertThat(notifying.call(path(guid), Optional.of(token)).status()).isEqualTo(404);
        notifying.begin(guid);
        notifying.begin(guid);
        time.pass(Duration.ofSeconds(12));
        assertThat(new JsonObject(notifying.call(path(guid), Optional.of(token)).body()).getValue("status"))
                .isNull();
        assertThat(begun).containsExactly(guid);
    }

    @Test
    void the_documented_calls_answer_as_documented() {
        assertThat(call("94e5928c-7f7e-4645-ad72-61010f906449").body())
                .isEqualTo("{\"id\":\"94e5928c-7f7e-4645-ad72-61010f906449\",\"links\":[{"
                        + "\"href\":\"https://emea.cc.vonage.com/v0/sandbox/Calls/94e5928c-7f7e-4645-ad72-61010f906449\","
                        + "\"rel\":\"_self\"}],\"from\":{\"telephoneNumber\":\"02072068888\",\"agentId\":\"10\"},"
                        + "\"to\":{\"telephoneNumber\":\"02072068888\"},\"status\":null,\"recordingStatus\":null,"
                        + "\"result\":{\"code\":\"Failure\",\"party\":\"Originator\",\"reason\":\"NoAnswer\"},"
                        + "\"dispositionCode\":\"Wrong Number\"}");
        Answer missing = call("24e5948c-4f4e-6646-cd77-91010f903889");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.body()).isEqualTo("{\"message\":\"The requested resource was not found.\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "1, CallFailed",
        "2, CallRejected",
        "3, NoAnswer",
        "4, Normal",
        "5, NumberBusy",
        "6, NumberChanged",
        "7, Unknown"
    })
    void each_documented_reason_has_a_call_of_either_party(String digit, String reason) {
        JsonObject originator = document("0000000" + digit + "-0001-0000-0000-000000000000");
        JsonObject recipient = document("0000000" + digit + "-0002-0000-0000-000000000000");
        assertThat(originator.getJsonObject("result").getString("reason")).isEqualTo(reason);
        assertThat(originator.getJsonObject("result").getString("party")).isEqualTo("Originator");
        assertThat(recipient.getJsonObject("result").getString("party")).isEqualTo("Recipient");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "0, Active, -, -",
                "4, Active, Started, -",
                "10, Active, Paused, -",
                "14, Active, Started, -",
                "20, -, -, -",
                "30, -, -, Sale"
            })
    void a_life_takes_thirty_seconds_from_the_first_request(
            int second, String status, String recording, String disposition) {
        assertLife(LIFE, second, status, recording, disposition);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "0, Active, -, -",
                "3, Active, Started, -",
                "6, Active, Paused, -",
                "9, Active, Started, -",
                "12, -, -, -",
                "13, -, -, Sale"
            })
    void a_short_life_takes_thirteen_seconds(int second, String status, String recording, String disposition) {
        assertLife("00000101-0000-0000-0000-000000000001", second, status, recording, disposition);
    }

    private void assertLife(String guid, int second, String status, String recording, String disposition) {
        time.pass(Duration.ofDays(1));
        document(guid);
        time.pass(Duration.ofSeconds(second));
        JsonObject now = document(guid);
        assertThat(now.getString("status")).isEqualTo(status);
        assertThat(now.getString("recordingStatus")).isEqualTo(recording);
        assertThat(now.getString("dispositionCode")).isEqualTo(disposition);
    }

    @Test
    void a_flaky_upstream_works_at_the_third_request() {
        String guid = "00000503-0000-0000-0000-000000000001";
        assertThat(call(guid).status()).isEqualTo(503);
        assertThat(call(guid).status()).isEqualTo(503);
        assertThat(call(guid).status()).isEqualTo(200);
        assertThat(call("00000503-0000-0000-0000-000000000002").status()).isEqualTo(503);
    }

    @Test
    void a_call_that_is_still_requested_is_kept_beside_ten_thousand_others() {
        String token = bearer();
        vonage.call(path(LIFE), Optional.of(token));
        time.pass(Duration.ofSeconds(20));
        ask(token, 0, 5_000);
        vonage.call(path(LIFE), Optional.of(token));
        ask(token, 5_000, 10_000);
        assertThat(document(LIFE).getString("status")).isNull();
    }

    @Test
    void a_call_is_forgotten_after_ten_thousand_others() {
        String token = bearer();
        vonage.call(path(LIFE), Optional.of(token));
        time.pass(Duration.ofSeconds(20));
        ask(token, 0, 10_000);
        assertThat(document(LIFE).getString("status")).isEqualTo("Active");
    }

    @Test
    void a_busy_upstream_says_when_to_come_back() {
        Answer busy = call("00000429-0000-0000-0000-000000000001");
        assertThat(busy.status()).isEqualTo(429);
        assertThat(busy.headers()).containsEntry("Retry-After", "2");
    }

    @Test
    void a_slow_upstream_takes_ten_seconds() {
        assertThat(call("00000408-0000-0000-0000-000000000001").delay()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({
        "00000401, 401",
        "00000403, 403",
        "00000500, 500",
        "00000666, 200",
        "00000777, 200",
        "00000200, 200",
        "12345678, 404"
    })
    void the_other_scenarios_answer_their_status(String firstBlock, int status) {
        assertThat(call(firstBlock + "-0000-0000-0000-000000000001").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/V0/sandbox/Calls/" + LIFE, "/v0/sandbox/calls/" + LIFE})
    void the_case_of_a_path_does_not_matter(String path) {
        assertThat(vonage.call(path, Optional.of(bearer())).status()).isEqualTo(200);
    }

    @Test
    void each_account_has_the_same_calls() {
        assertThat(vonage.call("/v0/sandbox-error/calls/" + LIFE, Optional.of(bearer()))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v0/other/calls/" + LIFE, "/v0/sandbox/calls/1", "/v0/sandbox/calls/" + LIFE + "/x"})
    void other_paths_are_not_found(String path) {
        assertThat(vonage.call(path, Optional.of(bearer())).status()).isEqualTo(404);
    }

    private Answer token(Map<String, String> form, Optional<String> authorization) {
        return vonage.token(form, authorization);
    }

    private String bearer() {
        return "Bearer " + new JsonObject(token(form(), Optional.empty()).body()).getString("access_token");
    }

    private Answer call(String guid) {
        return vonage.call(path(guid), Optional.of(bearer()));
    }

    private JsonObject document(String guid) {
        Answer answer = call(guid);
        assertThat(answer.status()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private void ask(String token, int from, int to) {
        for (int number = from; number < to; number++) {
            vonage.call(path("00000777-0000-0000-0000-%012x".formatted(number)), Optional.of(token));
        }
    }

    private static String path(String guid) {
        return "/v0/sandbox/calls/" + guid;
    }

    private static Map<String, String> form() {
        return new HashMap<>(Map.of(
                "grant_type", "client_credentials",
                "client_id", "sandbox",
                "client_secret", "sandbox-secret",
                "scope", "calls"));
    }
}
