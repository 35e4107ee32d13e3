// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipApplication;

@SipApplication(name = "second")
public final class SecondApplication {}
