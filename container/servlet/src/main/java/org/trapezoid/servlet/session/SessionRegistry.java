// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The sessions of this node, by what messages and applications name them with. Safe for use by any thread. */
public final class SessionRegistry {

    /** A deployment and what its application calls a session; another deployment of the same name has sessions of its own. */
    private record Key(long deployment, String key) {}

    private final Map<String, AppSessionState> appSessions = new ConcurrentHashMap<>();
    private final Map<String, AppSessionState> byToken = new ConcurrentHashMap<>(); // in a cluster
    private final Map<Key, AppSessionState> byKey = new ConcurrentHashMap<>();
    private final Map<Key, Set<String>> byIndexKey = new ConcurrentHashMap<>();
    private final Map<String, SipSessionState> sipSessions = new ConcurrentHashMap<>();
    private final Map<String, SipSessionState> byLocalTag = new ConcurrentHashMap<>();

    public void add(AppSessionState session) {
        addRestoring(session);
        addToken(session);
    }

    /** The same for one that another node had: messages for it wait for {@link #addToken}. */
    public void addRestoring(AppSessionState session) {
        appSessions.put(session.id().value(), session);
    }

    /** All that the session has can be found: its messages are handled here from now on, unless it has ended meanwhile. */
    public void addToken(AppSessionState session) {
        if (!session.token().isEmpty() && appSessions.containsKey(session.id().value())) {
            byToken.put(session.token(), session);
        }
    }

    /** Whether the session with that name in the cluster is here. */
    public boolean hasToken(String token) {
        return byToken.containsKey(token);
    }

    /** The session with that name in the cluster, if it is here. */
    public Optional<AppSessionState> withToken(String token) {
        return Optional.ofNullable(byToken.get(token));
    }

    /** The session of the key, made by the supplier when there is none; atomic for each key. */
    public AppSessionState byKey(long deployment, String key, Supplier<AppSessionState> factory) {
        return byKey.compute(
                new Key(deployment, key),
                (name, session) -> session != null && session.isValid() ? session : factory.get());
    }

    public Optional<AppSessionState> byKey(long deployment, String key) {
        return Optional.ofNullable(byKey.get(new Key(deployment, key))).filter(AppSessionState::isValid);
    }

    public Optional<AppSessionState> appSession(String id) {
        return Optional.ofNullable(appSessions.get(id));
    }

    /** In the session's core section; answers whether the key is new to it. */
    public boolean addIndexKey(String indexKey, AppSessionState session) {
        Set<String> keys = new LinkedHashSet<>(session.indexKeys());
        boolean added = keys.add(indexKey);
        session.indexKeys(keys);
        byIndexKey
                .computeIfAbsent(new Key(session.deployment(), indexKey), key -> ConcurrentHashMap.newKeySet())
                .add(session.id().value());
        return added;
    }

    /** In the session's core section; answers whether the session had the key. */
    public boolean removeIndexKey(String indexKey, AppSessionState session) {
        Set<String> keys = new LinkedHashSet<>(session.indexKeys());
        boolean removed = keys.remove(indexKey);
        session.indexKeys(keys);
        byIndexKey.computeIfPresent(new Key(session.deployment(), indexKey), (key, ids) -> {
            ids.remove(session.id().value());
            return ids.isEmpty() ? null : ids;
        });
        return removed;
    }

    /** The ids of a deployment's sessions that have the index key. */
    public Set<String> byIndexKey(long deployment, String indexKey) {
        return Set.copyOf(byIndexKey.getOrDefault(new Key(deployment, indexKey), Set.of()));
    }

    public void remove(AppSessionState session) {
        for (String indexKey : session.indexKeys()) {
            removeIndexKey(indexKey, session);
        }
        appSessions.remove(session.id().value());
        byToken.remove(session.token(), session);
        session.key().ifPresent(key -> byKey.remove(new Key(session.deployment(), key), session));
    }

    public void add(SipSessionState session) {
        sipSessions.put(session.id().value(), session);
    }

    /** One that is restored may be known by the id of the one it was derived from, which has ended. */
    public void alias(SipSessionState session) {
        if (session.isRecordRouted()) {
            sipSessions.putIfAbsent(session.routeId().value(), session);
        }
    }

    /** The session whose id stands in our Record-Route value. */
    public Optional<SipSessionState> sipSession(String id) {
        return Optional.ofNullable(sipSessions.get(id));
    }

    /** Lets requests whose To tag is {@code tag} find the session; the root of a family stays. */
    public void localTag(String tag, SipSessionState session) {
        byLocalTag.putIfAbsent(tag, session);
    }

    /** The root of the family of sessions with that local tag. */
    public Optional<SipSessionState> byLocalTag(String tag) {
        return Optional.ofNullable(byLocalTag.get(tag));
    }

    /** Forgets the session; a member of its family takes its place under the local tag. */
    public void remove(SipSessionState session) {
        removeRecordRouted(session);
        session.localParty()
                .tag()
                .ifPresent(tag -> byLocalTag.computeIfPresent(tag, (name, root) -> {
                    if (root != session) {
                        return root;
                    }
                    return other(session).orElse(null);
                }));
    }

    /** The Route of all calls that one proxied request made names the first session; when that ends, another one takes its place. */
    private void removeRecordRouted(SipSessionState session) {
        sipSessions.remove(session.id().value());
        String route = session.routeId().value();
        if (session.isRecordRouted() && session.wasForked()) {
            Optional<SipSessionState> other = other(session);
            if (other.isPresent()) {
                sipSessions.put(route, other.get());
            } else {
                sipSessions.remove(route);
            }
        }
    }

    private static Optional<SipSessionState> other(SipSessionState session) {
        return session.family().stream()
                .filter(member -> member != session && member.isValid())
                .findFirst();
    }

    public Collection<AppSessionState> appSessions() {
        return appSessions.values();
    }

    /** The SIP sessions at present; of a forked call that is proxied, one may be seen twice. */
    public Collection<SipSessionState> sipSessions() {
        return sipSessions.values();
    }

    public int size() {
        return appSessions.size();
    }
}
