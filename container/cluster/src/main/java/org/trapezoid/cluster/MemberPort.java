// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EndpointConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import java.util.Map;
import java.util.Set;

/**
 * The port of a node for the others, and how it finds them. It speaks the protocol of members and no other one: neither clients nor REST nor
 * Memcache get an answer. A port that waits for what protocol it is to be, as Hazelcast opens without this, has an endless loop: while one node
 * hangs, the thread that looks for it sends nothing to the others, which then lose this node too (hazelcast/hazelcast#26473).
 */
final class MemberPort {

    private MemberPort() {}

    /** What a file says of the network is the beginning, in either of the two forms that Hazelcast knows. */
    static void configure(Config config, ClusterOptions options) {
        AdvancedNetworkConfig advanced = config.getAdvancedNetworkConfig();
        if (!advanced.isEnabled()) {
            take(config.getNetworkConfig(), advanced.setEnabled(true));
        }
        Map<EndpointQualifier, EndpointConfig> endpoints = advanced.getEndpointConfigs();
        endpoints.keySet().retainAll(Set.of(EndpointQualifier.MEMBER));
        ServerSocketEndpointConfig port =
                endpoints.get(EndpointQualifier.MEMBER) instanceof ServerSocketEndpointConfig configured
                        ? configured
                        : new ServerSocketEndpointConfig();
        port.setPort(options.port()).setPortAutoIncrement(false).setReuseAddress(true);
        advanced.setMemberEndpointConfig(port);
        join(advanced.getJoin(), options);
    }

    @SuppressWarnings("removal") // symmetric encryption, which must not get lost
    private static void take(NetworkConfig network, AdvancedNetworkConfig advanced) {
        ServerSocketEndpointConfig port = new ServerSocketEndpointConfig()
                .setPublicAddress(network.getPublicAddress())
                .setInterfaces(network.getInterfaces())
                .setOutboundPortDefinitions(network.getOutboundPortDefinitions())
                .setOutboundPorts(network.getOutboundPorts())
                .setSocketInterceptorConfig(network.getSocketInterceptorConfig())
                .setSymmetricEncryptionConfig(network.getSymmetricEncryptionConfig())
                .setSSLConfig(network.getSSLConfig())
                .setTpcSocketConfig(network.getTpcSocketConfig());
        advanced.setMemberEndpointConfig(port);
        advanced.setMemberAddressProviderConfig(network.getMemberAddressProviderConfig());
        advanced.setIcmpFailureDetectorConfig(network.getIcmpFailureDetectorConfig());
        advanced.setJoin(network.getJoin());
    }

    private static void join(JoinConfig join, ClusterOptions options) {
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        if (discovers(join)) {
            join.getTcpIpConfig().setEnabled(false);
        } else {
            join.getTcpIpConfig().setEnabled(true).setMembers(options.members());
        }
    }

    /** Whether the file names a plug-in that finds the members. */
    private static boolean discovers(JoinConfig join) {
        boolean plugin = join.getDiscoveryConfig().getDiscoveryStrategyConfigs().size() > 0;
        return plugin
                || join.getKubernetesConfig().isEnabled()
                || join.getAwsConfig().isEnabled()
                || join.getAzureConfig().isEnabled()
                || join.getGcpConfig().isEnabled()
                || join.getEurekaConfig().isEnabled();
    }
}
