package dev.callwatch.vonage;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallReader;
import dev.callwatch.call.CallReading;
import dev.callwatch.call.UpstreamFailure;
import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Vonage without HTTP, in virtual time: gives the answers that a test sets and records each reading with its time. */
public final class ScriptedReader implements CallReader {

    /** One reading that was begun. */
    public record Reading(CallGuid guid, Instant at) {}

    private final VirtualTime time;
    private final Map<CallGuid, Supplier<Uni<CallDetail>>> answers = new HashMap<>();
    private final List<Reading> readings = new ArrayList<>();

    public ScriptedReader(VirtualTime time) {
        this.time = time;
    }

    /** From now on. */
    public void answers(CallGuid guid, Supplier<Uni<CallDetail>> answer) {
        answers.put(guid, answer);
    }

    /** From now on. */
    public void answers(CallGuid guid, String document) {
        answers(guid, () -> Uni.createFrom().item(detail(document)));
    }

    /** From now on. */
    public void fails(CallGuid guid, UpstreamFailure failure) {
        answers(guid, () -> Uni.createFrom().failure(failure));
    }

    public static CallDetail detail(String document) {
        return detail(document.getBytes(StandardCharsets.UTF_8));
    }

    public static CallDetail detail(byte[] document) {
        return CallDocuments.read(document);
    }

    public static UpstreamFailure unreachable() {
        return new UpstreamFailure.Unreachable();
    }

    public static UpstreamFailure forbidden() {
        return new UpstreamFailure.Forbidden();
    }

    public static UpstreamFailure throttled(Duration retryAfter) {
        return new UpstreamFailure.Throttled(Optional.of(retryAfter));
    }

    public List<Reading> readings() {
        return readings;
    }

    public List<Instant> readings(CallGuid guid) {
        return readings.stream()
                .filter(reading -> reading.guid().equals(guid))
                .map(Reading::at)
                .toList();
    }

    @Override
    public Uni<CallReading> read(
            Account account, CallGuid guid, Duration deadline, String caller, Optional<String> known) {
        return Uni.createFrom().deferred(() -> {
            Instant askedAt = time.instant();
            readings.add(new Reading(guid, askedAt));
            return answers.getOrDefault(guid, () -> Uni.createFrom().failure(new UpstreamFailure.CallNotFound()))
                    .get()
                    .map(detail -> new CallReading(detail, askedAt));
        });
    }
}
