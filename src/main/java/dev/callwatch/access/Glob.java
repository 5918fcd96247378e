package dev.callwatch.access;

/**
 * A text in which {@code *} stands for any text, none included; everything else, case included, stands for itself.
 *
 * @param text as in the settings
 */
public record Glob(String text) {

    private static final char ANY = '*';

    /** Whether a text has this form. */
    public boolean matches(String candidate) {
        int at = 0;
        int in = 0;
        int lastAny = -1;
        int resumeIn = 0;
        // One step back to the last * suffices, so the effort stays below length times length.
        while (in < candidate.length()) {
            if (at < text.length() && text.charAt(at) == ANY) {
                lastAny = at++;
                resumeIn = in;
            } else if (at < text.length() && text.charAt(at) == candidate.charAt(in)) {
                at++;
                in++;
            } else if (lastAny >= 0) {
                at = lastAny + 1;
                in = ++resumeIn;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == ANY) {
            at++;
        }
        return at == text.length();
    }
}
