package dev.callwatch.api;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.util.Optional;
import java.util.concurrent.Flow;

/**
 * Writes the frames of a stream as server-sent events. The framework would write each event again for each of its clients, and copy
 * it five times; here all clients get the same bytes. The framework still begins and ends the answer.
 */
final class EventWriter {

    private EventWriter() {}

    /**
     * Writes frames, each when the client has taken the one before.
     *
     * @return what the framework takes for the stream: it has no items, ends as the frames do, and cancels them when it is
     *     cancelled
     */
    static Multi<OutboundSseEvent> write(Multi<StreamFrame> frames, RoutingContext request) {
        return Multi.createFrom()
                .emitter(
                        emitter -> {
                            Writer writer = new Writer(request.response(), emitter);
                            emitter.onTermination(writer::stop);
                            frames.subscribe().withSubscriber(writer);
                        },
                        BackPressureStrategy.IGNORE);
    }

    private static final class Writer implements MultiSubscriber<StreamFrame> {

        private final HttpServerResponse response;
        private final MultiEmitter<? super OutboundSseEvent> emitter;

        /** Of the frames, while they are wanted. */
        private Optional<Flow.Subscription> subscription = Optional.empty();

        private boolean stopped;

        private Writer(HttpServerResponse response, MultiEmitter<? super OutboundSseEvent> emitter) {
            this.response = response;
            this.emitter = emitter;
        }

        @Override
        public void onSubscribe(Flow.Subscription frames) {
            synchronized (this) {
                if (!stopped) {
                    subscription = Optional.of(frames);
                }
            }
            if (current().isPresent()) {
                frames.request(1);
            } else {
                frames.cancel();
            }
        }

        @Override
        public void onItem(StreamFrame frame) {
            response.write(frame.serverSentEvent()).onComplete(written -> {
                if (written.succeeded()) {
                    current().ifPresent(frames -> frames.request(1));
                } else if (!response.closed()) {
                    stop();
                    emitter.fail(written.cause());
                }
                // If the client is gone, the framework cancels.
            });
        }

        @Override
        public void onFailure(Throwable defect) {
            end();
            emitter.fail(defect);
        }

        @Override
        public void onCompletion() {
            end();
            emitter.complete();
        }

        private synchronized Optional<Flow.Subscription> current() {
            return subscription;
        }

        /** The frames have ended, so that there is nothing to cancel. */
        private synchronized void end() {
            subscription = Optional.empty();
            stopped = true;
        }

        private void stop() {
            Optional<Flow.Subscription> running = current();
            end();
            running.ifPresent(Flow.Subscription::cancel);
        }
    }
}
