package dev.callwatch.api;

import dev.callwatch.watch.CallEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * What is kept of the history of a call.
 *
 * @param revisions the oldest first, at most 32
 */
@RegisterForReflection(targets = {RevisionList.class, CallEvent.class})
public record RevisionList(List<CallEvent> revisions) {}
