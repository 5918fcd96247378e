package dev.callwatch.call;

/** Fired when this replica reaches the others again, after it may have missed what they published. */
public record ReplicasReconnected() {}
