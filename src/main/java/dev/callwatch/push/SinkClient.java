package dev.callwatch.push;

import io.smallrye.mutiny.Uni;

/** Calls sinks. */
interface SinkClient {

    /** Makes one attempt. It ends within 10 s, and never fails. */
    Uni<AttemptResult> send(Sink sink, PushEvent event, ContentMode mode);
}
