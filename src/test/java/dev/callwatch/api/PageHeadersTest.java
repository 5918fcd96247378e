package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageHeadersTest {

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    @ParameterizedTest
    @ValueSource(strings = {"/", "/index.html", "/favicon.svg", "/console/app.js", "/reference/push.md"})
    void a_file_of_the_page_is_confined_and_asked_for_anew(String path) {
        PageHeaders.add(path, headers);

        assertThat(headers.get("Cache-Control")).isEqualTo("no-cache");
        assertThat(headers.get("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(headers.get("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self';");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/openapi", "/swagger-ui", "/console", "/reference", "/index.htm", "/other/console/app.js", ""})
    void other_paths_have_none_of_it(String path) {
        PageHeaders.add(path, headers);

        assertThat(headers.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reference/push.md", "/reference/more/push.md"})
    void markdown_is_shown_as_text(String path) {
        PageHeaders.add(path, headers);

        assertThat(headers.get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/notes.md", "/reference/picture.svg"})
    void other_files_keep_their_type(String path) {
        PageHeaders.add(path, headers);

        assertThat(headers.contains("Content-Type")).isFalse();
    }
}
