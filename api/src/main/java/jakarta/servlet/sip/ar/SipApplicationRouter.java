// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip.ar;

import jakarta.servlet.sip.SipServletRequest;
import java.io.Serializable;
import java.util.List;
import java.util.Properties;

public interface SipApplicationRouter {
    void init();

    void init(Properties properties);

    void destroy();

    void applicationDeployed(List<String> newlyDeployedApplicationNames);

    void applicationUndeployed(List<String> undeployedApplicationNames);

    SipApplicationRouterInfo getNextApplication(
            SipServletRequest initialRequest,
            SipApplicationRoutingRegion region,
            SipApplicationRoutingDirective directive,
            SipTargetedRequestInfo targetedRequestInfo,
            Serializable stateInfo);
}
