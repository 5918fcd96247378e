package dev.callwatch.call;

/** Fired when another replica has received a notification. That replica acts on it. */
public record RemoteHint(CallHint hint) {}
