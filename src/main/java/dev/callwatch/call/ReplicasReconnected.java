package dev.callwatch.call;

/** Fired when this replica may have missed what others told, or have been on its own, and reaches them again. */
public record ReplicasReconnected() {}
