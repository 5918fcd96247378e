package dev.callwatch.call;

/**
 * Fired when another replica follows a call because of notifications: nobody has asked for it.
 *
 * @param call the call
 */
public record RemoteFollow(CallKey call) {}
