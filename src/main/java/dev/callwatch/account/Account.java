package dev.callwatch.account;

import java.util.Optional;

/**
 * A Vonage Contact Center account that this process holds the credentials of.
 *
 * @param key the account key in Vonage's paths and in ours
 * @param region where the account lives
 * @param clientId the OAuth 2.0 client identifier
 * @param clientSecret where the client secret comes from
 * @param scope the OAuth 2.0 scope asked for; several are separated by spaces
 * @param country the ISO 3166-1 alpha-2 country in which national telephone numbers are read
 * @param allowance how often Vonage may be asked
 */
public record Account(
        AccountKey key,
        Region region,
        String clientId,
        ClientSecret clientSecret,
        String scope,
        Optional<String> country,
        Allowance allowance) {}
