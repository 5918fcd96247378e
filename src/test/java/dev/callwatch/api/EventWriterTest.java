package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class EventWriterTest {

    private static final StreamFrame ONE = new StreamFrame.Event("status", Optional.of("1"), "{}");
    private static final StreamFrame TWO = new StreamFrame.Event("status", Optional.of("2"), "{}");

    private final List<Buffer> written = new ArrayList<>();
    private final List<Promise<Void>> taken = new ArrayList<>();
    private boolean closed;
    private int cancelled;

    @Test
    void a_frame_is_written_when_the_one_before_is_taken() {
        AssertSubscriber<OutboundSseEvent> answer = write(Multi.createFrom().items(ONE, TWO));
        assertThat(written).containsExactly(ONE.serverSentEvent());

        take();
        assertThat(written).containsExactly(ONE.serverSentEvent(), TWO.serverSentEvent());
        answer.assertCompleted().assertHasNotReceivedAnyItem();
    }

    @Test
    void every_client_gets_the_same_bytes() {
        write(Multi.createFrom().items(ONE, TWO));
        write(Multi.createFrom().items(ONE, TWO));

        assertThat(written.get(0)).isSameAs(written.get(1));
    }

    @Test
    void a_client_that_leaves_cancels_the_frames_once() {
        AssertSubscriber<OutboundSseEvent> answer = write(Multi.createFrom().emitter(emitter -> emitter.emit(ONE)));

        answer.cancel();
        take();

        assertThat(cancelled).isEqualTo(1);
        assertThat(written).hasSize(1);
    }

    @Test
    void frames_that_ended_are_not_cancelled() {
        AssertSubscriber<OutboundSseEvent> answer = write(Multi.createFrom().empty());

        answer.assertCompleted();
        answer.cancel();

        assertThat(cancelled).isZero();
    }

    @Test
    void a_write_that_fails_on_an_open_connection_ends_the_stream() {
        AssertSubscriber<OutboundSseEvent> answer = write(Multi.createFrom().items(ONE, TWO));

        taken.get(0).fail(new IOException("no"));

        answer.assertFailedWith(IOException.class, "no");
        assertThat(cancelled).isEqualTo(1);
        assertThat(written).hasSize(1);
    }

    @Test
    void a_write_that_fails_because_the_client_is_gone_is_left_to_the_framework() {
        AssertSubscriber<OutboundSseEvent> answer = write(Multi.createFrom().items(ONE, TWO));

        closed = true;
        taken.get(0).fail(new IOException("no"));
        answer.assertNotTerminated();
        answer.cancel();

        assertThat(cancelled).isEqualTo(1);
        assertThat(written).hasSize(1);
    }

    @Test
    void nothing_is_asked_for_where_the_client_left_before_the_frames_began() {
        List<MultiEmitter<? super StreamFrame>> late = new ArrayList<>();
        AssertSubscriber<OutboundSseEvent> answer =
                write(Multi.createFrom().emitter(late::add, BackPressureStrategy.BUFFER));

        answer.cancel();
        late.get(0).emit(ONE);

        assertThat(written).isEmpty();
        assertThat(cancelled).isEqualTo(1);
    }

    private void take() {
        taken.get(taken.size() - 1).complete();
    }

    private AssertSubscriber<OutboundSseEvent> write(Multi<StreamFrame> frames) {
        return EventWriter.write(frames.onCancellation().invoke(() -> cancelled++), request())
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1));
    }

    private RoutingContext request() {
        HttpServerResponse response =
                fake(HttpServerResponse.class, Map.of("closed", arguments -> closed, "write", arguments -> {
                    Promise<Void> done = Promise.promise();
                    written.add((Buffer) arguments[0]);
                    taken.add(done);
                    return done.future();
                }));
        return fake(RoutingContext.class, Map.of("response", arguments -> response));
    }

    private static <T> T fake(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> methods.get(method.getName()).apply(arguments)));
    }
}
