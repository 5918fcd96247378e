package dev.callwatch.phone;

import java.util.Optional;

/**
 * A valid telephone number.
 *
 * @param e164 the number in E.164 form, {@code +} and up to 15 digits
 * @param country its ISO 3166-1 alpha-2 country; empty for a number of no country, such as +800
 * @param lineType the kind of line, in lower case with hyphens: {@code fixed-line}, {@code mobile},
 *     {@code fixed-line-or-mobile}, {@code toll-free}, {@code premium-rate}, {@code shared-cost}, {@code voip},
 *     {@code personal-number}, {@code pager}, {@code uan}, {@code voicemail} or {@code unknown}
 */
public record PhoneNumber(String e164, Optional<String> country, String lineType) {}
