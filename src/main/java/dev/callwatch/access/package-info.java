/**
 * Who may use this service: the identity that a bearer token proves, the keys of its issuer, the rules that say what a caller
 * may see, the limits of one caller, and the audit log.
 *
 * <p>Touches {@code account}, {@code outbound}, {@code problem}, {@code settings} and {@code time}.
 */
package dev.callwatch.access;
