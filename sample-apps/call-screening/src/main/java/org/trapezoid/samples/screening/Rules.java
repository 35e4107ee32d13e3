// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Domains;
import org.trapezoid.samples.Settings;
import org.trapezoid.samples.Subscribers;
import org.trapezoid.samples.WatchedFile;

/** What the subscribers have said, from the file of rules. Thread-safe. */
@ApplicationScoped
@SuppressWarnings("NullAway.Init") // made by CDI
public class Rules {

    @Inject
    private ServletContext context;

    @Inject
    private LocationService locations;

    private Subscribers subscribers;
    private WatchedFile<Screening> file;
    private boolean relay;

    @PostConstruct
    void read() {
        Settings settings = new Settings(context);
        try {
            subscribers = new Subscribers(context, Domains.of(context), locations);
            relay = settings.flag("relay", false);
        } catch (ServletException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        file = new WatchedFile<>(
                settings.file("rules", "conf/screening.properties"),
                InstantSource.system(),
                (who, words) -> Map.entry(locations.addressOfRecord("sip:" + who), Screening.parse(words)));
    }

    /** Whether calls to this address are this server's to carry. */
    boolean serve(URI callee) {
        return relay || subscribers.of(callee).isPresent();
    }

    Verdict verdict(URI callee, Caller caller) {
        Optional<String> subscriber = subscribers.of(callee);
        return subscriber
                .map(who -> file.entries().getOrDefault(who, Screening.NONE).of(caller))
                .orElse(Verdict.PASS);
    }
}
