// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real members, of which one knows whether the other has its backups. */
@Timeout(120)
class BackupSyncTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Members members = new Members(2);

    @AfterEach
    void stop() {
        members.killAll();
    }

    @Test
    void backupsAreCompleteWhileThereIsAnotherNode() throws Exception {
        ClusterNode first = members.start();
        try (BackupSync sync = new BackupSync(first)) {
            assertThat(sync.isComplete()).as("alone").isFalse();

            ClusterNode second = members.start();
            await().atMost(PATIENCE).until(sync::isComplete);

            Members.kill(second);
            await().atMost(PATIENCE).until(() -> !sync.isComplete());
        }
    }
}
