package dev.callwatch.chaos;

import java.util.Random;

/** Whole numbers, both bounds included; any is as likely as another. */
record Range(int least, int most) {

    int any(Random random) {
        return least + random.nextInt(most - least + 1);
    }
}
