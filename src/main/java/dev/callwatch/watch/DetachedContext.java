package dev.callwatch.watch;

import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Singleton;

/** Runs what outlives the request that began it, on an event loop but without the request's context and trace. */
@Singleton
class DetachedContext implements PollExecutor {

    private final Vertx vertx;

    DetachedContext(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public void execute(Runnable task) {
        Context own = VertxContext.createNewDuplicatedContext(((ContextInternal) vertx.getOrCreateContext()).unwrap());
        own.runOnContext(begun -> task.run());
    }
}
