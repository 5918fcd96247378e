package dev.callwatch;

import com.microsoft.playwright.Browser;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A {@link Chromium} for the tests of a class, which are skipped, saying so, where there is none. */
final class BrowserExtension implements BeforeAllCallback, AfterAllCallback {

    private Chromium chromium;

    /** The browser, while the tests of the class run. */
    Browser get() {
        return chromium.browser();
    }

    @Override
    public void beforeAll(ExtensionContext tests) {
        chromium = Chromium.start();
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        if (chromium != null) {
            chromium.close();
        }
    }
}
