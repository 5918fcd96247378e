package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeadWatchTest {

    private static final int BOUND = 20_000;
    private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String LONG_HEAD = "GET /" + "x".repeat(15_000);
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final UnfinishedHeads heads = new UnfinishedHeads(registry, BOUND);
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void nothing_is_left() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(heads.total()).isZero();
    }

    @Test
    void requests_that_are_whole_within_a_read_count_nothing_even_when_the_bound_is_used_up() {
        EmbeddedChannel other = http1();
        send(other, LONG_HEAD);
        send(http1(), "GET /" + "x".repeat((int) (BOUND - heads.total() - 5)));
        assertThat(heads.total()).isEqualTo(BOUND);
        EmbeddedChannel channel = http1();
        for (int i = 0; i < 3; i++) {
            send(channel, REQUEST);
        }
        send(channel, REQUEST + REQUEST);
        send(channel, "\r\n" + REQUEST + "\r\n");
        send(channel, "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12");
        send(channel, "345" + REQUEST);
        send(channel, "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12");
        send(channel, "345\r\n0");
        send(channel, "\r\n\r");
        send(channel, "\n" + REQUEST);
        assertThat(requests(channel)).containsExactly("/a", "/a", "/a", "/a", "/a", "/a", "/b", "/a", "/c", "/a");
        assertThat(channel.isActive()).isTrue();
        assertThat(heads.total()).isEqualTo(BOUND);
        assertThat(closed()).isZero();
    }

    @Test
    void a_head_in_many_reads_counts_until_it_ends() {
        EmbeddedChannel channel = http1();
        String head = "GET /a HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\r\n";
        long last = 0;
        for (int i = 0; i < head.length() - 1; i++) {
            send(channel, head.substring(i, i + 1));
            assertThat(heads.total()).isGreaterThan(last);
            last = heads.total();
        }
        send(channel, "\n");
        assertThat(heads.total()).isZero();
        assertThat(requests(channel)).containsExactly("/a");
        send(channel, REQUEST);
        assertThat(heads.total()).isZero();
    }

    @Test
    void of_pipelined_requests_only_what_is_behind_the_last_whole_one_counts() {
        EmbeddedChannel channel = http1();
        send(channel, REQUEST + "GET /" + "y".repeat(1_000));
        assertThat(heads.total()).isGreaterThanOrEqualTo(1_005).isLessThan(1_200);
        send(channel, " HTTP/1.1\r\nHost: a\r\n\r\n" + REQUEST + "GET /b HTTP/1.1\r\n");
        assertThat(heads.total()).isPositive().isLessThan(400);
        send(channel, "Host: a\r\n\r\n");
        assertThat(heads.total()).isZero();
        assertThat(requests(channel)).containsExactly("/a", "/" + "y".repeat(1_000), "/a", "/b");
    }

    @Test
    void many_short_headers_count_what_they_hold() {
        EmbeddedChannel channel = http1();
        send(channel, "GET / HTTP/1.1\r\n" + "a:\r\n".repeat(100));
        assertThat(heads.total()).isGreaterThan(100 * 100);
        send(channel, "a:\r\n".repeat(100));
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void a_head_above_the_bound_closes_its_connection_and_no_other() {
        EmbeddedChannel first = http1();
        send(first, LONG_HEAD);
        EmbeddedChannel second = http1();
        send(second, REQUEST + "GET /" + "y".repeat(10_000));
        assertThat(requests(second)).containsExactly("/a");
        assertThat(second.isActive()).isFalse();
        assertThat(first.isActive()).isTrue();
        assertThat(heads.total()).isBetween(15_000L, 15_100L);
        assertThat(closed()).isEqualTo(1);
        first.close();
        assertThat(heads.total()).isZero();
    }

    @Test
    void a_refused_head_gives_back_what_it_held() {
        EmbeddedChannel channel = http1();
        send(channel, LONG_HEAD);
        send(channel, "x".repeat(2_000));
        assertThat(requests(channel)).hasSize(1);
        assertThat(heads.total()).isZero();
        send(channel, "x".repeat(BOUND * 2));
        assertThat(heads.total()).isZero();
        assertThat(channel.isActive()).isTrue();
    }

    @Test
    void trailers_count_until_they_end() {
        EmbeddedChannel channel = http1();
        send(channel, "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + "a: b\r\n".repeat(60));
        assertThat(heads.total()).isGreaterThan(60 * 100);
        send(channel, "\r\n" + REQUEST);
        assertThat(heads.total()).isZero();
        assertThat(requests(channel)).containsExactly("/c", "/a");
    }

    @Test
    void frames_and_header_blocks_count_until_they_end() {
        EmbeddedChannel channel = http2();
        byte[] start = bytes(PREFACE, frame(4, 0, 0, 0));
        for (byte one : start) {
            channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {one}));
        }
        assertThat(heads.total()).isZero();
        byte[] ping = frame(6, 0, 0, 8);
        channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOf(ping, 12)));
        assertThat(heads.total()).isEqualTo(12);
        channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(ping, 12, ping.length)));
        assertThat(heads.total()).isZero();
        // Of indexed fields, ":method: GET" (RFC 7541, appendix A).
        channel.writeInbound(Unpooled.wrappedBuffer(frame(1, 1, 1, 500, (byte) 0x82)));
        assertThat(heads.total()).isEqualTo(500);
        channel.writeInbound(Unpooled.wrappedBuffer(frame(9, 0, 1, 300, (byte) 0x82)));
        assertThat(heads.total()).isEqualTo(800);
        channel.writeInbound(Unpooled.wrappedBuffer(frame(9, 4, 1, 0)));
        assertThat(heads.total()).isZero();
    }

    @Test
    void a_frame_above_the_bound_closes_its_connection() {
        send(http1(), LONG_HEAD);
        EmbeddedChannel channel = http2();
        channel.writeInbound(Unpooled.wrappedBuffer(bytes(PREFACE, frame(4, 0, 0, 0))));
        channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOf(frame(1, 5, 1, 16_000), 10_000)));
        assertThat(channel.isActive()).isFalse();
        assertThat(closed()).isEqualTo(1);
    }

    private EmbeddedChannel http1() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline()
                .addLast(HeadWatch.NAME, new HeadWatch(heads, pipeline -> {}))
                .addLast("httpDecoder", new HttpRequestDecoder(16_384, 32_768, 8_192));
        channels.add(channel);
        return channel;
    }

    private EmbeddedChannel http2() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline()
                .addLast(HeadWatch.NAME, new HeadWatch(heads, pipeline -> {}))
                .addLast("handler", Http2FrameCodecBuilder.forServer().build());
        channels.add(channel);
        return channel;
    }

    private static void send(EmbeddedChannel channel, String text) {
        ByteBuf bytes = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII));
        channel.writeInbound(bytes);
    }

    private static List<String> requests(EmbeddedChannel channel) {
        List<String> requests = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                requests.add(request.uri());
            }
            ReferenceCountUtil.release(message);
        }
        return requests;
    }

    /** A frame (RFC 9113, section 4.1). */
    private static byte[] frame(int type, int flags, int stream, int length, byte... content) {
        byte[] frame = new byte[9 + length];
        Arrays.fill(frame, 9, frame.length, content.length == 0 ? 0 : content[0]);
        frame[1] = (byte) (length >> 8);
        frame[2] = (byte) length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[8] = (byte) stream;
        return frame;
    }

    private static byte[] bytes(String text, byte[] more) {
        byte[] first = text.getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    private double closed() {
        return registry.counter("callwatch.disconnects", "reason", "unfinished").count();
    }
}
