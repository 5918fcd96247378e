package dev.callwatch.store;

import dev.callwatch.account.Account;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallReader;
import dev.callwatch.call.CallReading;
import dev.callwatch.vonage.ScriptedReader;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Vonage without HTTP, for several replicas on the real clock: answers from a script and counts what it was asked. */
final class AVonage implements CallReader {

    private final Map<CallGuid, Supplier<Uni<CallDetail>>> answers = new ConcurrentHashMap<>();
    private final List<CallGuid> readings = new CopyOnWriteArrayList<>();

    void answers(CallGuid guid, Supplier<Uni<CallDetail>> answer) {
        answers.put(guid, answer);
    }

    void answers(CallGuid guid, String document) {
        answers(guid, () -> Uni.createFrom().item(ScriptedReader.detail(document)));
    }

    long readings(CallGuid guid) {
        return readings.stream().filter(guid::equals).count();
    }

    @Override
    public Uni<CallReading> read(
            Account account, CallGuid guid, Duration deadline, String caller, Optional<String> known) {
        return Uni.createFrom().deferred(() -> {
            readings.add(guid);
            Instant askedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            return answers.get(guid).get().map(detail -> new CallReading(detail, askedAt));
        });
    }
}
