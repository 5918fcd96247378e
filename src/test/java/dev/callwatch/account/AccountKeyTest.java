package dev.callwatch.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountKeyTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "A1-b_Z9", "-", "0"})
    void letters_digits_hyphen_and_underscore_make_a_key(String text) {
        assertThat(AccountKey.parse(text)).contains(new AccountKey(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a/b", "a.b", "ä", "a\n", "@", "[", "`", "{", "/", ":", "\u0660"})
    void nothing_else_does(String text) {
        assertThat(AccountKey.parse(text)).isEmpty();
        assertThatThrownBy(() -> new AccountKey(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_key_has_64_characters_at_most() {
        assertThat(AccountKey.parse("x".repeat(64))).map(AccountKey::value).isEqualTo(Optional.of("x".repeat(64)));
        assertThat(AccountKey.parse("x".repeat(65))).isEmpty();
    }
}
