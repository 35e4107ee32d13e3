// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipApplication;

@SipApplication
public final class NamelessApplication {}
