package dev.callwatch.call;

/**
 * Fired when another replica has shared a new revision of a call.
 *
 * @param revision the revision
 */
public record RemoteRevision(CallKey key, long revision) {}
