// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

public enum UAMode {
    UAC,

    UAS
}
