/**
 * The Vonage accounts and regions that this process holds, and their settings, checked at start.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.account;
