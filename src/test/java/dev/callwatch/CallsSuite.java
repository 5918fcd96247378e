package dev.callwatch;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Tests of the package that wait for calls of its sandbox, which last for up to 20 s: all at the same time, and most of them with the
 * same process. Its name comes before those of the other tests of the package, so that it is the last that Failsafe begins.
 */
@Suite
@SelectPackages("dev.callwatch")
@IncludeClassNamePatterns(CallsSuite.CLASSES)
@IncludeEngines("junit-jupiter")
public class CallsSuite {

    /** The names of its test classes. */
    public static final String CLASSES =
            "dev\\.callwatch\\.(Clients|Contract|Documents|Push|Sandbox|SandboxNotifications)IT";
}
