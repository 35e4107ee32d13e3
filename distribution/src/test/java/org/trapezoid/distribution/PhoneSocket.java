// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;

/** The socket of a program that is many phones: one thread waits for what comes, and looks now and then what else is to be done. */
final class PhoneSocket {
    private static final int BUFFER = 4 << 20; // a node that was slow sends much at once
    private static final int TURN = 5; // milliseconds

    private PhoneSocket() {}

    static DatagramSocket open(InetSocketAddress own) throws SocketException {
        DatagramSocket socket = new DatagramSocket(own);
        socket.setSoTimeout(TURN);
        socket.setReceiveBufferSize(BUFFER);
        return socket;
    }
}
