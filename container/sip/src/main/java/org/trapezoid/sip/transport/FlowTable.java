// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The flows of a datagram socket by remote address. Bounded by two generations: a full young one becomes the old one, and
 * what nobody looked up meanwhile is forgotten. Thread-safe; the lock guards the change of generations.
 */
final class FlowTable<F extends Flow> {
    private final int generationSize;
    private final Function<InetSocketAddress, F> create;
    private final ReentrantLock aging = new ReentrantLock();
    private volatile ConcurrentHashMap<InetSocketAddress, F> young = new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<InetSocketAddress, F> old = new ConcurrentHashMap<>();

    FlowTable(int capacity, Function<InetSocketAddress, F> create) {
        this.generationSize = Math.max(1, capacity / 2);
        this.create = create;
    }

    F flow(InetSocketAddress peer) {
        F known = young.get(peer);
        return known != null ? known : admit(peer);
    }

    int size() {
        return young.size() + old.size();
    }

    private F admit(InetSocketAddress peer) {
        F aged = old.get(peer);
        if (young.size() >= generationSize) {
            age();
        }
        return aged == null ? young.computeIfAbsent(peer, create) : keep(peer, aged);
    }

    private F keep(InetSocketAddress peer, F aged) {
        F raced = young.putIfAbsent(peer, aged);
        old.remove(peer, aged);
        return raced == null ? aged : raced;
    }

    private void age() {
        aging.lock();
        try {
            if (young.size() >= generationSize) {
                old = young;
                young = new ConcurrentHashMap<>();
            }
        } finally {
            aging.unlock();
        }
    }
}
