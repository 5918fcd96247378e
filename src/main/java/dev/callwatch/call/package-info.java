/**
 * The domain: what a call's status is, how it is read out of Vonage's document, how successive sightings are told
 * apart, and how a status is remembered and shared between all who ask at once.
 *
 * <p>Touches {@code account}, {@code vonage}, {@code phone} and {@code problem}.
 */
package dev.callwatch.call;
