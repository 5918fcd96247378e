package dev.callwatch.watch;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.Queue;

/**
 * Items for one iteration, which forgets each as it hands it out. Mutiny holds the iterator of the last items until there are new
 * ones, which may be never, and with the iterator of a list it would hold all of them.
 */
final class HandedOut<T> implements Iterable<T> {

    private final Queue<T> left;

    HandedOut(Collection<? extends T> items) {
        this.left = new ArrayDeque<>(items);
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !left.isEmpty();
            }

            @Override
            public T next() {
                return left.remove();
            }
        };
    }
}
