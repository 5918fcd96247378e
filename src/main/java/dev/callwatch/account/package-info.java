/**
 * The Vonage accounts and regions that this process serves, and their settings, checked at start.
 *
 * <p>Touches {@code settings}.
 */
package dev.callwatch.account;
