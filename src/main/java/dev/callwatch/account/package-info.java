/**
 * The Vonage accounts and regions that this process holds ({@code Accounts}, {@code Account}, {@code Region}), and their settings, which
 * are checked at start.
 *
 * <p>Touches {@code settings}.
 */
package dev.callwatch.account;
