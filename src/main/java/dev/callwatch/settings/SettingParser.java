package dev.callwatch.settings;

import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the values of settings. Where a text is no such value, it adds an error and goes on, so that all errors are found. */
public final class SettingParser {

    private static final Pattern MEMORY = Pattern.compile("([0-9]{1,9})\\s*([KMG]?)(?:I?B)?");
    private static final Map<String, Integer> SHIFTS = Map.of("", 0, "K", 10, "M", 20, "G", 30);

    private final ConfigErrors errors;

    /** @param errors to which it adds what is wrong */
    public SettingParser(ConfigErrors errors) {
        this.errors = errors;
    }

    /**
     * Reads a duration in the notations of Quarkus ({@code 5s}, {@code 500ms}, {@code PT1M}).
     *
     * @return the duration; or {@code least}, after adding an error, if the text is no duration or out of bounds
     */
    public Duration duration(String key, String text, Duration least, Duration most) {
        try {
            Duration duration = DurationConverter.parseDuration(text.trim());
            if (duration != null && duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException notADuration) {
            // The error below names the bounds.
        }
        errors.add(
                key, "must be a duration from " + text(least) + " to " + text(most) + ", such as 5s, but is " + text);
        return least;
    }

    /**
     * Reads a whole number.
     *
     * @return the number; or {@code least}, after adding an error, if the text is no number or out of bounds
     */
    public int wholeNumber(String key, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // The error below names the bounds.
        }
        errors.add(key, "must be a whole number from " + least + " to " + most + ", but is " + text);
        return least;
    }

    /**
     * Reads a size of memory: a whole number of bytes, or of K, M or G (KiB, MiB, GiB), which are powers of 1024.
     *
     * @return bytes; or {@code least}, after adding an error, if the text is no size or out of bounds
     */
    public long memory(String key, String text, long least, long most) {
        Matcher size = MEMORY.matcher(text.trim().toUpperCase(Locale.ROOT));
        if (size.matches()) {
            long bytes = Long.parseLong(size.group(1)) << SHIFTS.get(size.group(2));
            if (bytes >= least && bytes <= most) {
                return bytes;
            }
        }
        errors.add(
                key, "must be a size of memory from " + least + " to " + most + " bytes, such as 64M, but is " + text);
        return least;
    }

    /**
     * Reads {@code true} or {@code false}.
     *
     * @return whether the text is {@code true}; false, after adding an error, if it is neither
     */
    public boolean flag(String key, String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> {
                errors.add(key, "must be true or false, but is " + text);
                yield false;
            }
        };
    }

    /**
     * Reads a text that must not be missing.
     *
     * @return the text without surrounding space; or nothing, after adding an error, if it is missing or blank
     */
    public Optional<String> required(String key, Optional<String> text) {
        Optional<String> given = text.map(String::trim).filter(value -> !value.isEmpty());
        if (given.isEmpty()) {
            errors.add(key, "is missing");
        }
        return given;
    }

    /**
     * Reads the URL of a server: https, or http on a loopback address, without user, query and fragment.
     *
     * @param httpElsewhere whether it may be http on any address
     * @param whenHttp says in the message when http is allowed
     * @return the URL; or nothing, after adding an error, if the text is no such URL
     */
    public Optional<URI> url(String key, String text, boolean httpElsewhere, String whenHttp) {
        try {
            URI url = new URI(text.trim());
            boolean web = url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null;
            boolean http =
                    web && "http".equalsIgnoreCase(url.getScheme()) && (httpElsewhere || LoopbackAddress.isHostOf(url));
            if (http || web && "https".equalsIgnoreCase(url.getScheme())) {
                return Optional.of(url);
            }
        } catch (URISyntaxException malformed) {
            // The error is added below.
        }
        // The message does not repeat the text, which may hold a password before an @.
        errors.add(key, "must be an https URL without user, query and fragment (http only " + whenHttp + ")");
        return Optional.empty();
    }

    /**
     * Reads the path of a file.
     *
     * @return the path of a regular file that can be read; or nothing, after adding an error, if there is no such file
     */
    public Optional<Path> file(String key, String text) {
        try {
            Path path = Path.of(text.trim());
            if (Files.isRegularFile(path) && Files.isReadable(path)) {
                return Optional.of(path);
            }
        } catch (InvalidPathException malformed) {
            // The error is added below.
        }
        errors.add(key, "names a file that cannot be read: " + text);
        return Optional.empty();
    }

    /**
     * Reads the X.509 certificates of a PEM file.
     *
     * @return at least one; or none, after adding an error, if the file cannot be read or holds none
     */
    public List<X509Certificate> certificates(String key, String file) {
        try (InputStream pem = Files.newInputStream(Path.of(file.trim()))) {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                errors.add(key, "names a file without a certificate in PEM form: " + file);
            }
            return certificates;
        } catch (IOException | InvalidPathException unreadable) {
            errors.add(key, "names a file that cannot be read: " + file);
        } catch (CertificateException malformed) {
            errors.add(key, "names a file that is no certificate in PEM form: " + file);
        }
        return List.of();
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
