package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Http2WatchTest {

    private static final int STREAM = 1;
    private static final int MOST_STREAMS = 3;

    private final UnreadAnswers unread = new UnreadAnswers(new SimpleMeterRegistry(), MOST_STREAMS, 1 << 20);
    private final Http2ConnectionHandler service = new Http2ConnectionHandlerBuilder()
            .server(true)
            .frameListener(new Http2FrameAdapter())
            .build();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EmbeddedChannel client = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final ChannelHandlerContext sender = client.pipeline().firstContext();
    private final DefaultHttp2FrameWriter frames = new DefaultHttp2FrameWriter();
    private UnreadAnswers.Guard watch;

    /** The client has sent one request, and takes nothing of the answer. */
    @BeforeEach
    void begin() {
        channel.freezeTime();
        channel.pipeline().addLast("handler", service);
        channel.writeInbound(Http2CodecUtil.connectionPrefaceBuf());
        frames.writeSettings(sender, new Http2Settings().initialWindowSize(0), sender.newPromise());
        request(STREAM);
        watch = Http2Watch.install(channel, unread);
        watch.requested();
    }

    @Test
    void an_answer_without_a_window_for_30_s_closes_the_connection() {
        answer(100);
        pass(29);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void a_client_that_takes_a_byte_now_and_then_stays() {
        answer(100);
        for (int i = 0; i < 5; i++) {
            pass(20);
            window(1);
        }
        assertThat(channel.isOpen()).isTrue();
        pass(40);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void a_request_without_an_answer_so_far_stays() {
        pass(100);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void an_action_runs_once_the_client_has_the_answer() {
        AtomicBoolean done = new AtomicBoolean();
        watch.whenTaken(STREAM, () -> done.set(true));
        answer(100);
        window(99);
        pass(5);
        assertThat(done).isFalse();
        window(1);
        assertThat(done).isTrue();
    }

    @Test
    void an_action_for_an_answer_that_has_ended_runs_at_once() {
        AtomicBoolean done = new AtomicBoolean();
        answer(100);
        window(100);
        watch.whenTaken(STREAM, () -> done.set(true));
        assertThat(done).isTrue();
    }

    @Test
    void an_action_runs_when_the_connection_is_closed() {
        AtomicBoolean done = new AtomicBoolean();
        watch.whenTaken(STREAM, () -> done.set(true));
        answer(100);
        channel.pipeline().context(Http2Watch.class).close();
        assertThat(done).isTrue();
    }

    @Test
    void a_client_that_does_not_acknowledge_the_limit_has_no_more_streams_either() {
        for (int i = 1; i < 10; i++) {
            request(STREAM + 2 * i);
        }
        assertThat(service.connection().numActiveStreams()).isEqualTo(MOST_STREAMS);
    }

    @Test
    void of_the_requests_of_one_read_eight_go_on_at_once() {
        channel.pipeline().fireChannelReadComplete();
        channel.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
        for (int i = 0; i < 8; i++) {
            assertThat(watch.requested()).isTrue();
        }
        assertThat(watch.requested()).isFalse();
        channel.pipeline().fireChannelReadComplete();
        assertThat(watch.requested()).isTrue();
    }

    @Test
    void nothing_more_is_decoded_of_a_connection_that_failed() {
        AtomicInteger decoded = new AtomicInteger();
        channel.pipeline().addBefore("handler", "decoded", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object bytes) {
                decoded.addAndGet(((ByteBuf) bytes).readableBytes());
                ctx.fireChannelRead(bytes);
            }
        });
        for (int i = 1; i < 5_000; i++) {
            write(STREAM + 2 * i);
        }
        client.flushOutbound();
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf bytes = client.readOutbound(); bytes != null; bytes = client.readOutbound()) {
            all.writeBytes(bytes);
            bytes.release();
        }
        int sent = all.readableBytes();
        channel.writeInbound(all);
        assertThat(channel.isOpen()).isFalse();
        // Netty gives a connection up that had 200 of its streams refused.
        assertThat(decoded).hasPositiveValue().hasValueLessThan(sent / 10);
    }

    private void request(int stream) {
        write(stream);
        send();
    }

    private void write(int stream) {
        frames.writeHeaders(
                sender,
                stream,
                new DefaultHttp2Headers().method("GET").path("/").scheme("http"),
                0,
                true,
                sender.newPromise());
    }

    private void answer(int bytes) {
        ChannelHandlerContext context = channel.pipeline().context(service);
        service.encoder()
                .writeHeaders(context, STREAM, new DefaultHttp2Headers().status("200"), 0, false, channel.newPromise());
        service.encoder()
                .writeData(context, STREAM, Unpooled.buffer(bytes).writeZero(bytes), 0, true, channel.newPromise());
        service.flush(context);
    }

    private void window(int bytes) {
        frames.writeWindowUpdate(sender, STREAM, bytes, sender.newPromise());
        send();
    }

    private void send() {
        client.flushOutbound();
        for (ByteBuf bytes = client.readOutbound(); bytes != null; bytes = client.readOutbound()) {
            channel.writeInbound(bytes);
        }
        channel.runPendingTasks();
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }
}
