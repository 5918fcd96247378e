package dev.callwatch.sandbox;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Lets calls begin that nobody asks for, as they do in production: one 5 s after the start, and one each minute after that, {@value
 * #MOST} in all.
 */
final class SelfStartingCalls {

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofMinutes(1);
    private static final int MOST = 60;

    private final Vertx vertx;
    private final Consumer<String> begin;

    /** @param begin called with the GUID of each call as it begins */
    SelfStartingCalls(Vertx vertx, Consumer<String> begin) {
        this.vertx = vertx;
        this.begin = begin;
    }

    void start() {
        next(1, FIRST);
    }

    /** The GUID of the first, second … call. */
    static String guid(int number) {
        return "00000102-0000-0000-0000-%012d".formatted(number);
    }

    private void next(int number, Duration later) {
        if (number <= MOST) {
            vertx.setTimer(later.toMillis(), due -> {
                begin.accept(guid(number));
                next(number + 1, BETWEEN);
            });
        }
    }
}
