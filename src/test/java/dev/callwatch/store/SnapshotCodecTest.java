package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.callwatch.account.AnAccount;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.Snapshot;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.problem.ProblemType;
import dev.callwatch.vonage.ScriptedReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotCodecTest {

    private static final CallKey CALL =
            new CallKey(AnAccount.usual().key(), new CallGuid("94e5928c-7f7e-4645-ad72-61010f906449"));
    private static final Instant AT = Instant.parse("2026-11-24T09:00:00.123Z");
    private static final String DOCUMENT =
            "{\"status\":null,\"from\":{\"telephoneNumber\":\"02072068888\"},\"n\":1.10,\"later\":{\"x\":[\"\\ud800\",\"é\"]}}";

    private final SnapshotCodec values =
            new SnapshotCodec(AnAccount.only(), ScriptedReader::detail, () -> AT.plusSeconds(5));

    @Test
    void a_status_comes_back_as_it_was() {
        Snapshot snapshot = Snapshot.of(status());
        assertThat(written(snapshot)).isEqualTo(snapshot);
        assertThat(SnapshotCodec.tag(written(snapshot))).isEqualTo(SnapshotCodec.tag(snapshot));
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void a_failure_comes_back_with_its_problem_and_its_word_on_when_to_come_back(ProblemType type) {
        Optional<Duration> wait = Optional.of(Duration.ofSeconds(3));
        Snapshot snapshot = Snapshot.of(status())
                .failed(UpstreamFailure.ofOtherReplica(type, "some detail", wait), AT.plusSeconds(2));
        Snapshot read = written(snapshot);
        UpstreamFailure reason = read.lastError().orElseThrow().reason();
        assertThat(reason.type()).isEqualTo(type);
        assertThat(reason.retryAfter())
                .isEqualTo(snapshot.lastError().orElseThrow().reason().retryAfter());
        assertThat(read.lastError().get().at()).isEqualTo(AT.plusSeconds(2));
        assertThat(read.lastKnown()).isEqualTo(snapshot.lastKnown());
        assertThat(SnapshotCodec.tag(read)).isEqualTo(SnapshotCodec.tag(snapshot));
    }

    @Test
    void that_vonage_does_not_know_a_call_comes_back_as_that() {
        Snapshot read = written(Snapshot.NOTHING.failed(new UpstreamFailure.CallNotFound(), AT));
        assertThat(read.status()).isEmpty();
        assertThat(read.lastError().orElseThrow().reason()).isInstanceOf(UpstreamFailure.CallNotFound.class);
    }

    /** Whoever asked with the tag that it makes of it would be sent the same again and again. */
    @Test
    void a_problem_that_only_a_newer_release_knows_is_as_good_as_not_there() {
        Snapshot missing = Snapshot.NOTHING.failed(new UpstreamFailure.CallNotFound(), AT);
        Map<String, String> fields = fields(missing);
        fields.put("trouble", "UPSTREAM_ON_FIRE");
        fields.put("tag", SnapshotCodec.tag(missing).replace("CALL_NOT_FOUND", "UPSTREAM_ON_FIRE"));
        assertThatThrownBy(() -> values.snapshot(CALL, fields)).isInstanceOf(RedisUnavailable.class);
    }

    @Test
    void what_a_newer_release_keeps_in_other_fields_is_as_good_as_not_there() {
        Map<String, String> fields = Map.of("v", "2", "tag", "of-another-kind", "document", "x");
        assertThatThrownBy(() -> values.snapshot(CALL, fields)).isInstanceOf(RedisUnavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"v,2", "tag,other", "tag,", "doc,[]", "doc,nonsense", "rev,x", "at,", "first,", "v,"})
    void what_this_release_cannot_read_is_as_good_as_not_there(String field, String value) {
        Map<String, String> fields = fields(Snapshot.of(status()));
        if (value == null) {
            fields.remove(field);
        } else {
            fields.put(field, value);
        }
        assertThatThrownBy(() -> values.snapshot(CALL, fields)).isInstanceOf(RedisUnavailable.class);
    }

    /** 2026-11-26 in milliseconds is two days after the status was read. */
    @ParameterizedTest
    @CsvSource({
        "rev,9223372036854775807",
        "rev,-1",
        "rev,1795651200000",
        "prev,9223372036854775807",
        "at,1795651200000",
        "at,9223372036854775807",
        "at,0",
        "first,-9223372036854775808",
        "active,1795651200000",
        "ended,0",
        "troubleAt,1795651200000",
        "troubleRetry,9223372036854775807",
        "troubleRetry,-1"
    })
    void what_no_replica_would_write_is_as_good_as_not_there(String field, String value) {
        Snapshot snapshot = Snapshot.of(status())
                .failed(
                        UpstreamFailure.ofOtherReplica(
                                ProblemType.UPSTREAM_THROTTLED, "", Optional.of(Duration.ofSeconds(3))),
                        AT.plusSeconds(2));
        Map<String, String> fields = fields(snapshot);
        assertThat(fields.put(field, value)).isNotNull();
        // Whoever writes something else writes the tag that fits.
        fields.put(
                "tag",
                fields.get("tag")
                        .replaceFirst("^7@", field.equals("rev") ? value + "@" : "7@")
                        .replaceFirst("(?<=[0-9]@)[0-9]+(?=#)", field.equals("at") ? value : "$0")
                        .replaceFirst("(?<=D@)[0-9]+$", field.equals("troubleAt") ? value : "$0"));
        assertThatThrownBy(() -> values.snapshot(CALL, fields)).isInstanceOf(RedisUnavailable.class);
    }

    @Test
    void when_a_call_was_first_seen_is_part_of_what_is_said_of_it() {
        CallStatus.Observed seen = status().observed();
        Snapshot sooner = Snapshot.of(CallStatus.of(
                CALL,
                Optional.empty(),
                ScriptedReader.detail(DOCUMENT),
                7,
                OptionalLong.of(5),
                CallStatus.Observed.of(
                        seen.at(), seen.firstAt().minusSeconds(1), seen.lastActiveAt(), seen.firstEndedAt())));
        assertThat(SnapshotCodec.tag(sooner)).isNotEqualTo(SnapshotCodec.tag(Snapshot.of(status())));
    }

    private Snapshot written(Snapshot snapshot) {
        return values.snapshot(CALL, fields(snapshot));
    }

    /** As Redis has them: a field without a value is not there. */
    private Map<String, String> fields(Snapshot snapshot) {
        return values.encode(snapshot).entrySet().stream()
                .filter(field -> !field.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static CallStatus status() {
        return CallStatus.of(
                CALL,
                Optional.empty(),
                ScriptedReader.detail(DOCUMENT),
                7,
                OptionalLong.of(5),
                CallStatus.Observed.of(AT, AT.minusSeconds(9), Optional.of(AT.minusSeconds(5)), Optional.of(AT)));
    }
}
