package dev.callwatch.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "br, gzip;q=0.5", "*", "deflate, * ; q=0.1", "gzip ; q=1"})
    void gzip_is_accepted(String line) {
        assertThat(Compression.isAccepted(List.of(line))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "gzipped"})
    void gzip_is_not_accepted(String line) {
        assertThat(Compression.isAccepted(List.of(line))).isFalse();
    }

    @Test
    void the_client_gets_the_same_bytes() throws IOException {
        byte[] body = "abc".repeat(10_000).getBytes();
        byte[] compressed = Compression.gzip(body);
        assertThat(compressed).hasSizeLessThan(body.length / 10);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes())
                .isEqualTo(body);
    }

    @Test
    void neither_little_nor_very_much_is_compressed() {
        assertThat(Compression.isWorthIt(new byte[1_000])).isFalse();
        assertThat(Compression.isWorthIt(new byte[124_000])).isTrue();
        assertThat(Compression.isWorthIt(new byte[1 << 20])).isFalse();
    }
}
