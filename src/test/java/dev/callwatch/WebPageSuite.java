package dev.callwatch;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Tests of the page, one class after the other with one browser. Its name comes after those of the other tests of the package, so that
 * Failsafe begins it first, after {@code ReplicasSuite}: nothing else takes so long.
 */
@Suite
@SelectPackages("dev.callwatch")
@IncludeClassNamePatterns(WebPageSuite.CLASSES)
@IncludeEngines("junit-jupiter")
public class WebPageSuite {

    /** The names of its test classes. */
    public static final String CLASSES = "dev\\.callwatch\\.(Console|SignIn|Wallboard)IT";
}
