package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The library with which the page signs people in is the published one, and has its licence beside it. */
class ConsoleLibraryTest {

    private static final Path LIBRARY = Path.of("src/main/resources/META-INF/resources/console/oidc-client-ts");

    /** Of {@code dist/browser/oidc-client-ts.min.js} in the npm package oidc-client-ts 3.5.0. */
    private static final String PUBLISHED = "f999daa383f09eb090d0ae32211e9ca931c76840e08e47fcf334fc8f5f74f1ef";

    @Test
    void it_is_the_published_file() throws Exception {
        byte[] file = Files.readAllBytes(LIBRARY.resolve("oidc-client-ts.min.js"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(file);
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(PUBLISHED);
    }

    @Test
    void its_licence_is_beside_it() throws Exception {
        assertThat(Files.readString(LIBRARY.resolve("LICENSE.txt"))).contains("Apache License");
    }
}
