/**
 * How long after it was issued, or its key stopped signing, something of an access token may still be alive: no token
 * lives longer than an hour, whatever a process is configured to; the rest allows for skewed clocks and for processes
 * that learn late.
 */
export const LONGEST_TOKEN_LIFE_SECONDS = 3_600 + 600;
