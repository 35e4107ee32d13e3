// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipListener;

/** Has its listener interface from its superclass. */
@SipListener
public class InheritingListener extends TimeListener {}
