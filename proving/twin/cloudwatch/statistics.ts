/** The statistics of one period's values. */

export type Statistic = (values: readonly Cell[]) => number;

/** All values of one metric in one second: what the store keeps. */
export interface Cell {
  /** Epoch second. */
  readonly second: number;
  readonly unit: string;
  readonly values: number[];
}

const PERCENTILE = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/;

/**
 * The statistic of that name: Sum, Average, Minimum, Maximum, SampleCount or a percentile `p0` to `p100`.
 * @returns undefined for a name that is not supported here
 */
export function statistic(name: string): Statistic | undefined {
  switch (name) {
    case 'Sum':
      return (cells) => sum(flat(cells));
    case 'Average':
      return (cells) => sum(flat(cells)) / flat(cells).length;
    case 'Minimum':
      return (cells) => flat(cells).reduce((least, value) => Math.min(least, value), Infinity);
    case 'Maximum':
      return (cells) => flat(cells).reduce((most, value) => Math.max(most, value), -Infinity);
    case 'SampleCount':
      return (cells) => flat(cells).length;
    default: {
      const match = PERCENTILE.exec(name);
      return match ? (cells) => percentile(flat(cells), Number(match[1])) : undefined;
    }
  }
}

function flat(cells: readonly Cell[]): number[] {
  return cells.flatMap((cell) => cell.values);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Nearest rank: the smallest value that at least `rank` percent of the values do not exceed. */
function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1);
  return sorted[index] ?? Number.NaN;
}
