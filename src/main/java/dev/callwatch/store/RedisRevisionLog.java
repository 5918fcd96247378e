package dev.callwatch.store;

import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.call.LocalRevisionLog;
import dev.callwatch.call.LogAppended;
import dev.callwatch.call.RevisionLog;
import dev.callwatch.call.UpstreamFailure;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The revisions that any replica reads, in a stream of Redis. While Redis cannot be used, this replica has only those that it
 * reads itself; a reader of the log gets a gap then, and another one when Redis can be used again.
 */
@Singleton
@Typed(RedisRevisionLog.class)
class RedisRevisionLog implements RevisionLog {

    /** Identifiers of entries in a stream. */
    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}-[0-9]{1,18}");

    private final StoreOptions options;
    private final RedisScripts scripts;
    private final Keys keys;
    private final SnapshotCodec codec;
    private final ReplicaChannel channel;
    private final LocalRevisionLog local;
    private final Consumer<LogAppended> observers;

    @Inject
    RedisRevisionLog(
            StoreOptions options,
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec codec,
            ReplicaChannel channel,
            LocalRevisionLog local,
            Event<LogAppended> observers) {
        this(options, scripts, keys, codec, channel, local, observers::fire);
    }

    RedisRevisionLog(
            StoreOptions options,
            RedisScripts scripts,
            Keys keys,
            SnapshotCodec codec,
            ReplicaChannel channel,
            LocalRevisionLog local,
            Consumer<LogAppended> observers) {
        this.options = options;
        this.scripts = scripts;
        this.keys = keys;
        this.codec = codec;
        this.channel = channel;
        this.local = local;
        this.observers = observers;
    }

    void begin(@Observes StartupEvent start) {
        if (options.isShared()) {
            channel.listen(this::received);
        }
    }

    private void received(ReplicaMessage message) {
        if (message instanceof ReplicaMessage.Appended appended) {
            observers.accept(new LogAppended(appended.account()));
        }
    }

    @Override
    public Uni<Slice> read(AccountKey account, Optional<String> after, int most) {
        return readShared(account, after, most)
                .onFailure(RedisUnavailable.class)
                .recoverWithUni(() -> local.read(account, after, most));
    }

    @Override
    public Uni<Slice> readShared(AccountKey account, Optional<String> after, int most) {
        boolean foreign =
                after.filter(position -> !POSITION.matcher(position).matches()).isPresent();
        return scripts.run(new ScriptCall.ReadLog(keys, account, foreign ? Optional.of("") : after, most))
                .map(answer -> slice(account, after, answer));
    }

    private Slice slice(AccountKey account, Optional<String> after, Response answer) {
        String end = answer.get(1).toString();
        if (!answer.get(0).toString().equals("complete")) {
            return new Slice(List.of(), end, false);
        }
        List<Entry> entries = new ArrayList<>();
        for (Response entry : answer.get(2)) {
            Map<String, String> fields = RedisScripts.fields(entry.get(1));
            Optional<Entry> read = CallGuid.parse(fields.getOrDefault(ScriptCall.AppendRevision.GUID, ""))
                    .flatMap(guid ->
                            entry(new CallKey(account, guid), entry.get(0).toString(), fields));
            if (read.isEmpty()) {
                // Another release wrote it in a form that this one does not know.
                return new Slice(List.of(), last(answer.get(2)), false);
            }
            entries.add(read.get());
        }
        return new Slice(entries, entries.isEmpty() ? after.orElse(end) : last(answer.get(2)), true);
    }

    private static String last(Response entries) {
        return entries.get(entries.size() - 1).get(0).toString();
    }

    private Optional<Entry> entry(CallKey key, String position, Map<String, String> fields) {
        try {
            Map<String, String> before = new HashMap<>();
            fields.forEach((name, value) -> {
                if (name.startsWith(ScriptCall.AppendRevision.BEFORE)) {
                    before.put(name.substring(ScriptCall.AppendRevision.BEFORE.length()), value);
                }
            });
            Optional<CallStatus> earlier = before.isEmpty() ? Optional.empty() : Optional.of(codec.status(key, before));
            return Optional.of(new Entry(position, earlier, codec.status(key, fields)));
        } catch (UpstreamFailure.Malformed | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }
}
