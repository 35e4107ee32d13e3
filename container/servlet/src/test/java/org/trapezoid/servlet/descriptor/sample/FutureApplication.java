// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipApplication;

@SipApplication(name = "sample", version = "3.0")
public final class FutureApplication {}
