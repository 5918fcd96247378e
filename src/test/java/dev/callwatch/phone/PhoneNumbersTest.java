package dev.callwatch.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {

    @ParameterizedTest
    @CsvSource({
        "02072068888, GB, +442072068888, GB, fixed-line",
        "020 7206 8888, GB, +442072068888, GB, fixed-line",
        "+442072068888, US, +442072068888, GB, fixed-line",
        "00442072068888, GB, +442072068888, GB, fixed-line",
        "07400123456, GB, +447400123456, GB, mobile",
        "08008888888, GB, +448008888888, GB, toll-free",
        "(212) 555-0123, US, +12125550123, US, fixed-line-or-mobile",
        "+61 2 9374 4000, GB, +61293744000, AU, fixed-line",
        "442072068888, GB, +442072068888, GB, fixed-line",
        "011442072068888, US, +442072068888, GB, fixed-line",
        "+44 (0)20 7206 8888, US, +442072068888, GB, fixed-line",
        "+442072068888, XX, +442072068888, GB, fixed-line",
        "09012345678, GB, +449012345678, GB, premium-rate",
        "05600123456, GB, +445600123456, GB, voip",
        "07012345678, GB, +447012345678, GB, personal-number",
        "07640123456, GB, +447640123456, GB, pager",
        "03300123456, GB, +443300123456, GB, uan"
    })
    void a_valid_number_is_read(String text, String country, String e164, String of, String lineType) {
        assertThat(PhoneNumbers.parse(text, Optional.of(country)))
                .contains(new PhoneNumber(e164, Optional.of(of), lineType));
    }

    @ParameterizedTest
    @CsvSource({"+80012345678, toll-free", "+882161234567, voip", "+979123456789, premium-rate"})
    void a_number_of_no_country_has_no_country(String text, String lineType) {
        assertThat(PhoneNumbers.parse(text, Optional.empty()))
                .contains(new PhoneNumber(text, Optional.empty(), lineType));
    }

    @ParameterizedTest
    @ValueSource(strings = {"02072068888", "442072068888", "00442072068888"})
    void only_a_number_with_a_plus_needs_no_country(String text) {
        assertThat(PhoneNumbers.parse(text, Optional.empty())).isEmpty();
    }

    @Test
    void a_number_is_the_same_in_one_country_and_another_one_in_another_however_many_were_read_between() {
        Optional<PhoneNumber> british = PhoneNumbers.parse("02072068888", Optional.of("GB"));
        Optional<PhoneNumber> american = PhoneNumbers.parse("02072068888", Optional.of("US"));
        for (int i = 0; i < 5_000; i++) {
            PhoneNumbers.parse("+4420720%05d".formatted(i), Optional.empty());
        }

        assertThat(british).isPresent();
        assertThat(american).isEmpty();
        assertThat(PhoneNumbers.parse("02072068888", Optional.of("GB"))).isEqualTo(british);
        assertThat(PhoneNumbers.parse("02072068888", Optional.of("US"))).isEqualTo(american);
        assertThat(PhoneNumbers.parse(" 02072068888 ", Optional.of("GB"))).isEqualTo(british);
    }

    @Test
    void a_national_number_of_an_unknown_country_is_invalid() {
        assertThat(PhoneNumbers.parse("02072068888", Optional.of("XX"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "0",
                "999",
                "anonymous",
                "0800FLOWERS",
                "sip:+442072068888@example.org",
                "+44207206888888888888",
                "02072068888 ext 5",
                "+",
                "++442072068888",
                "02072068888\u0000",
                "٠٢٠٧٢٠٦٨٨٨٨"
            })
    void an_invalid_number_is_nothing(String text) {
        assertThat(PhoneNumbers.parse(text, Optional.of("GB"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"442072068888, 44", "14155552671, 1", "353871234567, 353", "9992, -", "0207, -", "x, -", "'', -"})
    void the_calling_code_is_found(String digits, String code) {
        assertThat(PhoneNumbers.callingCode(digits)).isEqualTo(Optional.ofNullable(code));
    }
}
