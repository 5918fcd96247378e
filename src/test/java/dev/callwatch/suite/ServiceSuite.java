package dev.callwatch.suite;

import org.junit.platform.suite.api.ExcludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** Tests of the running service with the settings of the tests, and of the classes behind its interface. */
@Suite
@SelectPackages({"dev.callwatch.api", "dev.callwatch.client"})
@IncludeClassNamePatterns(ServiceSuite.CLASSES)
@ExcludeClassNamePatterns(ProfilesSuite.CLASSES)
@IncludeEngines("junit-jupiter")
class ServiceSuite {

    /** Those that jqwik runs need no service. */
    static final String CLASSES = "dev\\.callwatch\\.(api|client)\\.\\w+(?<!Fuzz)Test";
}
