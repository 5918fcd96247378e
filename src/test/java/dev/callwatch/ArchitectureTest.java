package dev.callwatch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.stream.Stream;

@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "dev.callwatch";

    @ArchTest
    static final ArchRule time_touches_nothing_of_ours = touches("time");

    @ArchTest
    static final ArchRule settings_touches_nothing_of_ours = touches("settings");

    @ArchTest
    static final ArchRule phone_touches_nothing_of_ours = touches("phone");

    @ArchTest
    static final ArchRule problem_touches_nothing_of_ours = touches("problem");

    @ArchTest
    static final ArchRule outbound_touches_nothing_of_ours = touches("outbound");

    @ArchTest
    static final ArchRule sandbox_touches_nothing_of_ours = touches("sandbox");

    @ArchTest
    static final ArchRule account_touches = touches("account", "settings");

    @ArchTest
    static final ArchRule budget_touches = touches("budget", "account", "time");

    @ArchTest
    static final ArchRule call_touches = touches("call", "account", "phone", "problem", "settings", "time");

    @ArchTest
    static final ArchRule vonage_touches =
            touches("vonage", "account", "budget", "call", "outbound", "problem", "settings", "time");

    @ArchTest
    static final ArchRule store_touches =
            touches("store", "account", "budget", "call", "problem", "push", "settings", "time");

    @ArchTest
    static final ArchRule watch_touches = touches("watch", "account", "budget", "call", "problem", "time");

    @ArchTest
    static final ArchRule access_touches = touches("access", "account", "outbound", "problem", "settings", "time");

    @ArchTest
    static final ArchRule push_touches =
            touches("push", "access", "account", "call", "outbound", "problem", "settings", "time", "watch");

    @ArchTest
    static final ArchRule nobody_imports_the_api = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".api")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".api");

    @ArchTest
    static final ArchRule nobody_imports_the_sandbox = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".sandbox")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".sandbox");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_domain_never_sees_http = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".call", ROOT + ".budget", ROOT + ".phone", ROOT + ".account")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.ws.rs..", "io.vertx.core.http..", "org.jboss.resteasy..");

    @ArchTest
    static final ArchRule resources_live_in_the_api = classes()
            .that()
            .areAnnotatedWith("jakarta.ws.rs.Path")
            .and()
            .areNotInterfaces()
            .should()
            .resideInAPackage(ROOT + ".api");

    @ArchTest
    static final ArchRule time_comes_from_the_injected_clock = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".time")
            .should()
            .callMethod("java.time.Instant", "now")
            .orShould()
            .callMethod("java.lang.System", "currentTimeMillis")
            .orShould()
            .callMethod("java.lang.System", "nanoTime")
            .orShould()
            .callMethod("java.lang.Thread", "sleep", "long");

    private static ArchRule touches(String room, String... rooms) {
        String[] allowed = Stream.concat(Stream.of(room), Arrays.stream(rooms))
                .map(name -> ROOT + "." + name)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + "." + room)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))));
    }
}
