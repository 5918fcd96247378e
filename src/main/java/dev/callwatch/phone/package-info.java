/**
 * Telephone numbers: E.164 form, country and line type of what Vonage sends as text.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.phone;
