package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CallGuidTest {

    private static final String GUID = "94e5928c-7f7e-4645-ad72-61010f906449";

    @Example
    void upper_case_is_read_and_made_lower_case() {
        assertThat(CallGuid.parse(GUID.toUpperCase())).contains(new CallGuid(GUID));
        assertThatThrownBy(() -> new CallGuid(GUID.toUpperCase())).isInstanceOf(IllegalArgumentException.class);
    }

    /** The expression is what the OpenAPI document, Redis and paths are compared with. */
    @Property
    void it_takes_what_the_regular_expression_takes(@ForAll("nearlyGuids") String text) {
        assertThat(CallGuid.parse(text).isPresent())
                .isEqualTo(text.toLowerCase(java.util.Locale.ROOT).matches(CallGuid.REGEX));
    }

    /** A GUID in which one character is another one, or which is shorter or longer. */
    @Provide
    static Arbitrary<String> nearlyGuids() {
        Arbitrary<Character> characters = Arbitraries.chars().range(' ', '~').with('\u0660', '\uff11', '\n');
        Arbitrary<String> changed = Arbitraries.integers()
                .between(0, GUID.length() - 1)
                .flatMap(i -> characters.map(c -> GUID.substring(0, i) + c + GUID.substring(i + 1)));
        Arbitrary<String> cut = Arbitraries.integers().between(0, GUID.length()).map(i -> GUID.substring(i));
        return Arbitraries.oneOf(changed, cut, cut.map(rest -> rest + GUID), Arbitraries.just(GUID));
    }
}
