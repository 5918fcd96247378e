package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority made for a test, with one server that has a certificate of it. */
public final class TestAuthority {

    private static final String PASSWORD = "changeit";
    private static final String SERVER = "server";

    private final Path pem;
    private final Path serverStore;

    /** @param names the DNS names in the server's certificate */
    public TestAuthority(String name, String... names) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(Path.of("target"), name);
        Path store = folder.resolve("all.p12");
        keytool(store, "ca", "-dname", "CN=" + name, "-ext", "bc:c");
        String alternatives = "san=dns:" + String.join(",dns:", names);
        keytool(store, SERVER, "-dname", "CN=" + SERVER, "-ext", alternatives, "-signer", "ca");
        this.pem = folder.resolve("ca.pem");
        this.serverStore = folder.resolve("server.p12");
        divide(store);
    }

    /** Its own certificate. */
    public Path pem() {
        return pem;
    }

    /** A WireMock on loopback ports that shows the server's certificate. */
    public WireMockServer server() {
        WireMockServer server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .dynamicHttpsPort()
                .keystoreType("PKCS12")
                .keystorePath(serverStore.toString())
                .keystorePassword(PASSWORD)
                .keyManagerPassword(PASSWORD));
        server.start();
        return server;
    }

    /** The server's key and certificate. */
    public PfxOptions serverKeys() {
        return new PfxOptions().setPath(serverStore.toString()).setPassword(PASSWORD);
    }

    private static void keytool(Path store, String alias, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** The server gets its own key only. */
    private void divide(Path store) throws IOException {
        char[] password = PASSWORD.toCharArray();
        try (OutputStream out = Files.newOutputStream(serverStore)) {
            KeyStore all = KeyStore.getInstance(store.toFile(), password);
            String certificate = Base64.getMimeEncoder()
                    .encodeToString(all.getCertificate("ca").getEncoded());
            Files.writeString(pem, "-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n");
            KeyStore server = KeyStore.getInstance("PKCS12");
            server.load(null, password);
            server.setKeyEntry(SERVER, all.getKey(SERVER, password), password, all.getCertificateChain(SERVER));
            server.store(out, password);
        } catch (GeneralSecurityException failure) {
            throw new IOException(failure);
        }
    }
}
