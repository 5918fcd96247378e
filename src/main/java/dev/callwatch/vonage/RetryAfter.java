package dev.callwatch.vonage;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The {@code Retry-After} header in both its forms: seconds or an HTTP date (RFC 9110, section 10.2.3). */
final class RetryAfter {

    /**
     * The longest pause that is accepted, and so the longest {@code Retry-After} of ours. Vonage documents that its limit
     * resets "after a short period"; a date in the year 9999 would otherwise pause an account for ever.
     */
    static final Duration LONGEST = Duration.ofMinutes(5);

    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    /**
     * Reads the header.
     *
     * @return how long to wait, five minutes at most, zero for a date in the past, or nothing where the value has neither
     *     form
     */
    static Optional<Duration> parse(String header, Instant now) {
        return wait(header.trim(), now).map(wait -> wait.compareTo(LONGEST) < 0 ? wait : LONGEST);
    }

    private static Optional<Duration> wait(String value, Instant now) {
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return value.length() > MOST_DIGITS
                    ? Optional.of(LONGEST)
                    : Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(date.isAfter(now) ? Duration.between(now, date) : Duration.ZERO);
        } catch (DateTimeException neither) {
            return Optional.empty();
        }
    }
}
