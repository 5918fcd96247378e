package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageHeadersTest {

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private final PageHeaders page = new PageHeaders(Optional.empty());

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/favicon.svg", "/console/app.js", "/reference/push.md"})
    void a_file_of_the_page_is_confined_and_asked_for_anew(String path) {
        page.add(path, headers);

        assertThat(headers.get("Cache-Control")).isEqualTo("no-cache");
        assertThat(headers.get("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(headers.get("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self';");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/openapi", "/swagger-ui", "/console", "/reference", "/index.htm", "/other/console/app.js", ""})
    void other_paths_have_none_of_it(String path) {
        page.add(path, headers);

        assertThat(headers.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reference/push.md", "/reference/more/push.md"})
    void markdown_is_shown_as_text(String path) {
        page.add(path, headers);

        assertThat(headers.get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    }

    @Test
    void only_the_page_may_reach_the_issuer_and_only_the_callback_may_be_framed() {
        PageHeaders signIn = new PageHeaders(
                Optional.of(new ConsoleOptions.SignIn("https://login.example:8443/realm", "page", "openid")));
        signIn.add("/", headers);
        assertThat(headers.get("Content-Security-Policy"))
                .contains("connect-src 'self' https://login.example:8443;")
                .contains("frame-src 'self' https://login.example:8443;")
                .endsWith("frame-ancestors 'none'");
        signIn.add("/console/callback.html", headers);
        assertThat(headers.get("Content-Security-Policy"))
                .contains("connect-src 'self' https://login.example:8443;")
                .endsWith("frame-ancestors 'self'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/notes.md", "/reference/picture.svg"})
    void other_files_keep_their_type(String path) {
        page.add(path, headers);

        assertThat(headers.contains("Content-Type")).isFalse();
    }
}
