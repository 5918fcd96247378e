package dev.callwatch.call;

/** For a process that shares nothing with others. */
public final class LocalHints implements HintChannel {

    @Override
    public void publish(CallHint hint) {
        // No other replica exists that could get it.
    }

    @Override
    public void publishFollowed(CallKey call) {
        // No other replica exists that could get it.
    }

    @Override
    public boolean isConnected() {
        return true;
    }
}
