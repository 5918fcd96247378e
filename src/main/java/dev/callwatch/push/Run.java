package dev.callwatch.push;

/**
 * Numbers the times during which a replica runs a subscription: each take-over begins the next one. A replica that loses a
 * subscription to another one and gets it back has it in another run; what it remembers of the earlier one counts no more. It is a
 * fencing token, as Martin Kleppmann describes them for distributed locks.
 *
 * @param number rises with each take-over
 */
public record Run(long number) {

    /** Of what no replica has run before. */
    public static final Run FIRST = new Run(0);

    /**
     * Reads what {@link #toString} has written.
     *
     * @throws NumberFormatException where it is something else
     */
    public static Run of(String text) {
        return new Run(Long.parseLong(text));
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
