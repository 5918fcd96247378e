package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.callwatch.account.AccountKey;
import dev.callwatch.call.CallDetail;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallKey;
import dev.callwatch.call.CallStatus;
import dev.callwatch.vonage.Documents;
import dev.callwatch.vonage.ScriptedReader;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Plants numbers in every place of a document and in every form, and reads digits out of what is shown as somebody would who
 * knows all these forms. Beside the planted number there is no digit in the document.
 */
class MaskingFuzzTest {

    private static final String GUID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    private static final String ACCOUNT = "account";
    private static final Instant AT = Instant.parse("2026-11-24T09:00:00Z");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule())
            .build();

    /** A calling code and the last two digits. */
    private static final int MOST_OF_A_NUMBER = 5;

    private static final String HAN = "零一二三四五六七八九";
    private static final String WORDS = "壹贰叁肆伍陆柒捌玖";

    /** Digits by other characters and escapes. */
    private static final Map<String, Function<Integer, String>> DIGITS = Map.ofEntries(
            Map.entry("ascii", String::valueOf),
            Map.entry("full-width", digit -> shifted('０', digit)),
            Map.entry("arabic", digit -> shifted('٠', digit)),
            Map.entry("devanagari", digit -> shifted('०', digit)),
            Map.entry("bold", digit -> shifted(0x1D7CE, digit)),
            Map.entry("segmented", digit -> shifted(0x1FBF0, digit)),
            Map.entry("subscript", digit -> shifted('₀', digit)),
            Map.entry("superscript", digit -> String.valueOf("⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(digit))),
            Map.entry("circled", digit -> digit == 0 ? "⓪" : shifted('①', digit - 1)),
            Map.entry("black", digit -> digit == 0 ? "⓿" : shifted('❶', digit - 1)),
            Map.entry("bracketed", digit -> digit == 0 ? "0" : shifted('⑴', digit - 1)),
            Map.entry("with comma", digit -> shifted(0x1F101, digit)),
            Map.entry("keycap", digit -> digit + "\uFE0F\u20E3"),
            Map.entry("han", digit -> String.valueOf(HAN.charAt(digit))),
            Map.entry("han of banks", digit -> digit == 0 ? "零" : String.valueOf(WORDS.charAt(digit - 1))),
            Map.entry("percent", digit -> "%3" + digit),
            Map.entry("percent twice", digit -> "%253" + digit),
            Map.entry("percent full-width", digit -> "%EF%BC%9" + digit),
            Map.entry("entity", digit -> "&#" + ('0' + digit) + ";"),
            Map.entry("hexadecimal entity", digit -> "&#x3" + digit + ";"),
            Map.entry("escape", digit -> "\\u003" + digit),
            Map.entry("quoted-printable", digit -> "=3" + digit));

    private static final List<String> BETWEEN = List.of(
            "", " ", "     ", "\n", "\r\n", "\t", ": ", "; ", "|", "~", "'", "\"", " + ", "=", "#", "*", "x", " x ",
            "·", "•", "\u2212", "\u2013", "－", "，", "、", "\uFE0F", "\u0301", "\u200B", "\u2060", "\u00AD", "&nbsp;",
            "%20", "<b>", "</b><i>", ") (", "/", "\\", "_", "\u3000", "\u00A0", "ext", "😀");

    /** Where a number is planted; the digits that may be shown there. */
    private enum Field {
        TELEPHONE_NUMBER(
                MOST_OF_A_NUMBER, (document, text) -> party(document, "from").put("telephoneNumber", text)),
        CLID(MOST_OF_A_NUMBER, (document, text) -> party(document, "from").put("presentedCLID", text)),
        CALLED(MOST_OF_A_NUMBER, (document, text) -> party(document, "to").put("telephoneNumber", text)),
        AGENT(0, (document, text) -> party(document, "from").put("agentId", text)),
        OTHER_OF_PARTY(0, (document, text) -> party(document, "to").put("name", text)),
        KEY_OF_PARTY(0, (document, text) -> party(document, "to").put(text, true)),
        BELOW_NUMBER(
                0,
                (document, text) ->
                        party(document, "from").putObject("telephoneNumber").put(text, text)),
        SPLIT_NUMBER(0, (document, text) -> split(party(document, "from").putArray("telephoneNumber"), text)),
        DISPOSITION(0, (document, text) -> document.put("dispositionCode", text)),
        STATUS(0, (document, text) -> document.put("status", text)),
        STATUS_OBJECT(0, (document, text) -> document.putObject("status").put("of", text)),
        STATUS_KEY(0, (document, text) -> document.putObject("status").put(text, "x")),
        STATUS_ARRAY(0, (document, text) -> split(document.putArray("status"), text)),
        RECORDING(0, (document, text) -> document.put("recordingStatus", text)),
        CODE(0, (document, text) -> document.putObject("result").put("code", text)),
        REASON(
                0,
                (document, text) ->
                        document.putObject("result").put("code", "Failure").put("reason", text)),
        PARTY(
                0,
                (document, text) ->
                        document.putObject("result").put("code", "Failure").put("party", text)),
        ID(0, (document, text) -> document.put("id", text)),
        LINK(0, (document, text) -> link(document).put("href", text)),
        LINK_PATH(
                0,
                (document, text) -> link(document).put("href", "https://emea.cc.vonage.com/v0/account/Calls/" + text)),
        LINK_HOST(0, (document, text) -> link(document).put("href", "https://" + text + "/v0/account/Calls/" + GUID)),
        REL(0, (document, text) -> link(document).put("rel", text)),
        KEY(0, (document, text) -> document.put(text, "x")),
        UNKNOWN(0, (document, text) -> document.put("note", text)),
        DEEP(
                0,
                (document, text) ->
                        document.putArray("notes").addArray().addObject().put("deep", text)),
        SPLIT(0, (document, text) -> split(document.putArray("parts"), text)),
        SPLIT_KEYS(
                0,
                (document, text) -> text.codePoints()
                        .forEach(one -> document.putObject("k" + Character.toString(one))
                                .put(Character.toString(one), true)));

        private final int shown;
        private final BiConsumer<ObjectNode, String> plant;

        Field(int shown, BiConsumer<ObjectNode, String> plant) {
            this.shown = shown;
            this.plant = plant;
        }
    }

    @Property(tries = 5_000)
    void no_planted_number_can_be_read(
            @ForAll("places") Field place, @ForAll("numbers") String number, @ForAll("prefixes") String prefix)
            throws JsonProcessingException {
        // One documented field makes it a call.
        ObjectNode document = JSON.createObjectNode().putNull("recordingStatus");
        place.plant.accept(document, prefix + number);
        String masked = masked(document.toString());
        assertThat(digitsOf(masked).length())
                .as("%s: %s", document, masked)
                // The call's status repeats a number, as e164 and in Vonage's document.
                .isLessThanOrEqualTo(place.shown * 3);
        if (place.shown > 0) {
            for (String field : texts(JSON.readTree(masked))) {
                assertThat(digitsOf(field).length())
                        .as("%s: %s", document, field)
                        .isLessThanOrEqualTo(place.shown);
            }
        }
    }

    @Property
    void no_json_number_can_be_read(@ForAll("placesOfNumbers") String name, @ForAll long number)
            throws JsonProcessingException {
        ObjectNode document = JSON.createObjectNode().putNull("recordingStatus");
        document.put(name, number)
                .putArray("more")
                .add(number)
                .add(number / 7.0)
                .addObject()
                .put("n", number);
        // A short disposition code stays, in the status and in Vonage's document.
        assertThat(digitsOf(masked(document.toString())).length()).isLessThanOrEqualTo(2 * 3);
    }

    @Property
    void any_document_is_masked_into_json_that_can_be_sent(@ForAll("documents") String document)
            throws JsonProcessingException {
        String masked = new MaskedDocument(ACCOUNT, GUID).of(document);
        assertThat(JSON.readTree(masked).isObject()).isTrue();
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(masked)).isTrue();
    }

    @Provide
    Arbitrary<Field> places() {
        return Arbitraries.of(Field.class);
    }

    @Provide
    Arbitrary<String> placesOfNumbers() {
        return Arbitraries.of("id", "links", "status", "recordingStatus", "result", "from", "dispositionCode", "other");
    }

    @Provide
    Arbitrary<String> prefixes() {
        return Arbitraries.of("", "", "+", "tel:", "call ", "(", "请拨打");
    }

    /** Seven to fifteen digits in one form or in several, with something between some of them. */
    @Provide
    Arbitrary<String> numbers() {
        Arbitrary<String> one = Arbitraries.of(DIGITS.keySet()).flatMap(form -> digits(Arbitraries.just(form)));
        return Arbitraries.oneOf(one, digits(Arbitraries.of(DIGITS.keySet())));
    }

    private static Arbitrary<String> digits(Arbitrary<String> forms) {
        Arbitrary<String> digit = Combinators.combine(
                        forms,
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.of(BETWEEN),
                        Arbitraries.of(false, false, true))
                .as((form, value, between, group) -> DIGITS.get(form).apply(value) + (group ? between : ""));
        return digit.list().ofMinSize(7).ofMaxSize(15).map(all -> String.join("", all));
    }

    @Provide
    Arbitrary<String> documents() {
        return Documents.calls();
    }

    private static String masked(String document) throws JsonProcessingException {
        ObjectNode shown = JSON.valueToTree(Masking.of(status(ScriptedReader.detail(document))));
        shown.remove(List.of("observed", "revision"));
        return shown.toString().replace("\"e164\"", "\"e\"").replace("/v0/" + ACCOUNT, "/");
    }

    private static CallStatus status(CallDetail detail) {
        return CallStatus.of(
                new CallKey(new AccountKey(ACCOUNT), new CallGuid(GUID)),
                Optional.of("GB"),
                detail,
                1,
                OptionalLong.empty(),
                CallStatus.Observed.of(AT, AT, Optional.empty(), Optional.empty()));
    }

    /** All digits that a text holds in a form of the above, in ASCII. */
    private static String digitsOf(String text) {
        String plain = text;
        for (int twice = 0; twice < 2; twice++) {
            plain = PERCENT.matcher(plain)
                    .replaceAll(escape ->
                            Matcher.quoteReplacement(new String(bytes(escape.group()), StandardCharsets.UTF_8)));
        }
        plain = decoded(plain, "&#([0-9]{2,7});", 10);
        plain = decoded(plain, "&#x([0-9a-fA-F]{1,6});", 16);
        plain = decoded(plain, "\\\\+u([0-9a-fA-F]{4})", 16);
        plain = decoded(plain, "=([0-9A-F]{2})", 16);
        return Normalizer.normalize(plain, Normalizer.Form.NFKD)
                .codePoints()
                .map(one -> HAN.indexOf(one) >= 0 ? '0' + HAN.indexOf(one) : one)
                .map(one -> WORDS.indexOf(one) >= 0 ? '1' + WORDS.indexOf(one) : one)
                .filter(one -> Character.getType(one) == Character.DECIMAL_DIGIT_NUMBER
                        || Character.getType(one) == Character.OTHER_NUMBER
                        || Character.getType(one) == Character.LETTER_NUMBER)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private static final Pattern PERCENT = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");

    private static byte[] bytes(String escapes) {
        byte[] bytes = new byte[escapes.length() / 3];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(escapes.substring(3 * i + 1, 3 * i + 3), 16);
        }
        return bytes;
    }

    private static String decoded(String text, String escape, int radix) {
        UnaryOperator<String> decode = code -> {
            int character = Integer.parseInt(code, radix);
            return Character.isValidCodePoint(character) ? Character.toString(character) : "";
        };
        return Pattern.compile(escape)
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(decode.apply(found.group(1))));
    }

    private static String shifted(int first, int by) {
        return Character.toString(first + by);
    }

    /** Names and values, each by itself. */
    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        node.fieldNames().forEachRemaining(texts::add);
        node.forEach(child -> texts.addAll(texts(child)));
        if (node.isValueNode()) {
            texts.add(node.asText());
        }
        return texts;
    }

    private static ObjectNode party(ObjectNode document, String side) {
        return document.withObject("/" + side);
    }

    private static ObjectNode link(ObjectNode document) {
        return document.putArray("links").addObject();
    }

    private static void split(ArrayNode parts, String text) {
        text.codePoints().forEach(one -> parts.add(Character.toString(one)));
    }
}
