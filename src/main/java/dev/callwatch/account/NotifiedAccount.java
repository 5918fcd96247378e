package dev.callwatch.account;

/**
 * An account that Vonage sends notifications of.
 *
 * @param name its name in the settings, which is part of the path that Vonage sends to
 * @param account the account
 * @param key what the notifications are signed with
 * @param follow whether calls that they name are followed although nobody asked for them
 */
public record NotifiedAccount(String name, Account account, SigningKey key, boolean follow) {}
