/** tfjs' binary with threads asks for so many workers when it starts, and can use no more. */
export const MOST_THREADS = 8;
