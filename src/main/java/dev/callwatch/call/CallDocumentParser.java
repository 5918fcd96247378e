package dev.callwatch.call;

/** Reads Vonage's document of a call again, which was kept as text. A port: only the adapter to Vonage knows its form. */
@FunctionalInterface
public interface CallDocumentParser {

    /**
     * Reads a document.
     *
     * @param document JSON as {@link CallDetail#document} has it
     * @throws UpstreamFailure.Malformed where the text is not a document that Vonage sent
     */
    CallDetail parse(String document);
}
