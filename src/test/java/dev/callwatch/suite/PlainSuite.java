package dev.callwatch.suite;

import io.smallrye.context.SmallRyeContextManagerProvider;
import org.junit.platform.suite.api.BeforeSuite;
import org.junit.platform.suite.api.ExcludeClassNamePatterns;
import org.junit.platform.suite.api.ExcludeEngines;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Tests that need no running service, and those that run a Redis. The suites run beside each other, each in a JVM of its own; every
 * test class belongs to one of them by its name and package.
 */
@Suite
@SelectPackages("dev.callwatch")
@IncludeClassNamePatterns(".*Test")
@ExcludeClassNamePatterns({ServiceSuite.CLASSES, ".*\\.ArchitectureTest"})
// It is slow to find its tests by their package, so Surefire names its class.
@ExcludeEngines("archunit")
class PlainSuite {

    /** Mutiny does this at its first use, and fails if two tests that run beside each other are the first. */
    @BeforeSuite
    static void makeContextManager() {
        SmallRyeContextManagerProvider.getManager();
    }
}
