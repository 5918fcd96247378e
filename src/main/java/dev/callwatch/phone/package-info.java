/**
 * Reads the telephone numbers that Vonage sends as text: E.164 form, country and line type.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.phone;
