package dev.callwatch.account;

import java.net.URI;

/**
 * A region of Vonage Contact Center.
 *
 * @param name {@code emea}, {@code nam}, {@code apac} or a name out of the settings
 * @param url its base, absolute, without a trailing slash; https, or http on a loopback address
 */
public record Region(String name, URI url) {}
