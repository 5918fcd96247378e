/**
 * How often an account may be asked, and how we wait until it may. Who shares that is behind a port ({@link
 * dev.callwatch.budget.Rates}).
 *
 * <p>Touches {@code account}.
 */
package dev.callwatch.budget;
