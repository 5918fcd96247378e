package dev.callwatch.suite;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Tests of several replicas of the package, one class after the other: two at a time would take the processor from each other, and
 * replicas would take that for a slow Redis. The other tests of the package run beside them.
 */
@Suite
@SelectPackages("dev.callwatch")
@IncludeClassNamePatterns(ReplicasSuite.CLASSES)
@IncludeEngines("junit-jupiter")
class ReplicasSuite {

    static final String CLASSES = ".*\\.(Chaos|Cluster|PushCluster)IT";
}
