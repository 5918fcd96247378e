package dev.callwatch.chaos;

/** Where the service keeps what it knows. */
enum Store {
    /** One replica, which forgets everything when it is started again. */
    MEMORY(1),
    /** Three replicas that share a Redis without persistence. */
    REDIS(3);

    private final int replicas;

    Store(int replicas) {
        this.replicas = replicas;
    }

    int replicas() {
        return replicas;
    }
}
