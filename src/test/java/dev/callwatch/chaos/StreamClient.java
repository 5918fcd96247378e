package dev.callwatch.chaos;

import dev.callwatch.Replica;
import dev.callwatch.ScriptedUpstream;
import dev.callwatch.api.StreamReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A reader of one call: it opens a stream at any replica, and when that is lost, or the reader has had enough of it, it comes
 * back at any replica with {@code Last-Event-ID}. After the end it comes back twice more, as a browser would.
 */
final class StreamClient {

    private static final int LONGEST_PAUSE_MILLIS = 1_000;
    private static final Duration AFTER_REFUSAL = Duration.ofMillis(200);
    private static final int RESUMPTIONS_AFTER_END = 2;

    /** A heartbeat comes every 15 s. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(20);

    /**
     * What readers share.
     *
     * @param clock ends streams
     */
    record Dependencies(
            Http http,
            Deployment deployment,
            KnownCalls known,
            Pause pause,
            Pace pace,
            Findings findings,
            EventLog events,
            ScheduledExecutorService clock) {}

    private final Dependencies dependencies;
    private final String name;
    private final String guid;
    private final Random random;
    private final Invariants invariants;
    private final Thread thread;
    private int streams;
    private int endings;
    private volatile boolean knowsTheEnd;

    StreamClient(Dependencies dependencies, String name, String guid, Random random, boolean restartForgets) {
        this.dependencies = dependencies;
        this.name = name + " of call " + guid;
        this.guid = guid;
        this.random = random;
        this.invariants = new Invariants(this.name, restartForgets, dependencies.findings());
        this.thread = new Thread(this::follow, name);
        thread.setDaemon(true);
    }

    void begin() {
        dependencies.findings().count(Count.READERS);
        thread.start();
    }

    /** Whether a stream has ended because nothing more is to come. */
    boolean knowsTheEnd() {
        return knowsTheEnd;
    }

    /** Whether it reads no more. */
    boolean isDone() {
        return !thread.isAlive();
    }

    /** Records a breach if the reader does not know how its call ended. */
    void checkEnd() {
        if (!knowsTheEnd) {
            invariants.neverEnded(contentOfUpstream());
        }
    }

    private void follow() {
        try {
            while (endings <= RESUMPTIONS_AFTER_END && !dependencies.pause().hasEnded()) {
                boolean opened = open(dependencies
                        .deployment()
                        .replicas()
                        .get(random.nextInt(dependencies.deployment().replicas().size())));
                dependencies
                        .pause()
                        .of(opened ? Duration.ofMillis(random.nextInt(LONGEST_PAUSE_MILLIS)) : AFTER_REFUSAL);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean open(Replica replica) throws InterruptedException {
        Optional<String> last = invariants.last().map(StatusEvent::id);
        try {
            HttpResponse<InputStream> response = dependencies.http().stream(replica, guid, last);
            if (response.statusCode() == 204) {
                dependencies.findings().count(Count.SETTLED);
                ended();
                return true;
            }
            if (response.statusCode() == 200) {
                dependencies.findings().count(Count.STREAMS);
                new OpenStream(replica, response.body()).read();
                return true;
            }
            response.body().close();
        } catch (IOException notConnected) {
            // Another replica, or this one again.
        }
        dependencies.findings().count(Count.REFUSED);
        return false;
    }

    private void ended() {
        endings++;
        if (!knowsTheEnd) {
            ScriptedUpstream upstream = dependencies.deployment().upstream();
            invariants.ended(contentOfUpstream(), upstream.isOver(guid));
            knowsTheEnd = true;
        }
    }

    private long contentOfUpstream() {
        ScriptedUpstream upstream = dependencies.deployment().upstream();
        return StatusEvent.content(upstream.version(guid), upstream.isOver(guid));
    }

    /** One stream, until it ends in one way or another. */
    private final class OpenStream {

        private final int number = ++streams;
        private final Replica replica;
        private final int life;
        private final InputStream body;
        private final long openedAt = System.nanoTime();
        private final long leaveAt;
        private volatile long lastByte = System.nanoTime();
        private volatile boolean left;
        private volatile boolean silent;
        private boolean hint;
        private boolean ended;
        private Optional<String> lastFrame = Optional.empty();

        private OpenStream(Replica replica, InputStream body) {
            this.replica = replica;
            this.life = replica.life();
            this.body = body;
            note("opened in life " + life + " (" + replica.output() + "), after "
                    + invariants.last().map(StatusEvent::id).orElse("nothing"));
            this.leaveAt = System.nanoTime()
                    + TimeUnit.MILLISECONDS.toNanos(dependencies.pace().stay().any(random));
        }

        private void read() throws IOException {
            ScheduledFuture<?> watch =
                    dependencies.clock().scheduleWithFixedDelay(this::leaveInTime, 200, 200, TimeUnit.MILLISECONDS);
            String how = "it was closed";
            try {
                StreamReader.read(new Noting(body), this::frame);
            } catch (IOException | IllegalStateException broken) {
                how = broken.toString();
            } finally {
                watch.cancel(false);
                body.close();
            }
            over(how);
        }

        private void note(String what) {
            dependencies.events().note(name + " stream " + number + ", replica " + replica.index() + ": " + what);
        }

        private void over(String how) {
            note(left ? "left" : silent ? "left, since it is silent" : how);
            if (ended) {
                dependencies.findings().count(Count.ENDED);
                StreamClient.this.ended();
            } else if (silent) {
                dependencies.findings().count(Count.SILENT);
            } else if (left) {
                dependencies.findings().count(Count.LEFT);
            } else {
                dependencies.findings().count(Count.LOST);
                if (!hint && !isKilledBeforeTheFirstFrame()) {
                    invariants.breach(
                            Breach.STREAM_BROKE_OFF,
                            "stream " + number + " of replica " + replica.index() + ": " + how + " after "
                                    + lastFrame.orElse("nothing"));
                }
            }
        }

        private boolean isKilledBeforeTheFirstFrame() {
            return lastFrame.isEmpty()
                    && !dependencies.deployment().availability().isUpSince(replica.index(), openedAt);
        }

        private void frame(StreamReader.Frame frame) {
            lastFrame = Optional.of(frame.toString());
            note(frame.toString());
            hint |= !frame.retry().isEmpty();
            switch (frame.event()) {
                case "status" -> status(frame);
                case "problem" -> invariants.problem();
                case "end" -> {
                    ended = true;
                    close();
                }
                default -> {}
            }
        }

        private void status(StreamReader.Frame frame) {
            try {
                invariants.received(StatusEvent.of(frame.id(), frame.data(), number, replica.index(), life));
                dependencies.known().noted(guid);
            } catch (RuntimeException unreadable) {
                invariants.breach(Breach.MALFORMED, unreadable + " in " + frame);
            }
        }

        private void leaveInTime() {
            long now = System.nanoTime();
            if (now - lastByte > LONGEST_SILENCE.toNanos()) {
                silent = true;
                close();
            } else if (now - leaveAt > 0 && !knowsTheEnd) {
                left = true;
                close();
            }
        }

        private void close() {
            try {
                body.close();
            } catch (IOException closed) {
                // That is what was wanted.
            }
        }

        /** Notes when something arrives, comments included. */
        private final class Noting extends FilterInputStream {

            private Noting(InputStream in) {
                super(in);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = super.read(bytes, offset, length);
                lastByte = System.nanoTime();
                return read;
            }
        }
    }
}
