/** So many rows share one block of memory. */
const rowsPerBlock = 256;

/** A row of numbers that are changed in place: members of `numbers` from `row` on. */
export interface NumberRow {
  readonly numbers: Float64Array;
  readonly row: number;
}

/**
 * Hands out rows of so many numbers. In an object each number that is not a small whole one, such as a time, is an object of its own: 24
 * bytes instead of 8, and one more place in memory to go to. A block is free again when nobody holds a row of it.
 */
export function createNumberRows(width: number): () => NumberRow {
  let numbers = new Float64Array(0);
  let next = 0;
  return () => {
    if (next >= numbers.length) {
      numbers = new Float64Array(rowsPerBlock * width);
      next = 0;
    }
    const row = next;
    next += width;
    return { numbers, row };
  };
}
