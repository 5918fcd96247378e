package dev.callwatch.store;

import dev.callwatch.call.CallHint;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.HintChannel;
import dev.callwatch.call.RemoteFollow;
import dev.callwatch.call.RemoteHint;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/** Passes hints on to the other replicas over their channel in Redis. */
@Singleton
@Typed(RedisHints.class)
class RedisHints implements HintChannel {

    private final StoreOptions options;
    private final ReplicaChannel channel;
    private final ReplicaId replica;
    private final RedisCircuit circuit;
    private final Consumer<RemoteHint> remoteHints;
    private final Consumer<RemoteFollow> remoteFollows;

    @Inject
    RedisHints(
            StoreOptions options,
            ReplicaChannel channel,
            ReplicaId replica,
            RedisCircuit circuit,
            Event<RemoteHint> remoteHints,
            Event<RemoteFollow> remoteFollows) {
        this(options, channel, replica, circuit, remoteHints::fire, remoteFollows::fire);
    }

    RedisHints(
            StoreOptions options,
            ReplicaChannel channel,
            ReplicaId replica,
            RedisCircuit circuit,
            Consumer<RemoteHint> remoteHints,
            Consumer<RemoteFollow> remoteFollows) {
        this.options = options;
        this.channel = channel;
        this.replica = replica;
        this.circuit = circuit;
        this.remoteHints = remoteHints;
        this.remoteFollows = remoteFollows;
    }

    /** From the start on: what the others receive counts also where this replica receives nothing itself. */
    void begin(@Observes StartupEvent start) {
        if (options.isShared()) {
            channel.listen(this::received);
        }
    }

    @Override
    public void publish(CallHint hint) {
        channel.publish(new ReplicaMessage.Hinted(hint, replica.name()));
    }

    @Override
    public void publishFollowed(CallKey call) {
        channel.publish(new ReplicaMessage.Followed(call, replica.name()));
    }

    @Override
    public boolean isConnected() {
        return channel.isSubscribed() && !circuit.isDegraded();
    }

    private void received(ReplicaMessage message) {
        if (message instanceof ReplicaMessage.Hinted hinted && !hinted.by().equals(replica.name())) {
            remoteHints.accept(new RemoteHint(hinted.hint()));
        } else if (message instanceof ReplicaMessage.Followed followed
                && !followed.by().equals(replica.name())) {
            remoteFollows.accept(new RemoteFollow(followed.call()));
        }
    }
}
