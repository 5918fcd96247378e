package dev.callwatch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The browser that is installed. */
record Chromium(Playwright playwright, Browser browser) implements AutoCloseable {

    /** Starts it; skips the test, saying so, where there is none. */
    static Chromium start() {
        Optional<Path> executable = Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(executable.isPresent(), "No Chromium is installed: what needs it is not tested");
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(executable.get())
                                .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-background-networking"))));
    }

    @Override
    public void close() {
        playwright.close();
    }
}
