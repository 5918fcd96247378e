package dev.callwatch.time;

import io.netty.channel.EventLoop;
import io.quarkus.arc.DefaultBean;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/** The turns of each event loop of Vert.x. */
@Singleton
@DefaultBean
class EventLoopTurns implements Turns {

    private final Vertx vertx;
    private final ConcurrentMap<EventLoop, Waiting> loops = new ConcurrentHashMap<>();

    EventLoopTurns(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public Uni<Void> toBegin() {
        return turn(false);
    }

    @Override
    public Uni<Void> toContinue() {
        return turn(true);
    }

    private Uni<Void> turn(boolean hasBegun) {
        return Uni.createFrom().emitter(emitter -> {
            ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
            EventLoop loop = context.nettyEventLoop();
            Waiting waiting = loops.computeIfAbsent(loop, Waiting::new);
            Turn turn = new Turn(context, emitter);
            if (loop.inEventLoop()) {
                waiting.add(turn, hasBegun);
            } else {
                loop.execute(() -> waiting.add(turn, hasBegun));
            }
        });
    }

    private record Turn(Context context, UniEmitter<? super Void> emitter) {

        private void come() {
            context.runOnContext(now -> emitter.complete(null));
        }
    }

    /** Those who wait for one event loop. Used on it only. */
    private static final class Waiting {

        private final EventLoop loop;
        private final Deque<Turn> continuing = new ArrayDeque<>();
        private final Deque<Turn> beginning = new ArrayDeque<>();
        private boolean scheduled;

        private Waiting(EventLoop loop) {
            this.loop = loop;
        }

        private void add(Turn turn, boolean hasBegun) {
            (hasBegun ? continuing : beginning).add(turn);
            schedule();
        }

        /** A timer that is due waits for the next round of the event loop, which begins with its connections; a task may not. */
        private void schedule() {
            if (!scheduled) {
                scheduled = true;
                loop.schedule(this::next, 0, TimeUnit.NANOSECONDS);
            }
        }

        private void next() {
            scheduled = false;
            (continuing.isEmpty() ? beginning : continuing).poll().come();
            if (!continuing.isEmpty() || !beginning.isEmpty()) {
                schedule();
            }
        }
    }
}
