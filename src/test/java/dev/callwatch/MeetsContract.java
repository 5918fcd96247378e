package dev.callwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.builder.ResponseBuilder;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Compares every answer that a test gets through REST Assured with the OpenAPI document. */
public final class MeetsContract implements BeforeEachCallback, AfterEachCallback, Filter {

    private static final Contract CONTRACT = Contract.ofTheSources();

    @Override
    public void beforeEach(ExtensionContext test) {
        RestAssured.filters(this);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        RestAssured.replaceFiltersWith(
                RestAssured.filters().stream().filter(filter -> filter != this).toList());
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        byte[] body = response.asByteArray();
        Map<String, String> headers = response.headers().asList().stream()
                .collect(Collectors.toMap(Header::getName, Header::getValue, (one, another) -> one + ", " + another));
        Contract.Answer answer =
                new Contract.Answer(response.statusCode(), headers, new String(body, StandardCharsets.UTF_8));
        assertThat(CONTRACT.contradictions(
                        request.getMethod(), URI.create(request.getURI()).getPath(), answer))
                .as("%s %s", request.getMethod(), request.getURI())
                .isEmpty();
        return new ResponseBuilder().clone(response).setBody(body).build();
    }
}
