package dev.callwatch.push;

import dev.callwatch.watch.CallEvent;

/** Writes the data of events, the same as in streams. */
public interface EventData {

    /**
     * An event as JSON on one line.
     *
     * @param numbers whether the reader may see telephone numbers; otherwise they are masked
     */
    String of(CallEvent event, boolean numbers);
}
