/**
 * A stand-in for Vonage Contact Center, served over real HTTP on a loopback port, for trying out and testing.
 *
 * <p>Touches nothing of ours: it is wired to the rest by settings alone.
 */
package dev.callwatch.sandbox;
