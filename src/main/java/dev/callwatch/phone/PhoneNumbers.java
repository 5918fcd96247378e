package dev.callwatch.phone;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;

/** Reads telephone numbers, with Google's libphonenumber. */
public final class PhoneNumbers {

    /** Digits and the separators that people and switches write. A text with letters is no number here, although the library would read it. */
    private static final Pattern FORM = Pattern.compile("[+]?[0-9() ./-]{2,40}");

    private static final String NO_REGION = "ZZ";
    private static final int LETTERS_OF_A_COUNTRY = 2;

    private static final int LONGEST_CALLING_CODE = 3;

    /** The last numbers that were read: those of an account's own lines are in each call, and reading one costs as much as all else. */
    private static final ConcurrentMap<Written, Optional<PhoneNumber>> RECENT = new ConcurrentHashMap<>();

    /** Texts have at most 40 characters, so that these take about 2 MB. */
    private static final int MOST_RECENT = 4_096;

    private PhoneNumbers() {}

    /** A text, and the country in which it is read. */
    private record Written(String text, Optional<String> country) {}

    /**
     * Reads a number.
     *
     * @param text national or international form
     * @param country the ISO 3166-1 alpha-2 country in which a national form is read; without it only international forms are valid
     * @return the number, or nothing if the text is no valid number
     */
    public static Optional<PhoneNumber> parse(String text, Optional<String> country) {
        Written written = new Written(text.strip(), country);
        Optional<PhoneNumber> recent = RECENT.get(written);
        if (recent != null) {
            return recent;
        }
        if (!FORM.matcher(written.text()).matches()) {
            return Optional.empty();
        }
        Optional<PhoneNumber> number = read(written);
        if (RECENT.size() >= MOST_RECENT) {
            RECENT.clear();
        }
        RECENT.put(written, number);
        return number;
    }

    private static Optional<PhoneNumber> read(Written written) {
        PhoneNumberUtil library = PhoneNumberUtil.getInstance();
        try {
            Phonenumber.PhoneNumber number =
                    library.parse(written.text(), written.country().orElse(NO_REGION));
            return library.isValidNumber(number) ? Optional.of(read(library, number)) : Optional.empty();
        } catch (NumberParseException noNumber) {
            return Optional.empty();
        }
    }

    /**
     * Finds the calling code at the beginning of a number (ITU-T E.164: no code is the beginning of another).
     *
     * @param digits a number in international form, without its {@code +}
     * @return 1 to 3 digits, or nothing if no country has such a code
     */
    public static Optional<String> callingCode(String digits) {
        Set<Integer> known = PhoneNumberUtil.getInstance().getSupportedCallingCodes();
        int code = 0;
        for (int length = 1; length <= Math.min(LONGEST_CALLING_CODE, digits.length()); length++) {
            int digit = Character.digit(digits.charAt(length - 1), 10);
            if (digit < 0 || code + digit == 0) {
                break;
            }
            code = 10 * code + digit;
            if (known.contains(code)) {
                return Optional.of(digits.substring(0, length));
            }
        }
        return Optional.empty();
    }

    private static PhoneNumber read(PhoneNumberUtil library, Phonenumber.PhoneNumber number) {
        Optional<String> country = Optional.ofNullable(library.getRegionCodeForNumber(number))
                .filter(region -> region.length() == LETTERS_OF_A_COUNTRY);
        String type =
                library.getNumberType(number).name().toLowerCase(Locale.ROOT).replace('_', '-');
        return new PhoneNumber(library.format(number, PhoneNumberFormat.E164), country, type);
    }
}
