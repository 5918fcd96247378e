package dev.callwatch.outbound;

import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads the body of an answer, which is in memory by then, into an array of its own size. The framework's reader would use a buffer
 * of 8 KiB for each.
 */
final class BufferedBody implements ReaderInterceptor {

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext answer) throws IOException {
        if (answer.getType() != byte[].class) {
            return answer.proceed();
        }
        InputStream body = answer.getInputStream();
        byte[] bytes = new byte[body.available()];
        int read = body.readNBytes(bytes, 0, bytes.length);
        return read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
    }
}
