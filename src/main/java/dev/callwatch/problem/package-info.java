/**
 * Problem details (RFC 9457): the record that callers get ({@code Problem}), the catalogue of types ({@code ProblemType}), and the
 * failure that names one ({@code ProblemException}).
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.problem;
