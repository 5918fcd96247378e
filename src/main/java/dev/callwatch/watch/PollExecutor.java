package dev.callwatch.watch;

import java.util.concurrent.Executor;

/** Runs what outlives the request that began it. */
public interface PollExecutor extends Executor {}
