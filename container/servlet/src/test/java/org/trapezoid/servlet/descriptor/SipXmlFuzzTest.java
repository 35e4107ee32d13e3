// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.testing.Mutator;
import org.trapezoid.sip.testing.TimeLimit;

/** Mutated deployment descriptors, from a fixed seed. */
class SipXmlFuzzTest {
    private static final int INPUTS = 1_500;
    private static final String XML = """
        <?xml version="1.0" encoding="UTF-8"?>
        <sip-app xmlns="http://www.jcp.org/xml/ns/sipservlet" version="1.1">
          <app-name>org.example.Echo</app-name>
          <distributable/>
          <context-param><param-name>color</param-name><param-value> dark  blue </param-value></context-param>
          <listener><listener-class>org.example.Listener</listener-class></listener>
          <servlet>
            <servlet-name>echo</servlet-name>
            <servlet-class>org.example.Echo</servlet-class>
            <init-param><param-name>a</param-name><param-value>1</param-value></init-param>
            <load-on-startup>1</load-on-startup>
          </servlet>
          <servlet-selection>
            <servlet-mapping>
              <servlet-name>echo</servlet-name>
              <pattern>
                <and>
                  <equal><var>request.method</var><value>INVITE</value></equal>
                  <not><contains ignore-case="true"><var>request.from.uri.host</var><value>x</value></contains></not>
                </and>
              </pattern>
            </servlet-mapping>
          </servlet-selection>
          <proxy-config><proxy-timeout>45</proxy-timeout></proxy-config>
          <session-config><session-timeout>-1</session-timeout></session-config>
        </sip-app>
        """;

    private final SipXmlReader reader = new SipXmlReader();
    private final TimeLimit limit = new TimeLimit();
    private int read;
    private final Logger logger = (Logger) LoggerFactory.getLogger(SipXmlReader.class);

    @BeforeEach
    void quiet() {
        logger.setLevel(Level.OFF); // it warns of what it passes over
    }

    @AfterEach
    void loud() {
        logger.setLevel(null);
    }

    @Test
    void readsWhateverItIsOrNamesTheFile() {
        Mutator mutator = new Mutator(1, List.of(XML.getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = mutator.next();
            limit.check("sip.xml of " + input.length + " bytes", () -> read(input));
        }
        assertThat(read).isPositive();
    }

    private void read(byte[] input) {
        try {
            reader.read(new ByteArrayInputStream(input), "sip.xml");
            read++;
        } catch (DeploymentException verdict) {
            assertThat(verdict.getMessage()).startsWith("sip.xml");
        } catch (RuntimeException | Error e) {
            throw new AssertionError(new String(input, StandardCharsets.UTF_8), e);
        }
    }
}
