/**
 * How often an account may be asked, and how we wait until it may.
 *
 * <p>Touches {@code account}.
 */
package dev.callwatch.budget;
