package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every image is named by its digest, or gets it when a release is built, so that whoever moves a tag changes no release. */
class ImagesTest {

    private static final Path RELEASE = Path.of(".github/workflows/release.yml");
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String OURS = "ghcr.io/callwatch/callwatch:";
    private static final Pattern IMAGE = Pattern.compile("(?:FROM|\\s*(?:- )?image:)\\s+(\\S+)(?:\\s+AS\\s+(\\S+))?.*");

    @Test
    void the_script_finds_each_image_that_is_not_built_here() throws Exception {
        Shell.assumeInstalled("jq");
        Shell shell = new Shell();
        for (Path file : files()) {
            shell.file(file.toString(), Files.readString(file));
        }
        shell.file("bin/docker", "#!/usr/bin/env bash\necho '{\"digest\":\"" + DIGEST + "\"}'\n");
        shell.output("chmod +x bin/docker; PATH=\"$PWD/bin:$PATH\" '"
                + Path.of(".ci/pin").toAbsolutePath() + "' " + names(files()));
        for (Path file : files()) {
            Set<String> builtHere = new HashSet<>(Set.of("callwatch:compose"));
            for (Matcher named : images(shell.directory().resolve(file))) {
                assertThat(named.group(1)).matches(image -> builtHere.contains(image) || image.contains("@sha256:"));
                builtHere.add(String.valueOf(named.group(2)));
            }
        }
    }

    @Test
    void a_release_runs_it_on_each_dockerfile_and_the_document_on_each_file() throws IOException {
        List<Path> dockerfiles = files().stream()
                .filter(file -> file.getFileName().toString().startsWith("Dockerfile"))
                .toList();
        assertThat(dockerfiles).isNotEmpty();
        assertThat(Files.readString(RELEASE)).contains(".ci/pin " + names(dockerfiles) + " >");
        assertThat(Files.readString(Path.of("docker/README.md"))).contains(".ci/pin " + names(files()) + "\n");
    }

    @Test
    void manifests_name_images_by_digest_or_a_release_does() throws IOException {
        String release = Files.readString(RELEASE);
        try (Stream<Path> manifests = Files.walk(Path.of("k8s"))) {
            for (Path manifest :
                    manifests.filter(file -> file.toString().endsWith(".yaml")).toList()) {
                for (Matcher named : images(manifest)) {
                    String path = manifest.getParent().getFileName() + "/"
                            + manifest.getFileName().toString().replace(".yaml", "");
                    assertThat(named.group(1))
                            .as(manifest.toString())
                            .matches(image ->
                                    image.contains("@sha256:") || image.startsWith(OURS) && release.contains(path));
                }
            }
        }
    }

    /** Those that name images, Dockerfiles first. */
    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("docker"))) {
            return files.filter(file -> !file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Matcher> images(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(IMAGE::matcher)
                .filter(Matcher::matches)
                .toList();
    }

    private static String names(List<Path> files) {
        return files.stream().map(Path::toString).collect(Collectors.joining(" "));
    }
}
