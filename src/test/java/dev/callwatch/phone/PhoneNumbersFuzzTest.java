package dev.callwatch.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A text is a telephone number or none, whatever it holds and whatever the country. */
class PhoneNumbersFuzzTest {

    @Property
    void any_text(@ForAll("texts") String text, @ForAll("countries") Optional<String> country) {
        PhoneNumbers.parse(text, country).ifPresent(number -> {
            assertThat(number.e164()).matches("\\+[1-9][0-9]{1,14}[0-9]*");
            assertThat(number.lineType()).matches("[a-z-]+");
        });
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> dialled =
                Arbitraries.strings().withChars("+0123456789() ./-").ofMaxLength(45);
        Arbitrary<String> digits =
                Arbitraries.strings().numeric().ofMinLength(5).ofMaxLength(16);
        return Arbitraries.oneOf(
                digits,
                digits.map(text -> "+" + text),
                digits.map(text -> "00" + text),
                dialled,
                Arbitraries.strings());
    }

    @Provide
    Arbitrary<Optional<String>> countries() {
        return Arbitraries.of(Locale.getISOCountries()).optional();
    }
}
