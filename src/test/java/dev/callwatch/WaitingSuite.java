package dev.callwatch;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Tests of the package that wait: for calls of its sandbox, which last for up to 20 s, all at the same time and most of them with the
 * same process; beside them the README's first command, and, one after the other, those that wait for processes to start and to end. Its
 * name comes next after that of {@code WebPageSuite}, so that Failsafe begins it early: what begins last should be short.
 */
@Suite
@SelectPackages("dev.callwatch")
@IncludeClassNamePatterns(WaitingSuite.CLASSES)
@IncludeEngines("junit-jupiter")
public class WaitingSuite {

    /** The names of its test classes. */
    public static final String CLASSES =
            "dev\\.callwatch\\.(Clients|Contract|Documents|Notifications|Process|Push|ReverseProxy|Running|Sandbox"
                    + "|SandboxNotifications|TryIt)IT";
}
