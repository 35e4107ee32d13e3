// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public interface TelURL extends URI {
    String getPhoneNumber();

    String getPhoneContext();

    void setPhoneNumber(String number);

    void setPhoneNumber(String number, String phoneContext);

    boolean isGlobal();

    @Override
    String toString();

    @Override
    boolean equals(Object o);
}
