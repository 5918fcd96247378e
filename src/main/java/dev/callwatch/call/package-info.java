/**
 * The domain: what the status of a call is, how it follows from what Vonage says, how revisions are numbered, how long a
 * status is fresh, and how one reading serves all who ask at once. Its ports: {@link dev.callwatch.call.CallReader} and {@link
 * dev.callwatch.call.CallDocumentParser} (implemented by {@code vonage}), {@link dev.callwatch.call.Coordination} (implemented
 * by {@code store}).
 *
 * <p>Touches {@code account}, {@code phone}, {@code problem}, {@code settings} and {@code time}.
 */
package dev.callwatch.call;
