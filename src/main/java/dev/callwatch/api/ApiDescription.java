package dev.callwatch.api;

import dev.callwatch.problem.Problem;
import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.info.Contact;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/** The parts of the OpenAPI document that all paths share. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Callwatch",
                        version = "1",
                        description = "A clear, enriched, always-fresh status of Vonage Contact Center calls.",
                        contact = @Contact(name = "Callwatch"),
                        license = @License(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")),
        security = @SecurityRequirement(name = "bearer"),
        components =
                @Components(
                        securitySchemes =
                                @SecurityScheme(
                                        securitySchemeName = "bearer",
                                        type = SecuritySchemeType.HTTP,
                                        scheme = "bearer",
                                        bearerFormat = "JWT",
                                        description = "A token of an issuer in the settings. Not needed in mode none."),
                        responses = {
                            @APIResponse(
                                    name = "InvalidRequest",
                                    description = "invalid-request: a part of the request is malformed.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "invalid-request",
                                                                    value = ApiDescription.INVALID_REQUEST))),
                            @APIResponse(
                                    name = "Unauthenticated",
                                    description = "unauthenticated: there is no bearer token, or it is not valid.",
                                    headers =
                                            @Header(
                                                    name = "WWW-Authenticate",
                                                    description = "A challenge as in RFC 6750",
                                                    schema = @Schema(type = SchemaType.STRING)),
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "Forbidden",
                                    description =
                                            "forbidden: the caller may not read this account, whether it exists or not.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "RateLimited",
                                    description = "rate-limited: this caller makes too many requests.",
                                    headers =
                                            @Header(
                                                    name = "Retry-After",
                                                    description = "Seconds",
                                                    schema = @Schema(type = SchemaType.INTEGER)),
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "NotFound",
                                    description = "account-not-found or call-not-found.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class),
                                                    examples =
                                                            @ExampleObject(
                                                                    name = "call-not-found",
                                                                    value = ApiDescription.CALL_NOT_FOUND))),
                            @APIResponse(
                                    name = "UpstreamFailed",
                                    description = "upstream-rejected-credentials, upstream-forbidden,"
                                            + " upstream-unreachable, upstream-error or upstream-malformed.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "TryLater",
                                    description = "budget-exhausted, issuer-unavailable, upstream-throttled or"
                                            + " upstream-unavailable.",
                                    headers =
                                            @Header(
                                                    name = "Retry-After",
                                                    description = "Seconds",
                                                    schema = @Schema(type = SchemaType.INTEGER)),
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "TimedOut",
                                    description =
                                            "upstream-timeout: the deadline of the look-up passed; or not-cached.",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class)))
                        },
                        examples = @ExampleObject(name = "failedCall", value = ApiDescription.FAILED_CALL)))
public class ApiDescription extends Application {

    static final String INVALID_REQUEST = """
            {"type":"urn:callwatch:problem:invalid-request","title":"Invalid request","status":400,\
            "detail":"The request is malformed.","instance":"/v1/accounts/a1b2c3d4e5/calls/94e5928c",\
            "traceId":"4bf92f3577b34da6a3ce929d0e0e4736",\
            "violations":[{"field":"callGuid","message":"must be a UUID of 36 characters, without braces"}]}""";

    static final String CALL_NOT_FOUND = """
            {"type":"urn:callwatch:problem:call-not-found","title":"Call not found","status":404,\
            "detail":"Vonage does not know this call. It forgets a call 24 hours after its end.",\
            "instance":"/v1/accounts/a1b2c3d4e5/calls/24e5948c-4f4e-6646-cd77-91010f903889",\
            "traceId":"4bf92f3577b34da6a3ce929d0e0e4736"}""";

    static final String FAILED_CALL = """
            {"id":"94e5928c-7f7e-4645-ad72-61010f906449","account":"a1b2c3d4e5","state":"failed","ended":true,\
            "summary":"The call failed: the originator did not answer.",\
            "from":{"telephoneNumber":"02072068888","presentedClid":null,"agentId":"10","e164":"+442072068888",\
            "country":"GB","lineType":"fixed-line"},\
            "to":{"telephoneNumber":"02072068888","presentedClid":null,"agentId":null,"e164":"+442072068888",\
            "country":"GB","lineType":"fixed-line"},\
            "recording":null,\
            "result":{"code":"failure","party":"originator","reason":"no-answer","retry":"later"},\
            "disposition":"Wrong Number","revision":3,\
            "observed":{"at":"2026-11-24T09:00:31Z","firstAt":"2026-11-24T09:00:00Z","lastActiveAt":null,\
            "firstEndedAt":"2026-11-24T09:00:30Z","availableUntil":"2026-11-25T09:00:30Z"},\
            "stale":false,\
            "vonage":{"id":"94e5928c-7f7e-4645-ad72-61010f906449",\
            "links":[{"href":"https://emea.cc.vonage.com/v0/a1b2c3d4e5/Calls/94e5928c-7f7e-4645-ad72-61010f906449",\
            "rel":"_self"}],"from":{"telephoneNumber":"02072068888","agentId":"10"},\
            "to":{"telephoneNumber":"02072068888"},"status":null,"recordingStatus":null,\
            "result":{"code":"Failure","party":"Originator","reason":"NoAnswer"},\
            "dispositionCode":"Wrong Number"}}""";
}
