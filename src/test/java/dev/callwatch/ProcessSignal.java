package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** Signals that stop a process for a while, and one at which a JVM prints its threads, as {@code kill(1)} names them. */
enum ProcessSignal {
    STOP,
    CONT,
    QUIT;

    void send(Process process) throws IOException, InterruptedException {
        Process sent = new ProcessBuilder("kill", "-" + name(), Long.toString(process.pid())).start();
        assertThat(sent.waitFor()).isZero();
    }
}
