package dev.callwatch.api;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Which pages of others may call this service from a browser (Fetch Standard, CORS protocol). */
@ConfigMapping(prefix = "callwatch.cors")
public interface CorsSettings {

    /** Origins such as {@code https://wallboard.example.com}; by default none. */
    Optional<List<String>> origins();
}
