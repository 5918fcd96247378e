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

/** The clocks of this machine, and delays on the event loop of whoever waits. */
@Dependent
class SystemTime {

    /** For durations: a step of the time of day must neither freeze a cache nor stretch a pause. */
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
        // A Vert.x timer fires on the context that set it, so what follows keeps its event loop and its trace.
        return duration -> Uni.createFrom().emitter(emitter -> {
            long timer = vertx.setTimer(Math.max(1, duration.toMillis()), fired -> emitter.complete(null));
            emitter.onTermination(() -> vertx.cancelTimer(timer));
        });
    }
}
