/**
 * The errors found in the settings, collected while the packages read theirs.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.settings;
