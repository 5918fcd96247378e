package dev.callwatch.time;

import io.quarkus.arc.DefaultBean;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Produces the clocks of this machine, and delays that end on the event loop that started them. */
@Dependent
class SystemTime {

    /** For durations: when the time of day is changed, no cache entry may stay fresh for hours and no pause may get longer. */
    @Produces
    @Singleton
    @DefaultBean
    Clock steady() {
        return new SteadyClock(Instant.now(), System::nanoTime);
    }

    @Produces
    @Singleton
    @DefaultBean
    WallClock wall() {
        return Clock.tickMillis(ZoneOffset.UTC)::instant;
    }

    @Produces
    @Singleton
    @DefaultBean
    Delay delay(Vertx vertx) {
        // A Vert.x timer fires on the context that set it, so the operators that follow keep their event loop and their
        // trace.
        return duration -> Uni.createFrom().emitter(emitter -> {
            if (duration.isZero()) {
                vertx.getOrCreateContext().runOnContext(next -> emitter.complete(null));
                return;
            }
            long timer = vertx.setTimer(Math.max(1, duration.toMillis()), fired -> emitter.complete(null));
            emitter.onTermination(() -> vertx.cancelTimer(timer));
        });
    }
}
