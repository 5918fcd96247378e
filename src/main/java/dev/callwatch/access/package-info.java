/**
 * Who may ask us.
 *
 * <p>Touches {@code account} and {@code problem}.
 */
package dev.callwatch.access;
