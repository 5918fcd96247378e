package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import dev.callwatch.settings.SettingName;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappingInterface;
import io.smallrye.config.ConfigMappings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code reference/settings.md} lists every setting of the code with its default, and no other. */
class SettingsTest {

    private static final String PREFIX = "`callwatch.";
    private static final String NO_DEFAULT = "no default";

    @Test
    void every_setting_and_its_default_is_documented_and_nothing_else() {
        Map<String, String> settings = settings();
        assertThat(settings).hasSizeGreaterThan(40).containsEntry("callwatch.lookup.deadline", "`5s`");
        assertThat(documented()).containsExactlyInAnyOrderEntriesOf(settings);
    }

    @Test
    void every_setting_and_no_other_is_one_that_a_start_accepts() {
        assertThat(SettingName.ALL)
                .extracting(SettingName::toString)
                .containsExactlyInAnyOrderElementsOf(settings().keySet());
    }

    /** By name; the default as a document writes it. */
    private static Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        for (JavaClass mapping : ServiceClasses.ALL.that(isMapping())) {
            ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(mapping.reflect()))
                    .forEach((name, property) -> {
                        if (isSetting(name, property)) {
                            settings.put(name.replace("*", "<name>"), defaultOf(property));
                        } else if (isMapOfTexts(property)) {
                            settings.put(name.replace("*", "<name>"), NO_DEFAULT);
                        }
                    });
        }
        return settings;
    }

    private static DescribedPredicate<JavaClass> isMapping() {
        return DescribedPredicate.describe("mappings of settings", type -> type.isAnnotatedWith(ConfigMapping.class));
    }

    /** Maps and groups are only the way to one, and elements of a list are a part of it. */
    private static boolean isSetting(String name, ConfigMappingInterface.Property property) {
        return !property.isMap() && !property.isGroup() && !name.endsWith("]");
    }

    private static boolean isMapOfTexts(ConfigMappingInterface.Property property) {
        return property.isMap() && property.asMap().getValueProperty().isLeaf();
    }

    private static String defaultOf(ConfigMappingInterface.Property property) {
        return property.hasDefaultValue() ? "`" + property.getDefaultValue() + "`" : NO_DEFAULT;
    }

    /** A cell in words, such as "required", says that there is no default. */
    private static Map<String, String> documented() {
        return MarkdownFile.reference("settings.md").rows().stream()
                .filter(row -> row.get(0).startsWith(PREFIX))
                .collect(Collectors.toMap(
                        row -> row.get(0).replace("`", ""),
                        row -> Optional.of(row.get(1))
                                .filter(cell -> cell.startsWith("`"))
                                .orElse(NO_DEFAULT),
                        (one, another) -> "listed twice",
                        TreeMap::new));
    }
}
