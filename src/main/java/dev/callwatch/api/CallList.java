package dev.callwatch.api;

import dev.callwatch.call.CallStatus;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * A page of the calls of an account.
 *
 * @param calls the last changed first
 */
@RegisterForReflection
public record CallList(List<CallStatus> calls) {}
