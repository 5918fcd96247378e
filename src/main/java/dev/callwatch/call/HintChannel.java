package dev.callwatch.call;

/** Passes hints on to the other replicas. A port. */
public interface HintChannel {

    /** Lets the other replicas know, without waiting for them and without a failure. */
    void publish(CallHint hint);

    /** Lets the other replicas know that this one follows a call that nobody asked for, so that they go on when it is gone. */
    void publishFollowed(CallKey call);

    /** Whether the hints that any replica receives reach this one now. */
    boolean isConnected();
}
