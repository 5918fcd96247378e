/**
 * Parses the values of settings ({@code SettingParser}), and collects their errors ({@code ConfigErrors}), so that one refusal to start
 * names all of them. The settings themselves are in the packages that use them.
 *
 * <p>Touches nothing of ours.
 */
package dev.callwatch.settings;
