package dev.callwatch.budget;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Max-min fairness: small wants are met in full, and those that cannot all be met get equal shares of the rest. What nobody
 * wants is divided equally, so that new demand finds something everywhere.
 */
final class FairShares {

    private FairShares() {}

    /**
     * Shares out.
     *
     * @param whole what there is
     * @param wants what each one wants first
     * @param wantsMore what each one could use beyond that, once all have what they want first
     * @return what each one gets; together no more than the whole
     */
    static int[] of(int whole, int[] wants, int[] wantsMore) {
        int[] shares = fill(whole, wants);
        int[] more = fill(whole - sum(shares), wantsMore);
        Arrays.setAll(shares, i -> shares[i] + more[i]);
        int equal = (whole - sum(shares)) / shares.length;
        Arrays.setAll(shares, i -> shares[i] + equal);
        return shares;
    }

    private static int[] fill(int amount, int[] wants) {
        int[] shares = new int[wants.length];
        int[] byWants = IntStream.range(0, wants.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> wants[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        int left = amount;
        for (int served = 0; served < byWants.length; served++) {
            int one = byWants[served];
            shares[one] = Math.min(wants[one], left / (byWants.length - served));
            left -= shares[one];
        }
        return shares;
    }

    private static int sum(int[] shares) {
        return Arrays.stream(shares).sum();
    }
}
