package dev.callwatch.vonage;

import dev.callwatch.account.NotifiedAccount;
import dev.callwatch.account.SigningKey;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Reads the signing keys of notifications. A mounted key is read again after 10 s, so that a rotated one is used. */
@Singleton
public class SigningKeys {

    private static final Duration FRESH = Duration.ofSeconds(10);

    private record Read(Instant at, byte[] key) {}

    private final Vertx vertx;
    private final Clock clock;
    private final Map<Path, Read> read = new ConcurrentHashMap<>();

    SigningKeys(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    /** The key of an account; {@link NotificationRefused} where its file cannot be read or holds none. */
    public Uni<byte[]> of(NotifiedAccount account) {
        return account.key() instanceof SigningKey.Mounted mounted
                ? mounted(mounted.path())
                : Uni.createFrom().item(((SigningKey.Fixed) account.key()).bytes());
    }

    private Uni<byte[]> mounted(Path path) {
        Instant now = clock.instant();
        Read known = read.get(path);
        if (known != null && now.isBefore(known.at().plus(FRESH))) {
            return Uni.createFrom().item(known.key());
        }
        return Uni.createFrom()
                .completionStage(
                        () -> vertx.fileSystem().readFile(path.toString()).toCompletionStage())
                .onItemOrFailure()
                .transform((content, unreadable) -> (unreadable == null
                                ? SigningKey.decode(content.toString())
                                : Optional.<byte[]>empty())
                        .orElseThrow(() -> new NotificationRefused("signing-key-unreadable")))
                .invoke(key -> read.put(path, new Read(now, key)));
    }
}
