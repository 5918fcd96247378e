package dev.callwatch.problem;

import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * One part of a request that is malformed.
 *
 * @param field the parameter or JSON pointer
 * @param message what is wrong with it; never repeats what was sent
 */
@RegisterForReflection
public record Violation(String field, String message) {}
