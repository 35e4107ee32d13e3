// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;
import java.util.Iterator;
import java.util.Set;

public interface URI extends Cloneable, Serializable {
    String getScheme();

    @Override
    String toString();

    boolean isSipURI();

    String getParameter(String key);

    void setParameter(String name, String value);

    void removeParameter(String name);

    Iterator<String> getParameterNames();

    Set<String> getParameterNameSet();

    @Override
    boolean equals(Object o);

    URI clone();
}
