package dev.callwatch.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.AccountKey;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RuleTest {

    private static final Caller CALLER = new Caller(
            "corp", "https://idp.example", "crm-sync", Set.of("sales", "eu"), Set.of("calls:read"), Optional.empty());

    @Test
    void all_given_patterns_have_to_match() {
        assertThat(rule("corp", "crm-*", "sales", "calls:*").isAbout(CALLER)).isTrue();
        assertThat(rule("https://idp.*", null, null, null).isAbout(CALLER)).isTrue();
        assertThat(rule("other", "crm-*", "sales", "calls:*").isAbout(CALLER)).isFalse();
        assertThat(rule("corp", "dialler", "sales", "calls:*").isAbout(CALLER)).isFalse();
        assertThat(rule("corp", "crm-*", "ops", "calls:*").isAbout(CALLER)).isFalse();
        assertThat(rule("corp", "crm-*", "sales", "admin").isAbout(CALLER)).isFalse();
        assertThat(rule(null, null, null, null).isAbout(CALLER)).isTrue();
    }

    @Test
    void a_caller_without_groups_matches_no_group() {
        Caller ungrouped = new Caller("corp", "https://idp.example", "x", Set.of(), Set.of(), Optional.empty());
        assertThat(rule(null, null, "*", null).isAbout(ungrouped)).isFalse();
        assertThat(rule(null, null, null, "*").isAbout(ungrouped)).isFalse();
    }

    @Test
    void it_is_about_its_accounts_and_no_others() {
        assertThat(rule(null, null, null, null).isAbout(new AccountKey("a"))).isTrue();
        assertThat(rule(null, null, null, null).isAbout(new AccountKey("A"))).isFalse();
    }

    private static Rule rule(String issuer, String subject, String group, String scope) {
        return new Rule(
                pattern(issuer),
                pattern(subject),
                pattern(group),
                pattern(scope),
                Set.of(new AccountKey("a")),
                true,
                false,
                true);
    }

    private static Optional<Glob> pattern(String text) {
        return Optional.ofNullable(text).map(Glob::new);
    }
}
