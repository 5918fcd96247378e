package dev.callwatch.push;

import dev.callwatch.time.VirtualTime;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A sink without HTTP: answers by a script, at once or when the test says so, and remembers what it got when. */
final class ScriptedSink implements SinkClient {

    static final AttemptResult OK = new AttemptResult.Delivered(204);
    static final AttemptResult GONE = new AttemptResult.Gone();
    static final AttemptResult SILENT = new AttemptResult.Unanswered("timeout");

    /** A request that it got, in seconds since the beginning. */
    record Request(String id, long second) {}

    private final VirtualTime time;
    private final Instant begin;
    private final List<Request> requests = new ArrayList<>();
    private final List<PushEvent> accepted = new ArrayList<>();
    private final Deque<UniEmitter<? super AttemptResult>> held = new ArrayDeque<>();
    private Function<PushEvent, AttemptResult> answer = event -> OK;
    private boolean holds;

    ScriptedSink(VirtualTime time) {
        this.time = time;
        this.begin = time.instant();
    }

    static AttemptResult refused(int status) {
        return new AttemptResult.Refused(status, Optional.empty());
    }

    static AttemptResult refused(int status, Duration retryAfter) {
        return new AttemptResult.Refused(status, Optional.of(retryAfter));
    }

    void answers(AttemptResult result) {
        answers(event -> result);
    }

    void answers(Function<PushEvent, AttemptResult> result) {
        answer = result;
    }

    /** From now on requests wait. */
    void holds() {
        holds = true;
    }

    /** Answers the request that waits longest. */
    void release(AttemptResult result) {
        held.remove().complete(result);
    }

    /** How many requests wait. */
    int waiting() {
        return held.size();
    }

    List<Request> requests() {
        return requests;
    }

    /** When it was called. */
    List<Long> seconds() {
        return requests.stream().map(Request::second).toList();
    }

    List<String> ids() {
        return requests.stream().map(Request::id).toList();
    }

    /** What it accepted, in order. */
    List<PushEvent> accepted() {
        return accepted;
    }

    @Override
    public Uni<AttemptResult> send(Sink sink, PushEvent event, ContentMode mode) {
        return Uni.createFrom().deferred(() -> {
            requests.add(new Request(
                    event.id(), Duration.between(begin, time.instant()).toSeconds()));
            if (holds) {
                return Uni.createFrom().<AttemptResult>emitter(held::add);
            }
            AttemptResult result = answer.apply(event);
            if (result instanceof AttemptResult.Delivered) {
                accepted.add(event);
            }
            return Uni.createFrom().item(result);
        });
    }
}
