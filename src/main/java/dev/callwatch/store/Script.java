package dev.callwatch.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** What is done in Redis, each as one Lua script that runs whole or not at all; the scripts say what they take. */
enum Script {
    CLAIM(true, Script.TOLD),
    TELL(false, Script.TOLD),
    KEEP(true, Script.TOLD),
    RENEW,
    RELEASE,
    HISTORY(false, Script.ALONE),
    ATTEND,
    LEAVE,
    ALLOWANCE;

    /** A function that several scripts begin with, since none can call another. */
    private static final String TOLD = "told.lua";

    private static final String ALONE = "";

    private final boolean writes;
    private final String text;
    private final String sha1;

    Script() {
        this(true, ALONE);
    }

    Script(boolean writes, String before) {
        this.writes = writes;
        this.text = (before.isEmpty() ? "" : read(before)) + read(name().toLowerCase(Locale.ROOT) + ".lua");
        this.sha1 = sha1(text);
    }

    /** Whether it may write: what only reads works on a full Redis too, or on a replica of it. */
    boolean writes() {
        return writes;
    }

    String text() {
        return text;
    }

    /** What Redis knows a script by once it has seen it. */
    String sha1() {
        return sha1;
    }

    private static String read(String file) {
        try (InputStream script = Script.class.getResourceAsStream(file)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String sha1(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
