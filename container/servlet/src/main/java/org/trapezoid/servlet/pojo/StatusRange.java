// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

/** Status codes of responses, both ends included. */
record StatusRange(int begin, int end) {

    boolean contains(int status) {
        return begin <= status && status <= end;
    }

    boolean overlaps(StatusRange other) {
        return begin <= other.end && other.begin <= end;
    }

    /** How many codes. */
    int width() {
        return end - begin + 1;
    }

    @Override
    public String toString() {
        return begin == end ? Integer.toString(begin) : begin + "-" + end;
    }
}
