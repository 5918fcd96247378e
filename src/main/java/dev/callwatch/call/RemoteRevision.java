package dev.callwatch.call;

/**
 * Fired when another replica has published a new revision of a call.
 *
 * @param key the call
 * @param revision its revision
 */
public record RemoteRevision(CallKey key, long revision) {}
