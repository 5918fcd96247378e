package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PipeliningGateTest {

    private static final int LARGE = 200_000;
    private static final long BOUND = 1 << 20;
    private static final AttributeKey<UnreadAnswers.Guard> GATE = AttributeKey.valueOf("gate");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final UnreadAnswers unread = new UnreadAnswers(registry, 100, BOUND);
    private final List<String> taken = new ArrayList<>();
    private boolean clientReads = true;

    private final EmbeddedChannel channel = new EmbeddedChannel() {
        @Override
        protected void doWrite(ChannelOutboundBuffer out) throws Exception {
            if (clientReads) {
                super.doWrite(out);
            }
        }
    };

    PipeliningGateTest() {
        channel.freezeTime();
        channel.pipeline()
                .addLast("httpDecoder", new HttpRequestDecoder())
                .addLast("httpEncoder", new HttpResponseEncoder())
                .addLast("handler", new Service());
    }

    @Test
    void a_request_is_taken_when_the_one_before_it_is_answered() {
        receive("GET /1", "GET /2", "GET /3");
        assertThat(taken).containsExactly("/1");
        answer(10);
        assertThat(taken).containsExactly("/1", "/2");
        answer(10);
        answer(10);
        receive("GET /4");
        assertThat(taken).containsExactly("/1", "/2", "/3", "/4");
    }

    @Test
    void nothing_more_is_read_while_requests_wait() {
        receive("GET /1");
        receive("GET /2");
        assertThat(channel.config().isAutoRead()).isFalse();
        answer(10);
        assertThat(taken).containsExactly("/1", "/2");
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void a_body_is_taken_while_its_answer_waits() {
        write("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
        write("cde" + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(taken).containsExactly("/1", "abcde".substring(0, 2), "cde");
        answer(10);
        assertThat(taken).endsWith("/2");
    }

    @Test
    void an_interim_answer_does_not_take_the_next_request() {
        receive("GET /1", "GET /2");
        channel.writeOneOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        channel.runPendingTasks();
        assertThat(taken).containsExactly("/1");
    }

    @Test
    void the_next_request_waits_until_the_client_reads() {
        receive("GET /1", "GET /2");
        clientReads = false;
        answer(LARGE);
        assertThat(taken).containsExactly("/1");
        clientReads = true;
        channel.flushOutbound();
        channel.runPendingTasks();
        assertThat(taken).containsExactly("/1", "/2");
    }

    @Test
    void an_answer_that_nobody_reads_for_30_s_closes_the_connection() {
        receive("GET /1");
        clientReads = false;
        answer(10);
        pass(29);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(registry.counter("callwatch.disconnects", "reason", "unread").count())
                .isEqualTo(1);
    }

    @Test
    void a_connection_whose_answers_are_read_stays() {
        receive("GET /1");
        answer(10);
        pass(100);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void a_slow_client_is_given_up_sooner_while_too_much_waits() {
        receive("GET /1");
        clientReads = false;
        answer(10);
        unread.changed(0, BOUND + 1);
        pass(2);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void an_action_runs_once_the_client_has_the_answer() {
        receive("GET /1");
        channel.attr(GATE).get().whenTaken(0, () -> taken.add("done"));
        pass(5);
        assertThat(taken).containsExactly("/1");
        clientReads = false;
        answer(10);
        pass(5);
        assertThat(taken).containsExactly("/1");
        clientReads = true;
        channel.flushOutbound();
        assertThat(taken).containsExactly("/1", "done");
    }

    @Test
    void an_action_for_an_answer_that_is_not_read_runs_when_the_connection_is_closed() {
        receive("GET /1");
        channel.attr(GATE).get().whenTaken(0, () -> taken.add("done"));
        clientReads = false;
        answer(10);
        assertThat(taken).containsExactly("/1");
        channel.close();
        assertThat(taken).containsExactly("/1", "done");
        channel.attr(GATE).get().whenTaken(0, () -> taken.add("late"));
        assertThat(taken).containsExactly("/1", "done", "late");
    }

    private void receive(String... requests) {
        write(String.join(" HTTP/1.1\r\nHost: a\r\n\r\n", requests) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private void write(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
        channel.runPendingTasks();
    }

    private void answer(int bytes) {
        channel.pipeline()
                .context("handler")
                .writeAndFlush(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.OK,
                        Unpooled.buffer(bytes).writeZero(bytes)));
        channel.runPendingTasks();
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    /** Begins to watch with its first request, as the filter does. */
    private final class Service extends ChannelInboundHandlerAdapter {

        private boolean watched;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                taken.add(request.uri());
                if (!watched) {
                    watched = true;
                    channel.attr(GATE).set(PipeliningGate.install(channel, unread));
                }
            } else if (message instanceof HttpContent content
                    && content.content().isReadable()) {
                taken.add(content.content().toString(StandardCharsets.US_ASCII));
            }
            ReferenceCountUtil.release(message);
        }
    }
}
