// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

public interface AuthInfo extends Serializable {
    void addAuthInfo(int statusCode, String realm, String username, String password);

    @Override
    boolean equals(Object obj);
}
