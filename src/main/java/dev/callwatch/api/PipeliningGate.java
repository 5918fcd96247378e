package dev.callwatch.api;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Takes the requests of an HTTP/1.1 connection one at a time: the next one when the answer to the last one is written and the
 * client reads. Vert.x would take as many as the client sends, and keep the answers that it does not read. What is not taken stays
 * with the client, except for the bytes of one read. Used on the connection's event loop only.
 */
final class PipeliningGate extends ChannelDuplexHandler implements UnreadAnswers.Guard {

    private static final String DECODER = "httpDecoder";
    private static final String CONNECTION = "handler";

    private final UnreadAnswers unread;
    private final Intake intake = new Intake();

    /** Requests and bodies that came with one read before the intake was there. */
    private final Deque<Object> waiting = new ArrayDeque<>();

    private ChannelHandlerContext context;
    private boolean receiving = true;
    private boolean answering = true;
    private WriteProgress progress;

    /** For the answer that is being written. */
    private List<Runnable> whenTaken = List.of();

    private PipeliningGate(UnreadAnswers unread) {
        this.unread = unread;
    }

    /** Begins with the request that is handled now: neither its end nor its answer has been seen. */
    static UnreadAnswers.Guard install(Channel channel, UnreadAnswers unread) {
        PipeliningGate gate = new PipeliningGate(unread);
        // The watch follows what reaches the decoder.
        String first = channel.pipeline().get(HeadWatch.NAME) == null ? DECODER : HeadWatch.NAME;
        channel.pipeline()
                .addBefore(first, PipeliningGate.class.getName() + ".intake", gate.intake)
                .addBefore(CONNECTION, PipeliningGate.class.getName(), gate);
        return gate;
    }

    @Override
    public boolean requested() {
        // Seen in the pipeline itself, which lets one through at a time.
        return true;
    }

    @Override
    public void whenTaken(int stream, Runnable action) {
        if (context.channel().isActive()) {
            whenTaken = Stream.concat(whenTaken.stream(), Stream.of(action)).toList();
        } else {
            action.run();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        progress = new WriteProgress(added, unread);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (waiting.isEmpty() && mayPass(message)) {
            pass(message);
        } else {
            waiting.add(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean last = message instanceof LastHttpContent && !isInterim(message);
        ctx.write(message, last ? taken(promise) : promise);
        if (last) {
            answering = false;
            if (!waiting.isEmpty() || intake.isHolding()) {
                // After Vert.x has noted the end of this answer.
                ctx.executor().execute(this::resume);
            }
        }
    }

    /** What is written last leaves after everything else; it fails when the connection is closed. */
    private ChannelPromise taken(ChannelPromise written) {
        if (whenTaken.isEmpty()) {
            return written;
        }
        List<Runnable> actions = whenTaken;
        whenTaken = List.of();
        return written.unvoid().addListener(done -> actions.forEach(Runnable::run));
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        ctx.flush();
        progress.watch();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        resume();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        progress.forget();
        whenTaken.forEach(Runnable::run);
        whenTaken = List.of();
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        ctx.fireChannelInactive();
    }

    private boolean isOpen() {
        return waiting.isEmpty() && (receiving || mayBegin());
    }

    private boolean mayPass(Object message) {
        return !(message instanceof HttpRequest) || mayBegin();
    }

    private boolean mayBegin() {
        return !answering && context.channel().isWritable();
    }

    private void pass(Object message) {
        if (message instanceof HttpRequest) {
            answering = true;
            receiving = true;
        }
        if (message instanceof LastHttpContent) {
            receiving = false;
        }
        context.fireChannelRead(message);
    }

    private void resume() {
        if (waiting.isEmpty() && !intake.isHolding()) {
            return;
        }
        while (!waiting.isEmpty() && mayPass(waiting.peek())) {
            pass(waiting.poll());
        }
        intake.feed();
        context.fireChannelReadComplete();
    }

    private static boolean isInterim(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    /** Lets bytes through in pieces that hold the head of one request at most, and stops reading while the gate is shut. */
    private final class Intake extends ChannelDuplexHandler {

        private final Deque<ByteBuf> held = new ArrayDeque<>();
        private ChannelHandlerContext own;
        private boolean stopped;
        private boolean feeding;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            own = added;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf bytes) {
                held.add(bytes);
                feed();
            } else {
                ctx.fireChannelRead(message);
            }
        }

        /** Vert.x asks for more after each request. */
        @Override
        public void read(ChannelHandlerContext ctx) {
            if (held.isEmpty()) {
                ctx.read();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            held.forEach(ByteBuf::release);
            held.clear();
            ctx.fireChannelInactive();
        }

        private boolean isHolding() {
            return !held.isEmpty();
        }

        private void feed() {
            if (feeding) {
                return;
            }
            feeding = true;
            try {
                while (!held.isEmpty() && isOpen()) {
                    own.fireChannelRead(piece());
                }
            } finally {
                feeding = false;
            }
            if (held.isEmpty() == stopped) {
                stopped = !held.isEmpty();
                own.channel().config().setAutoRead(!stopped);
                if (!stopped) {
                    own.read();
                }
            }
        }

        private ByteBuf piece() {
            ByteBuf bytes = held.peek();
            int length = lengthOfHead(bytes);
            return length == bytes.readableBytes() ? held.poll() : bytes.readRetainedSlice(length);
        }

        /** Up to the first empty line, or everything. */
        private static int lengthOfHead(ByteBuf bytes) {
            int end = bytes.writerIndex();
            for (int line = next(bytes, bytes.readerIndex()); line > 0 && line < end; line = next(bytes, line)) {
                int empty = bytes.getByte(line) == '\r' ? line + 1 : line;
                if (empty < end && bytes.getByte(empty) == '\n') {
                    return empty + 1 - bytes.readerIndex();
                }
            }
            return bytes.readableBytes();
        }

        /** Where the line after an index begins, or 0. */
        private static int next(ByteBuf bytes, int from) {
            return bytes.indexOf(from, bytes.writerIndex(), (byte) '\n') + 1;
        }
    }
}
