package dev.callwatch.call;

/** Passes hints on to the other replicas. A port. */
public interface HintChannel {

    /** Lets the other replicas know, without waiting for them and without a failure. */
    void publish(CallHint hint);

    /** Whether the hints that any replica receives reach this one now. */
    boolean isConnected();
}
