/** How long the connection may take, in milliseconds: long enough for a SYN lost twice (sent again after 1 s and 3 s). */
export const CONNECT_TIMEOUT_MS = 10_000;
