package dev.callwatch.suite;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** Tests of the running service with other settings: those that have a {@code @TestProfile}. */
@Suite
@SelectPackages("dev.callwatch.api")
@IncludeClassNamePatterns(ProfilesSuite.CLASSES)
@IncludeEngines("junit-jupiter")
class ProfilesSuite {

    static final String CLASSES =
            "dev\\.callwatch\\.api\\.(Authentication|Authorisation|Caching|ClientAuthentication|HungIssuer"
                    + "|Outbound|SecrecyOfLogs|Subscription|TimeSeries)Test";
}
