/**
 * Every HTTP resource, the exception mappers and the operational edge (health, trace identifiers, the check at start).
 *
 * <p>Touches anything; nobody imports it.
 */
package dev.callwatch.api;
