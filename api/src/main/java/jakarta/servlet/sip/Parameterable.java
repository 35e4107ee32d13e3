// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

public interface Parameterable extends Cloneable, Serializable {
    String getValue();

    void setValue(String value);

    String getParameter(String key);

    void setParameter(String name, String value);

    void removeParameter(String name);

    Iterator<String> getParameterNames();

    Set<String> getParameterNameSet();

    Set<Map.Entry<String, String>> getParameters();

    Object clone();

    @Override
    boolean equals(Object o);
}
