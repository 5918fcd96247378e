package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {

    private static final int LEAST_OF_OUTGOING_CONNECTIONS = 32_768;

    @Test
    void each_port_is_given_once_and_to_no_outgoing_connection() {
        assertThat(IntStream.range(0, 100).map(i -> FreePort.next()))
                .doesNotHaveDuplicates()
                .allMatch(port -> port < LEAST_OF_OUTGOING_CONNECTIONS);
    }

    /** All JVMs of the tests had the same range once, because a property of the build was empty: a replica could not listen. */
    @Test
    void other_jvms_have_other_ranges_while_this_one_lives() throws Exception {
        List<Integer> ranges = new ArrayList<>(List.of(FreePort.next() / 1_000));
        List<Process> others = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                Process other = new ProcessBuilder(
                                "java", "-cp", System.getProperty("java.class.path"), Other.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                others.add(other);
                ranges.add(Integer.parseInt(new BufferedReader(
                                        new InputStreamReader(other.getInputStream(), StandardCharsets.US_ASCII))
                                .readLine())
                        / 1_000);
            }
        } finally {
            others.forEach(Process::destroyForcibly);
        }
        assertThat(ranges).doesNotHaveDuplicates();
    }

    /** Another JVM: it says which port it has, and lives until it is ended. */
    public static final class Other {

        private Other() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(FreePort.next());
            System.in.read();
        }
    }
}
