package dev.callwatch.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.callwatch.call.CallGuid;
import dev.callwatch.call.CallStatus;
import dev.callwatch.phone.PhoneNumbers;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides telephone numbers but for the country's calling code and the last two digits, for those who may not see them. It
 * rather hides too much than too little: whatever looks like a number counts as one, wherever it stands.
 */
public final class Masking {

    private static final char HIDDEN = '*';
    private static final int SHOWN_AT_THE_END = 2;

    /** Of fewer digits the last two would tell too much. */
    private static final int FEWEST_TO_SHOW_ANY = 4;

    /** Vonage's fields that hold numbers and nothing else, in lower case. */
    private static final Set<String> NUMBERS = Set.of("telephonenumber", "presentedclid", "e164");

    private static final String NAME = "number";

    /**
     * First what only looks like a number: GUIDs, and dates with or without a time. Then seven digits or more, with what
     * people and switches put between them.
     */
    private static final Pattern NUMBER = Pattern.compile("(?<![0-9A-Za-z])(?:"
            + "(?i:" + CallGuid.REGEX + ")"
            + "|(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
            + "(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
            + ")(?![0-9A-Za-z-])"
            + "|(?<" + NAME + ">[+]?\\p{Nd}(?:[\\p{Z}\\p{Cf}\\p{Pd}\\t().,/\\\\_]{0,4}+\\p{Nd}){6,}+)");

    /** What a shortened summary breaks off in may be the beginning of a number. */
    private static final Pattern BROKEN_OFF = Pattern.compile("[\\p{Nd}\\p{Z}\\p{Pd}().,/+]++(?=…)");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            // Half characters, which JSON can escape but UTF-8 cannot express, have to stay escaped.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** The account's key where it stands alone or in a path: it says what the call belongs to, whatever it looks like. */
    private final Pattern account;

    private Masking(CallStatus status) {
        this.account = Pattern.compile("(?:(?<=/)|^)" + Pattern.quote(status.account()) + "(?=/|$)");
    }

    /** The same status without telephone numbers. A pure function. */
    public static CallStatus of(CallStatus status) {
        Masking masking = new Masking(status);
        return new CallStatus(
                status.id(),
                status.account(),
                status.state(),
                status.ended(),
                masking.summary(status.summary()),
                masking.party(status.from()),
                masking.party(status.to()),
                status.recording().map(masking::text),
                status.result().map(masking::result),
                status.disposition().map(masking::text),
                status.revision(),
                status.previous(),
                status.observed(),
                status.stale(),
                masking.document(status.vonage()));
    }

    private String summary(String summary) {
        return BROKEN_OFF.matcher(text(summary)).replaceAll(match -> Matcher.quoteReplacement(hidden(match.group())));
    }

    private CallStatus.Party party(CallStatus.Party party) {
        return new CallStatus.Party(
                party.telephoneNumber().map(Masking::number),
                party.presentedClid().map(Masking::number),
                party.agentId().map(this::text),
                party.e164().map(Masking::number),
                party.country(),
                party.lineType());
    }

    private CallStatus.Result result(CallStatus.Result result) {
        return new CallStatus.Result(
                result.code().map(this::text),
                result.party().map(this::text),
                result.reason().map(this::text),
                result.retry());
    }

    private String document(String document) {
        try {
            return JSON.writeValueAsString(masked(JSON.readTree(document), false));
        } catch (JsonProcessingException unreadable) {
            // What cannot be looked through cannot be shown.
            return "{}";
        }
    }

    /** @param isNumber whether everything in it is a number, whatever it looks like */
    private JsonNode masked(JsonNode node, boolean isNumber) {
        if (node.isObject()) {
            ObjectNode fields = JsonNodeFactory.instance.objectNode();
            node.forEachEntry((name, value) -> fields.set(text(name), masked(value, isNumber || holdsNumbers(name))));
            return fields;
        }
        if (node.isArray()) {
            ArrayNode elements = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> elements.add(masked(element, isNumber)));
            return elements;
        }
        if (node.isTextual() || node.isNumber()) {
            String before = node.asText();
            String after = isNumber ? number(before) : text(before);
            return after.equals(before) ? node : TextNode.valueOf(after);
        }
        return node;
    }

    private static boolean holdsNumbers(String field) {
        return NUMBERS.contains(field.toLowerCase(Locale.ROOT));
    }

    /** Text that may have numbers in it. */
    private String text(String text) {
        StringBuilder masked = new StringBuilder();
        Matcher keys = account.matcher(text);
        int from = 0;
        while (keys.find()) {
            masked.append(numbersIn(text.substring(from, keys.start()))).append(keys.group());
            from = keys.end();
        }
        return masked.append(numbersIn(text.substring(from))).toString();
    }

    private static String numbersIn(String text) {
        Matcher matcher = NUMBER.matcher(text);
        return matcher.replaceAll(
                match -> Matcher.quoteReplacement(matcher.group(NAME) == null ? match.group() : number(match.group())));
    }

    /** Text that is a number. Letters may stand for digits, or for who it is, where there are digits beside them. */
    private static String number(String text) {
        if (text.codePoints().noneMatch(Character::isDigit)) {
            return text;
        }
        long telling = text.codePoints().filter(Character::isLetterOrDigit).count();
        int shown = telling < FEWEST_TO_SHOW_ANY ? 0 : SHOWN_AT_THE_END;
        int code = callingCode(text).filter(digits -> digits + shown < telling).orElse(0);
        StringBuilder masked = new StringBuilder();
        int position = 0;
        for (int character : text.codePoints().toArray()) {
            if (!Character.isLetterOrDigit(character)) {
                masked.appendCodePoint(character);
                continue;
            }
            boolean hide = position >= code && position < telling - shown;
            masked.appendCodePoint(hide ? HIDDEN : character);
            position++;
        }
        return masked.toString();
    }

    /** How many digits the calling code of an international form has. */
    private static Optional<Integer> callingCode(String text) {
        return text.startsWith("+")
                ? PhoneNumbers.callingCode(text.substring(1)).map(String::length)
                : Optional.empty();
    }

    private static String hidden(String text) {
        return text.codePoints()
                .map(character -> Character.isDigit(character) ? HIDDEN : character)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
