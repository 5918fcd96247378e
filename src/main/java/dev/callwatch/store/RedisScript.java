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
enum RedisScript {
    ACQUIRE_LEASE(true, RedisScript.CHANGES_SINCE),
    GET_IF_CHANGED(false, RedisScript.CHANGES_SINCE),
    COMPARE_AND_SET(true, RedisScript.CHANGES_SINCE),
    RENEW_LEASE,
    RELEASE_LEASE,
    HISTORY(false, RedisScript.NOTHING),
    APPEND_REVISION,
    IS_LISTED(false, RedisScript.NOTHING),
    READ_LOG(false, RedisScript.NOTHING),
    NEWEST_CALLS(false, RedisScript.NOTHING),
    HEARTBEAT,
    LEAVE,
    PUSH_HEARTBEAT,
    PUSH_CREATE,
    PUSH_ACQUIRE,
    PUSH_SAVE,
    PUSH_LOAD(false, RedisScript.NOTHING),
    PUSH_OWNED(false, RedisScript.NOTHING),
    PUSH_MEMBERS(false, RedisScript.NOTHING),
    PUSH_IS_OF(false, RedisScript.NOTHING),
    PUSH_HIDE,
    PUSH_FORGET,
    PUSH_LEAVE,
    GET_BUDGET(false, RedisScript.NOTHING),
    REPLACE_BUDGET;

    /** A function that several scripts begin with, since none can call another. */
    private static final String CHANGES_SINCE = "changes_since.lua";

    private static final String NOTHING = "";

    private final boolean writes;
    private final String text;
    private final String sha1;

    RedisScript() {
        this(true, NOTHING);
    }

    RedisScript(boolean writes, String before) {
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

    /** The name that Redis gives to a script that it has run once. */
    String sha1() {
        return sha1;
    }

    private static String read(String file) {
        try (InputStream script = RedisScript.class.getResourceAsStream(file)) {
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
