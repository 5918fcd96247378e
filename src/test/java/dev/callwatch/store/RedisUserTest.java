package dev.callwatch.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.MarkdownFile;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The user of Redis that {@code k8s/README.md} shows may do what the scripts do. */
class RedisUserTest {

    private static final Pattern CALL = Pattern.compile("redis\\.call\\('([A-Z]+)'");

    @Test
    void the_documented_user_may_run_every_command_of_the_scripts() {
        Set<String> commands = new TreeSet<>();
        Arrays.stream(RedisScript.values())
                .flatMap(script -> CALL.matcher(script.text()).results())
                .forEach(call -> commands.add("+" + call.group(1).toLowerCase(Locale.ROOT)));
        String user = MarkdownFile.of("k8s/README.md").section("Redis");
        assertThat(commands)
                .hasSizeGreaterThan(20)
                .allSatisfy(command -> assertThat(user.split("\\s+")).contains(command));
    }
}
