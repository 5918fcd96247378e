package dev.callwatch;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The command line. */
@QuarkusMain
public class Main {

    private static final int WRONG_USAGE = 2;
    private static final List<String> HELP = List.of("--help", "-h");
    private static final List<String> VERSION = List.of("--version", "-V");

    private Main() {}

    /**
     * Starts the service, or prints what is asked for. Ends with status 2 after any other argument: a setting that stands behind the
     * jar, for example, would have no effect.
     */
    public static void main(String... arguments) {
        if (arguments.length == 0) {
            Quarkus.run();
        } else if (HELP.contains(arguments[0])) {
            System.out.print(resource("version.txt") + resource("usage.txt"));
        } else if (VERSION.contains(arguments[0])) {
            System.out.print(resource("version.txt"));
        } else {
            System.err.println("There is no argument " + arguments[0] + ": see --help. Settings stand before -jar.");
            System.exit(WRONG_USAGE);
        }
    }

    private static String resource(String name) {
        try (InputStream text = Main.class.getResourceAsStream(name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
