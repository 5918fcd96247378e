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
 * Masks the telephone numbers of a status for callers without the permission to see them. Of a number, the calling code and the
 * last two digits stay. In doubt it masks: everything that looks like a number counts as one, in whatever field it stands.
 */
public final class Masking {

    private static final char HIDDEN = '*';
    private static final int SHOWN_AT_THE_END = 2;

    /** The last two of fewer digits would reveal too much. */
    private static final int LEAST_TO_SHOW_ANY = 4;

    /** The fields of Vonage's documents that hold only numbers, in lower case. */
    private static final Set<String> NUMBERS = Set.of("telephonenumber", "presentedclid", "e164");

    private static final String NAME = "number";

    /**
     * The first alternatives are no numbers but look like them: GUIDs, and dates with or without a time. The last is a number: seven
     * digits or more, with the separators that people and switches write between them.
     */
    private static final Pattern NUMBER = Pattern.compile("(?<![0-9A-Za-z])(?:"
            + "(?i:" + CallGuid.REGEX + ")"
            + "|(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
            + "(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
            + ")(?![0-9A-Za-z-])"
            + "|(?<" + NAME + ">[+]?\\p{Nd}(?:[\\p{Z}\\p{Cf}\\p{Pd}\\t().,/\\\\_]{0,4}+\\p{Nd}){6,}+)");

    /** Where a summary is cut off, the rest before the cut may be the beginning of a number. */
    private static final Pattern CUT_OFF = Pattern.compile("[\\p{Nd}\\p{Z}\\p{Pd}().,/+]++(?=…)");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            // Half of a surrogate pair has to stay escaped: JSON can escape it, UTF-8 cannot encode it.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** The key of the account, as a whole text or as a segment of a path. It is never masked, although it may look like a number. */
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
        return CUT_OFF.matcher(text(summary)).replaceAll(match -> Matcher.quoteReplacement(hidden(match.group())));
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
            // A document that cannot be parsed may hold numbers anywhere.
            return "{}";
        }
    }

    /** @param isNumber whether every text in it is a number, whatever it looks like */
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

    /** Masks the numbers in a text. */
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

    /** Masks a text that is a number. Beside digits, letters count as digits too: they may be dialled, or name a person. */
    private static String number(String text) {
        if (text.codePoints().noneMatch(Character::isDigit)) {
            return text;
        }
        long significant = text.codePoints().filter(Character::isLetterOrDigit).count();
        int shown = significant < LEAST_TO_SHOW_ANY ? 0 : SHOWN_AT_THE_END;
        int code =
                callingCode(text).filter(digits -> digits + shown < significant).orElse(0);
        StringBuilder masked = new StringBuilder();
        int position = 0;
        for (int character : text.codePoints().toArray()) {
            if (!Character.isLetterOrDigit(character)) {
                masked.appendCodePoint(character);
                continue;
            }
            boolean hide = position >= code && position < significant - shown;
            masked.appendCodePoint(hide ? HIDDEN : character);
            position++;
        }
        return masked.toString();
    }

    /** The number of digits in the calling code of a number in international form. */
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
