package dev.callwatch.push;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;

/** Tells addresses of other machines from those that only this machine, its link, or its cloud's metadata service answers. */
final class RemoteAddress {

    /** Metadata services that are not on link-local addresses. */
    private static final Set<String> METADATA = Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200", "192.0.0.192");

    private static final int IPV6_BYTES = 16;
    private static final int PREFIX_BYTES = 12;

    /** IPv4 behind a translator: 64:ff9b::/96 (RFC 6052). */
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    private RemoteAddress() {}

    /** Whether an address is none of loopback, link-local, unspecified, multicast, broadcast and metadata addresses. */
    static boolean isRemote(InetAddress address) {
        InetAddress meant = translated(address);
        byte[] bytes = meant.getAddress();
        boolean thisNetwork = bytes.length == 4 && bytes[0] == 0;
        boolean broadcast = bytes.length == 4 && Arrays.equals(bytes, new byte[] {-1, -1, -1, -1});
        return !meant.isLoopbackAddress()
                && !meant.isLinkLocalAddress()
                && !meant.isAnyLocalAddress()
                && !meant.isMulticastAddress()
                && !thisNetwork
                && !broadcast
                && !METADATA.contains(meant.getHostAddress().replaceFirst("%.*", ""));
    }

    private static InetAddress translated(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean translated =
                bytes.length == IPV6_BYTES && Arrays.equals(bytes, 0, PREFIX_BYTES, NAT64, 0, PREFIX_BYTES);
        try {
            return translated ? InetAddress.getByAddress(Arrays.copyOfRange(bytes, PREFIX_BYTES, IPV6_BYTES)) : address;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
