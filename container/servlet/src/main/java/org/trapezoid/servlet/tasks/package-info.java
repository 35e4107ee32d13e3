// SPDX-License-Identifier: Apache-2.0
/** Managed executors (Jakarta Concurrency): tasks that run in the context of an application and of its session (JSR 359). */
@NullMarked
package org.trapezoid.servlet.tasks;

import org.jspecify.annotations.NullMarked;
