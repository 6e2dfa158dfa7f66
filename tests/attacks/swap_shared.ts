/** Places in the memory that the attacker of swap_worker.ts shares with the test. */

/** Not 0 when it is to stop. */
export const STOP = 0;
/** How often it has swapped. */
export const SWAPS = 1;
