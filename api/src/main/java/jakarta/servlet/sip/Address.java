// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface Address extends Parameterable {
    String getDisplayName();

    void setDisplayName(String name);

    URI getURI();

    void setURI(URI uri);

    boolean isWildcard();

    float getQ();

    void setQ(float q);

    int getExpires();

    void setExpires(int seconds);

    @Override
    String toString();

    @Override
    Object clone();

    @Override
    boolean equals(Object o);
}
