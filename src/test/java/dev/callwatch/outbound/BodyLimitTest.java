package dev.callwatch.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.PoolOptions;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyLimitTest {

    private static final int LARGEST = 1 << 20;
    private static final int LARGE = 100_000;
    private static final int SMALL = 64 << 10;
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    /** As many as a batch reads at once. */
    private static final int CONCURRENT_READINGS = 25;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(CONCURRENT_READINGS));
    private final AtomicInteger answered = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void listen() {
        server = vertx.createHttpServer()
                .requestHandler(request -> {
                    Buffer body = Buffer.buffer(new byte[Integer.parseInt(request.getParam("size"))]);
                    if (request.path().equals("/chunked")) {
                        request.response().setChunked(true);
                        for (int i = 0; i < body.length(); i += SMALL) {
                            request.response().write(body.slice(i, Math.min(i + SMALL, body.length())));
                        }
                        request.response().end();
                    } else {
                        request.response().end(body);
                    }
                    answered.incrementAndGet();
                })
                .listen(0, "localhost")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void what_finds_no_room_goes_on_in_its_order_once_there_is_room() {
        InFlight memory = new InFlight(LARGE);
        InFlight.Share others = taken(memory, LARGE);
        List<Integer> arrived = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            get(memory, LONG, "/", LARGE).onSuccess(body -> arrived.add(number));
            await().until(() -> memory.waiting() == number + 1);
        }
        assertThat(arrived).isEmpty();
        others.close();
        await().until(() -> arrived.size() == 10);
        assertThat(arrived).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void what_finds_no_room_in_time_fails_and_leaves_its_place() {
        InFlight memory = new InFlight(LARGE);
        InFlight.Share others = taken(memory, LARGE);
        Future<Buffer> late = get(memory, SHORT, "/", LARGE);
        await().until(late::isComplete);
        assertThat(late.cause()).hasStackTraceContaining(TooMuchInFlight.class.getName());
        await().until(() -> memory.waiting() == 0);
        others.close();
        assertThat(body(get(memory, SHORT, "/", LARGE)).length()).isEqualTo(LARGE);
    }

    /** The end of the wait was known to a timer, which held it: many large answers ended a process. */
    @Test
    void an_answer_that_waited_for_room_is_held_no_longer_once_it_has_arrived() {
        InFlight memory = new InFlight(LARGE);
        InFlight.Share others = taken(memory, LARGE);
        Future<WeakReference<Buffer>> answer = get(memory, LONG, "/", LARGE).map(body -> new WeakReference<>(body));
        await().until(() -> memory.waiting() == 1);
        others.close();
        WeakReference<Buffer> body =
                answer.toCompletionStage().toCompletableFuture().join();
        await().until(() -> {
            System.gc();
            return body.get() == null;
        });
    }

    @Test
    void small_answers_need_no_room() {
        InFlight memory = new InFlight(LARGE);
        taken(memory, LARGE);
        assertThat(body(get(memory, SHORT, "/", SMALL)).length()).isEqualTo(SMALL);
        assertThat(body(get(memory, SHORT, "/chunked", SMALL)).length()).isEqualTo(SMALL);
    }

    /** With the least bound of all, which each of them nearly fills by itself. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/chunked"})
    void a_batch_of_the_largest_documents_is_answered_whatever_the_room(String path) {
        InFlight memory = new InFlight(LARGEST);
        List<Future<Buffer>> batch = IntStream.range(0, 100)
                .mapToObj(call -> get(memory, LONG, path, LARGEST))
                .toList();
        assertThat(batch).allSatisfy(answer -> assertThat(body(answer).length()).isEqualTo(LARGEST));
        // Given back in a later turn of the event loop than the body.
        await().until(() -> !memory.isCrowded());
        assertThat(answered).hasValue(100);
    }

    /** Twice the bound was in flight before: half of it arriving, half of it waiting to be parsed. */
    @Test
    void as_much_as_the_bound_waits_for_what_is_kept() {
        InFlight memory = new InFlight(10L * LARGE);
        memory.keep(10L * LARGE);
        List<Future<Buffer>> batch = IntStream.range(0, 10)
                .mapToObj(call -> get(memory, LONG, "/", LARGE))
                .toList();
        await().until(() -> memory.waiting() == 10);
        assertThat(batch).noneMatch(Future::isComplete);
        memory.give(10L * LARGE);
        assertThat(batch).allSatisfy(answer -> assertThat(body(answer).length()).isEqualTo(LARGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/chunked"})
    void what_is_larger_than_the_limit_is_cut_off(String path) {
        InFlight memory = new InFlight(10L * LARGEST);
        Future<Buffer> larger = get(memory, LONG, path, LARGEST + 1);
        await().until(larger::isComplete);
        assertThat(larger.cause()).hasStackTraceContaining(BodyTooLarge.class.getName());
        await().until(() -> !memory.isCrowded());
    }

    private static InFlight.Share taken(InFlight memory, long bytes) {
        InFlight.Share share = memory.share();
        assertThat(share.take(bytes, () -> {})).isTrue();
        return share;
    }

    private Future<Buffer> get(InFlight memory, Duration longestWait, String path, int size) {
        BodyLimit limit = new BodyLimit(memory, longestWait);
        return client.request(HttpMethod.GET, server.actualPort(), "localhost", path + "?size=" + size)
                .compose(request -> {
                    limit.accept(request);
                    request.end();
                    return request.response().compose(HttpClientResponse::body);
                });
    }

    private static Buffer body(Future<Buffer> answer) {
        return answer.toCompletionStage().toCompletableFuture().join();
    }
}
