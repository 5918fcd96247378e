package dev.callwatch;

import com.microsoft.playwright.Browser;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A {@link Chromium}, the same for all classes that JUnit runs together. They are skipped, saying so, where there is none. */
final class BrowserExtension implements BeforeAllCallback {

    private static final ExtensionContext.Namespace RUNNING = ExtensionContext.Namespace.create(BrowserExtension.class);

    private Chromium chromium;

    /** The browser, while the tests of the class run. */
    Browser get() {
        return chromium.browser();
    }

    @Override
    public void beforeAll(ExtensionContext tests) {
        chromium = tests.getRoot()
                .getStore(RUNNING)
                .computeIfAbsent(Chromium.class, absent -> Chromium.start(), Chromium.class);
    }
}
