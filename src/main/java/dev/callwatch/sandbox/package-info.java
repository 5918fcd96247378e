/**
 * A fake Vonage Contact Center over real HTTP on a loopback port, for trials and tests: the token endpoint, the call endpoint, and
 * accounts that use them. The GUID of a call chooses how it behaves ({@code Scenario}).
 *
 * <p>Touches nothing of ours: only settings connect it to the rest.
 */
package dev.callwatch.sandbox;
