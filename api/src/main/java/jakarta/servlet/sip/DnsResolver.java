// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.IOException;
import java.util.List;

public interface DnsResolver {
    String toEnum(URI uri);

    boolean resolvesInternally(SipURI uri);

    SipURI resolveToSipURI(URI uri) throws IOException;

    List<SipURI> resolveToSipURIs(URI uri) throws IOException;

    List<String> resolveToStrings(URI uri, String enumService) throws IOException;
}
