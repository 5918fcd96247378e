/**
 * How often an account may be asked, and how requests wait until it may. Who shares a budget is behind a port ({@link
 * dev.callwatch.budget.Rates}).
 *
 * <p>Touches {@code account} and {@code time}.
 */
package dev.callwatch.budget;
