/**
 * Problems as RFC 9457 has them: the record that goes over the wire and the catalogue of all that Callwatch answers.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.problem;
