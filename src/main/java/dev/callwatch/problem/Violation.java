package dev.callwatch.problem;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * A malformed part of a request.
 *
 * @param field the name of the parameter or of the JSON field
 * @param message what is wrong with it; never contains what was sent
 */
@RegisterForReflection
public record Violation(String field, String message) {}
