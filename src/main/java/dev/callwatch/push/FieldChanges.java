package dev.callwatch.push;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The fields that one change sets and removes. Where nothing is kept it stays empty, and no value is encoded. For one thread. */
final class FieldChanges {

    private final boolean isKept;
    private final Map<String, Optional<String>> fields = new LinkedHashMap<>();

    /** @param isKept whether anything is */
    FieldChanges(boolean isKept) {
        this.isKept = isKept;
    }

    /** @param value encodes it, at once */
    void set(String name, Supplier<String> value) {
        if (isKept) {
            fields.put(name, Optional.of(value.get()));
        }
    }

    void remove(String name) {
        if (isKept) {
            fields.put(name, Optional.empty());
        }
    }

    /** The values by the names; an empty one removes the field. */
    Map<String, Optional<String>> fields() {
        return fields;
    }
}
