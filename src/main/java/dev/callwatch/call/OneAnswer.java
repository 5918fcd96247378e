package dev.callwatch.call;

import java.util.List;
import java.util.function.ToIntFunction;

/** What one answer may hold of several documents of Vonage: 1 MiB together, in characters, or one document however large it is. */
public final class OneAnswer {

    private static final int MOST_TEXT = 1 << 20;

    private OneAnswer() {}

    /**
     * How many of the first items fit.
     *
     * @param text how many characters the document of an item has
     * @return 1 or more where there is an item
     */
    public static <T> int fitting(List<T> items, ToIntFunction<T> text) {
        long together = 0;
        int count = 0;
        for (T item : items) {
            together += text.applyAsInt(item);
            if (count > 0 && together > MOST_TEXT) {
                return count;
            }
            count++;
        }
        return count;
    }
}
