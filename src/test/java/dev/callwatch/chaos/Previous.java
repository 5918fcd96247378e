package dev.callwatch.chaos;

import io.vertx.core.json.JsonObject;

/** What an event says of the revision before its own. */
sealed interface Previous {

    /** It says nothing: this service does not have the field. */
    record Unsaid() implements Previous {

        @Override
        public String toString() {
            return "not said";
        }
    }

    /** There is none that is known. */
    record None() implements Previous {

        @Override
        public String toString() {
            return "null";
        }
    }

    /** This one. */
    record Of(long revision) implements Previous {

        @Override
        public String toString() {
            return Long.toString(revision);
        }
    }

    /** Takes it from the data of an event. */
    static Previous in(JsonObject data) {
        if (!data.containsKey("previous")) {
            return new Unsaid();
        }
        Long revision = data.getLong("previous");
        return revision == null ? new None() : new Of(revision);
    }
}
