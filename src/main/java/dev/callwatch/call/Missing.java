package dev.callwatch.call;

import java.time.Duration;

/**
 * That Vonage does not know a call.
 *
 * @param lifetime how long this counts from the reading on; zero where each look-up asks again
 * @param age how long ago that reading was
 */
public record Missing(Duration lifetime, Duration age) {}
