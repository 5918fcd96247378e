package dev.callwatch.outbound;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The {@code Retry-After} header in both its forms: seconds or an HTTP date (RFC 9110, section 10.2.3). */
public final class RetryAfter {

    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    /**
     * Reads the header.
     *
     * @param longest the longest pause that is accepted: a date in the year 9999 would otherwise be a pause for ever
     * @return how long to wait, {@code longest} at most, zero for a date in the past, or nothing where the value has
     *     neither form
     */
    public static Optional<Duration> parse(String header, Instant now, Duration longest) {
        return wait(header.trim(), now, longest).map(wait -> wait.compareTo(longest) < 0 ? wait : longest);
    }

    private static Optional<Duration> wait(String value, Instant now, Duration longest) {
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return value.length() > MOST_DIGITS
                    ? Optional.of(longest)
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
