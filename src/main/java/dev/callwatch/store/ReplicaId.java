package dev.callwatch.store;

import jakarta.inject.Singleton;
import java.util.UUID;

/** The name of this process among the replicas; another one after each start. */
@Singleton
class ReplicaId {

    private final String name = UUID.randomUUID().toString();

    String name() {
        return name;
    }
}
