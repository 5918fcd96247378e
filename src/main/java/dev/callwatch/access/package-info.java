/**
 * Who may ask us: the identity that a bearer token proves, the rules that say what it may see, the limits of one caller, and
 * the audit log.
 *
 * <p>Touches {@code account}, {@code problem}, {@code settings} and {@code time}.
 */
package dev.callwatch.access;
