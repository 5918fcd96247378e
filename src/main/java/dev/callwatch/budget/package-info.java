/**
 * How often an account may be asked, and how requests wait until it may. Replicas share a budget by leases, whose store is
 * behind a port ({@link dev.callwatch.budget.LeaseStore}); a {@link dev.callwatch.budget.RateLimiter} decides about each permit
 * in this process.
 *
 * <p>Touches {@code account} and {@code time}.
 */
package dev.callwatch.budget;
