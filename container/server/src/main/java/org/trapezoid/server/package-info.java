/** The server as a whole: its configuration, its wiring and the API to embed it. */
@NullMarked
@XmlSchema(namespace = "urn:trapezoid:server:1", elementFormDefault = XmlNsForm.QUALIFIED)
package org.trapezoid.server;

import jakarta.xml.bind.annotation.XmlNsForm;
import jakarta.xml.bind.annotation.XmlSchema;
import org.jspecify.annotations.NullMarked;
