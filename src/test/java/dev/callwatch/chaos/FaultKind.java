package dev.callwatch.chaos;

/** What can go wrong. */
enum FaultKind {
    REPLICA_KILLED(Part.REPLICA, 2, "killed"),
    REPLICA_TERMINATED(Part.REPLICA, 1, "terminated"),
    REPLICA_FROZEN(Part.REPLICA, 2, "frozen"),

    REDIS_KILLED(Part.REDIS, 2, "killed, back empty"),
    REDIS_FROZEN(Part.REDIS, 1, "frozen"),

    REDIS_LINK_CUT(Part.REDIS_LINK, 1, "cut"),
    REDIS_LINK_SILENT(Part.REDIS_LINK, 1, "open but silent"),
    REDIS_LINK_SLOW(Part.REDIS_LINK, 1, "slow"),

    SINK_FAILING(Part.SINK, 1, "failing"),
    SINK_HANGING(Part.SINK, 1, "hanging"),
    SINK_RESTARTED(Part.SINK, 1, "restarted"),

    CALLS_FROZEN(Part.CALLS, 1, "frozen"),
    CALLS_FAILING(Part.CALLS, 1, "failing"),
    CALLS_DRIPPING(Part.CALLS, 1, "dripping"),
    CALLS_HALF_OPEN(Part.CALLS, 1, "half-open"),

    TOKENS_FROZEN(Part.TOKENS, 1, "hung"),
    TOKENS_DRIPPING(Part.TOKENS, 1, "dripping"),
    TOKENS_HALF_OPEN(Part.TOKENS, 1, "half-open"),
    TOKENS_NONSENSE(Part.TOKENS, 1, "answering nonsense"),

    UPSTREAM_LINK_CUT(Part.UPSTREAM_LINK, 1, "cut"),
    UPSTREAM_LINK_SLOW(Part.UPSTREAM_LINK, 1, "slow");

    /** Where it goes wrong; a part has one fault at a time. */
    enum Part {
        REPLICA("replica"),
        REDIS("Redis"),
        REDIS_LINK("network to Redis"),
        SINK("sinks"),
        CALLS("upstream's calls"),
        TOKENS("upstream's tokens"),
        UPSTREAM_LINK("network to the upstream");

        private final String words;

        Part(String words) {
            this.words = words;
        }

        /** Whether each replica has one of its own. */
        boolean isOfOneReplica() {
            return this == REPLICA || this == REDIS_LINK || this == UPSTREAM_LINK;
        }

        /** Whether it exists only where replicas share a Redis: without one, a restart loses what waits for sinks. */
        boolean needsRedis() {
            return this == REDIS || this == REDIS_LINK || this == SINK;
        }

        /** Whether calls cannot be read meanwhile, so that they have to be readable again after it. */
        boolean isOnTheWayToTheUpstream() {
            return this == CALLS || this == TOKENS || this == UPSTREAM_LINK;
        }

        String words() {
            return words;
        }
    }

    private final Part part;
    private final int weight;
    private final String words;

    FaultKind(Part part, int weight, String words) {
        this.part = part;
        this.weight = weight;
        this.words = words;
    }

    Part part() {
        return part;
    }

    /** How often it comes, beside the others. */
    int weight() {
        return weight;
    }

    /** As the report names it. */
    String words() {
        return part.words() + " " + words;
    }
}
