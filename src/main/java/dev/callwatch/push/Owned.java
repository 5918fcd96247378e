package dev.callwatch.push;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What one replica at a time runs: a subscription, or an account that is followed for a sink. */
interface Owned {

    /** In which this replica has it. */
    OwnedRun run();

    /**
     * Ends what this replica has lost, and has in another run now, and finds out what became of what it is not to run.
     *
     * @param running what runs here
     * @param owned what this replica is to run
     * @param taken called with each that another replica ran meanwhile
     * @return completes once all that is known; never fails
     */
    static <T extends Owned> Uni<Void> check(Collection<T> running, Map<String, Run> owned, Consumer<T> taken) {
        List<T> unknown = new ArrayList<>();
        running.forEach(one -> {
            Run run = owned.get(one.run().id());
            if (run == null) {
                unknown.add(one);
            } else if (!run.equals(one.run().number())) {
                taken.accept(one);
            }
        });
        return Multi.createFrom()
                .iterable(unknown)
                .onItem()
                .transformToUni(one -> one.run().check())
                .merge()
                .onItem()
                .ignoreAsUni();
    }
}
