package dev.callwatch.vonage;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What Vonage, or whoever stands in its place, might answer with a 200. */
public final class Documents {

    private static final int MOST_MUTATIONS = 6;
    private static final int DEEPER_THAN_ANY = 5_000;

    private static final List<String> FIELDS = List.of(
            "id", "links", "from", "to", "status", "recordingStatus", "result", "dispositionCode", "invented", "");
    private static final List<String> PARTS =
            List.of("telephoneNumber", "presentedCLID", "agentId", "code", "party", "reason", "invented", "");
    private static final List<String> VALUES = List.of(
            "Active",
            "Started",
            "Failure",
            "Success",
            "Originator",
            "NoAnswer",
            "LineEaten",
            "02072068888",
            "+44 20 7206 8888",
            "Wrong Number",
            " ",
            "-",
            "İSTANBUL");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1.10",
            "1e400",
            "1E999999999",
            "-1e-999999999",
            "1e2147483648",
            "1e99999999999999999999",
            "9".repeat(999),
            "9".repeat(1_001),
            "0." + "0".repeat(900) + "1",
            "NaN",
            "01");
    private static final List<String> ESCAPES =
            List.of("\\ud83d", "\\udcde", "\\ud83d\\udcde", "\\u0000", "\\u2028", "\\\"", "\\\\", "\\n", "\\x");

    private Documents() {}

    /** Any bytes. */
    public static Arbitrary<byte[]> bytes() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
    }

    /** Objects that look like calls, with values of every kind in every place. */
    public static Arbitrary<String> calls() {
        Arbitrary<String> party = object(Arbitraries.of(PARTS), value(1));
        Arbitrary<String> field =
                Arbitraries.frequencyOf(Tuple.of(3, scalar()), Tuple.of(2, party), Tuple.of(1, value(3)));
        return object(Arbitraries.of(FIELDS), field);
    }

    /** The same, damaged here and there. */
    public static Arbitrary<byte[]> damaged() {
        return Combinators.combine(
                        calls(), Arbitraries.longs(), Arbitraries.integers().between(1, MOST_MUTATIONS))
                .as((document, seed, times) -> damage(document.getBytes(StandardCharsets.UTF_8), seed, times));
    }

    /** What is nested more deeply than anybody needs. */
    public static Arbitrary<String> nested() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, DEEPER_THAN_ANY),
                        Arbitraries.of("status", "from", "result", "links"),
                        Arbitraries.of("[", "{\"from\":"))
                .as((depth, field, open) -> {
                    String close = open.equals("[") ? "]" : "}";
                    return "{\"" + field + "\":" + open.repeat(depth) + "1" + close.repeat(depth) + "}";
                });
    }

    private static byte[] damage(byte[] document, long seed, int times) {
        Random random = new Random(seed);
        byte[] damaged = document;
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(damaged.length + 1);
            int cut = random.nextInt(3);
            byte[] put = new byte[random.nextInt(3)];
            random.nextBytes(put);
            damaged = replace(damaged, at, Math.min(cut, damaged.length - at), put);
        }
        return damaged;
    }

    private static byte[] replace(byte[] bytes, int at, int cut, byte[] put) {
        byte[] replaced = new byte[bytes.length - cut + put.length];
        System.arraycopy(bytes, 0, replaced, 0, at);
        System.arraycopy(put, 0, replaced, at, put.length);
        System.arraycopy(bytes, at + cut, replaced, at + put.length, bytes.length - at - cut);
        return replaced;
    }

    private static Arbitrary<String> object(Arbitrary<String> names, Arbitrary<String> values) {
        return Combinators.combine(names.map(Documents::quoted), values)
                .as((name, value) -> name + ":" + value)
                .list()
                .ofMaxSize(8)
                .map(members -> "{" + String.join(",", members) + "}");
    }

    private static Arbitrary<String> value(int depth) {
        if (depth == 0) {
            return scalar();
        }
        Arbitrary<String> inner = value(depth - 1);
        Arbitrary<String> array = inner.list().ofMaxSize(3).map(values -> "[" + String.join(",", values) + "]");
        return Arbitraries.oneOf(scalar(), array, object(Arbitraries.of(PARTS), inner));
    }

    private static Arbitrary<String> scalar() {
        return Arbitraries.oneOf(
                Arbitraries.of("null", "true", "false"),
                Arbitraries.of(NUMBERS),
                Arbitraries.of(VALUES).map(Documents::quoted),
                Arbitraries.strings().ofMaxLength(20).map(Documents::quoted),
                Arbitraries.of(ESCAPES).list().ofMaxSize(3).map(escapes -> '"' + String.join("", escapes) + '"'));
    }

    private static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
