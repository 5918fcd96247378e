package dev.callwatch.vonage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallHint;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationDocumentsTest {

    private static final String CALL = "1371f453-0000-4000-8000-000000000001";
    private static final AccountKey ACCOUNT = new AccountKey("a");

    @Test
    void every_guid_that_may_be_the_calls_is_read() {
        CallHint hint =
                read(ANotification.of("channel.connected.v1", "1", CALL)).orElseThrow();
        assertThat(hint.account()).isEqualTo(ACCOUNT);
        assertThat(hint.calls())
                .containsExactly(
                        new CallGuid(CALL),
                        new CallGuid("740109c1-12d5-430f-9543-131fe5c4edcb"),
                        new CallGuid("3e71f453-0000-4000-8000-000000000001"));
    }

    @ParameterizedTest
    @CsvSource({
        "channel.disconnected.v1, ENDED",
        "channel.ended.v0, ENDED",
        "channel.ended, ENDED",
        "channel.wrapstarted.v12, WRAPPING_UP",
        "interaction.detailrecord.v0, RECORDED",
        "channel.alerted.v1, CHANGED",
        "agent.presencechanged.v1, CHANGED",
        "of.a.later.year, CHANGED"
    })
    void a_type_says_what_a_reading_may_show_whatever_its_version(String type, CallHint.Kind kind) {
        assertThat(read(ANotification.of(type, "1", CALL)).orElseThrow().kind()).isEqualTo(kind);
    }

    @Test
    void the_record_of_an_interaction_names_its_call() {
        String body = """
                {"specversion":"1.0","type":"interaction.detailrecord.v0","id":"x","source":"/interaction",\
                "data":{"interaction":{"interactionId":"%s","dispositionCode":"Sale","channels":[{}]}}}""";
        assertThat(read(body.formatted(CALL)).orElseThrow().calls()).containsExactly(new CallGuid(CALL));
    }

    @Test
    void source_and_id_together_identify_a_notification() {
        String body = ANotification.of("channel.ended.v1", "1", CALL);
        CallHint hint = read(body).orElseThrow();
        assertThat(read(body.replace("ended", "alerted")).orElseThrow().notification())
                .isEqualTo(hint.notification());
        assertThat(read(body.replace("\"id\":\"1\"", "\"id\":\"2\""))
                        .orElseThrow()
                        .notification())
                .isNotEqualTo(hint.notification());
        assertThat(read(body.replace("/channel", "/channel2")).orElseThrow().notification())
                .isNotEqualTo(hint.notification());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"data\":null}",
                "{\"data\":\"x\"}",
                "{\"data\":{\"channel\":[1]}}",
                "{\"data\":{\"channel\":{\"interactionId\":7,\"channelId\":\"no guid\",\"conversationId\":null}}}"
            })
    void a_notification_without_a_guid_concerns_no_call(String data) {
        String body =
                "{\"specversion\":\"1.0\",\"type\":\"agent.presencechanged.v1\",\"id\":\"1\",\"source\":\"/agent\"";
        assertThat(read(data.equals("{}") ? body + "}" : body + "," + data.substring(1))
                        .orElseThrow()
                        .calls())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "null",
                "[]",
                "1",
                "{}",
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":\"1\"}",
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"/\"}",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/\"}",
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":7,\"source\":\"/\"}",
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":\"\",\"source\":\"/\"}",
                "{\"specversion\":\"0.3\",\"type\":\"t\",\"id\":\"1\",\"source\":\"/\"}",
                "{\"specversion\":1.0,\"type\":\"t\",\"id\":\"1\",\"source\":\"/\"}",
                "{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":\"1\",\"source\":\"/\"} {}"
            })
    void what_is_no_cloud_event_is_nothing(String body) {
        assertThat(read(body)).isEmpty();
    }

    @Property
    void no_bytes_and_no_attributes_make_it_fail(@ForAll byte[] bytes, @ForAll String type, @ForAll String id) {
        NotificationDocuments.read(ACCOUNT, bytes);
        String escaped = new TextNode(id).toString();
        String name = new TextNode(type).toString();
        read("{\"specversion\":\"1.0\",\"type\":" + name + ",\"id\":" + escaped + ",\"source\":" + name
                + ",\"data\":{\"channel\":{\"channelId\":" + escaped + "}}}");
    }

    private static Optional<CallHint> read(String body) {
        return NotificationDocuments.read(ACCOUNT, body.getBytes(StandardCharsets.UTF_8));
    }
}
