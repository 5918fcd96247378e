package dev.callwatch.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

import dev.callwatch.MeetsContract;
import dev.callwatch.account.Allowance;
import dev.callwatch.budget.BudgetStatus;
import io.quarkiverse.wiremock.devservice.ConnectWireMock;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@QuarkusTest
@ConnectWireMock
@ExtendWith(MeetsContract.class)
class AccountBudgetTest {

    @Test
    void a_budget_says_what_is_allowed_and_what_is_left() {
        given().get("/v1/accounts/listed/budget")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("pausedFor", is(0));
        given().get("/v1/accounts/nobody/budget").then().statusCode(404);
        given().get("/v1/accounts/{key}/budget", "no key").then().statusCode(400);
    }

    @Test
    void a_pause_is_never_said_to_be_over_before_it_is() {
        AccountBudget paused =
                AccountBudget.of(new Allowance(160, 100), new BudgetStatus(80.9, 0, Duration.ofMillis(1_001)));
        assertThat(paused).isEqualTo(new AccountBudget(80, 160, 0, 100, 2));
    }
}
