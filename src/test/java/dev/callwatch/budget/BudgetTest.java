package dev.callwatch.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.callwatch.account.Account;
import dev.callwatch.account.AccountKey;
import dev.callwatch.account.Allowance;
import dev.callwatch.account.ClientSecret;
import dev.callwatch.account.Region;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BudgetTest {

    private final VirtualTime time = new VirtualTime();
    private final Budget budget = new Budget(time, time);
    private final Account account = account("a", 60, 2);

    @Test
    void a_burst_passes_at_once() {
        permit(account, 5).assertCompleted();
        permit(account, 5).assertCompleted();
    }

    @Test
    void after_the_burst_a_permit_is_waited_for_in_the_order_of_arrival() {
        permit(account, 5);
        permit(account, 5);
        List<String> served = new ArrayList<>();
        budget.permit(account, time.instant().plusSeconds(5)).subscribe().with(done -> served.add("first"));
        budget.permit(account, time.instant().plusSeconds(5)).subscribe().with(done -> served.add("second"));

        time.pass(Duration.ofMillis(999));
        assertThat(served).isEmpty();
        time.pass(Duration.ofMillis(2));
        assertThat(served).containsExactly("first");
        time.pass(Duration.ofSeconds(1));
        assertThat(served).containsExactly("first", "second");
    }

    @Test
    void a_permit_that_cannot_come_before_the_deadline_is_refused_at_once_and_takes_nothing() {
        permit(account, 5);
        permit(account, 5);

        BudgetExhausted refusal = (BudgetExhausted)
                permit(account, 1).assertFailedWith(BudgetExhausted.class).getFailure();

        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        time.pass(Duration.ofSeconds(1));
        permit(account, 1).assertCompleted();
    }

    @Test
    void a_permit_given_back_serves_another() {
        permit(account, 5);
        permit(account, 5);
        budget.giveBack(account);
        permit(account, 5).assertCompleted();
    }

    @Test
    void accounts_do_not_share_a_budget() {
        permit(account, 5);
        permit(account, 5);
        permit(account("b", 60, 2), 5).assertCompleted();
    }

    private UniAssertSubscriber<Void> permit(Account of, int deadlineSeconds) {
        return budget.permit(of, time.instant().plusSeconds(deadlineSeconds))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    private static Account account(String key, int requestsPerMinute, int burst) {
        return new Account(
                new AccountKey(key),
                new Region("emea", URI.create("https://emea.example")),
                "client",
                new ClientSecret.Fixed("secret"),
                "scope",
                Optional.empty(),
                new Allowance(requestsPerMinute, burst));
    }
}
