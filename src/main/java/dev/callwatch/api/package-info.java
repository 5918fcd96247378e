/**
 * What callers and operators reach over HTTP. The resources ({@code AccountResource}, {@code CallResource}, {@code CallListResource},
 * {@code EventResource}) and the table of their paths ({@code Route}); what a request passes first (trace identifier, body, method,
 * authentication) and how a failure becomes a problem; caching headers and masking; health, metrics' paths, and the check of the
 * settings at start.
 *
 * <p>May touch every package; no package touches it.
 */
package dev.callwatch.api;
