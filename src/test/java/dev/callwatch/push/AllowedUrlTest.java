package dev.callwatch.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which URLs subscriptions may name, and where these may lead. */
class AllowedUrlTest {

    @ParameterizedTest
    @CsvSource({
        "https://*.example.com/hooks/*, https://crm.example.com/hooks/calls",
        "https://*.example.com/hooks/*, https://CRM.Example.com:443/hooks/calls?tenant=1",
        "https://crm.example.com, https://crm.example.com",
        "https://crm.example.com:8443/, https://crm.example.com:8443/",
        "http://crm.calls.svc.cluster.local, http://crm.calls.svc.cluster.local/a/b",
        "http://[::1]:8090/*, http://[::1]:8090/sink"
    })
    void a_url_of_the_pattern_is_allowed(String pattern, String url) {
        assertThat(matches(pattern, url)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://*.example.com/hooks/*, http://crm.example.com/hooks/calls",
        "https://*.example.com/hooks/*, https://evil.com/.example.com/hooks/x",
        "https://*.example.com/hooks/*, https://evil.com?.example.com/hooks/x",
        "https://*.example.com/hooks/*, https://crm.example.com:8443/hooks/x",
        "https://*.example.com/hooks/*, https://crm.example.com/admin",
        "https://*.example.com/hooks/*, https://example.com/hooks/x",
        "https://crm.example.com/, https://crm.example.com/other",
        "https://crm.example.com/a, https://crm.example.com/a?b"
    })
    void any_other_is_not(String pattern, String url) {
        assertThat(matches(pattern, url)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.com/",
                "https:///x",
                "/x",
                "https://user@example.com/",
                "https://example.com/#x",
                "https://example.com/a/../b",
                "https://example.com/a/%2E%2e/b",
                "https://example.com/a/..%2fb",
                "https://example.com/a b",
                "https://example.com:99999/",
                "javascript:alert(1)",
                "https://ex\u0430mple.com/"
            })
    void a_url_that_can_be_read_in_two_ways_is_none(String url) {
        assertThat(SinkUrl.parse(url)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "https://",
                "https://example.com/?x",
                "ftp://example.com",
                "https://a b/",
                "https://u@h/"
            })
    void a_pattern_of_another_form_is_none(String text) {
        assertThat(AllowedUrl.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "::1",
                "169.254.169.254",
                "fe80::1",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "224.0.0.1",
                "255.255.255.255",
                "fd00:ec2::254",
                "100.100.100.200",
                "192.0.0.192",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe"
            })
    void addresses_of_this_machine_and_its_surroundings_are_not_remote(String address) throws Exception {
        assertThat(RemoteAddress.isRemote(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3", "192.168.1.1", "93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"})
    void addresses_of_other_machines_are(String address) throws Exception {
        assertThat(RemoteAddress.isRemote(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void only_a_pattern_that_names_this_machine_leads_to_it() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        assertThat(pattern("http://localhost:8090").addresses().test(loopback)).isTrue();
        assertThat(pattern("http://127.0.0.1:8090").addresses().test(loopback)).isTrue();
        assertThat(pattern("https://*").addresses().test(loopback)).isFalse();
        assertThat(pattern("https://127.*").addresses().test(loopback)).isFalse();
        assertThat(pattern("https://crm.example.com").addresses().test(loopback))
                .isFalse();
    }

    private static AllowedUrl pattern(String text) {
        return AllowedUrl.parse(text).orElseThrow();
    }

    private static boolean matches(String pattern, String url) {
        URI parsed = SinkUrl.parse(url).orElseThrow();
        return pattern(pattern).matches(parsed);
    }
}
