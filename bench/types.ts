/** One benchmark: a file of its own in `benches/`, listed in `benches/index.ts`. */
export interface Bench {
  readonly name: string;
  /** Progress goes to `say`, never to stdout. Bounded: `seconds` is about what it may take. */
  run(options: { readonly seconds: number; readonly say: (text: string) => void }): Promise<BenchResult>;
}

export interface BenchResult {
  readonly unit: string;
  /** What is compared, each with the value of ours, the value of the other and ours / other. */
  readonly rows: readonly BenchRow[];
  /** What else was measured and is compared with nothing: the value by its name and unit. */
  readonly context?: Readonly<Record<string, number>>;
}

export interface BenchRow {
  readonly case: string;
  readonly ours: number;
  readonly other: number;
  readonly otherName: string;
  readonly ratio: number;
}

export function row(name: string, ours: number, other: number, otherName: string): BenchRow {
  return { case: name, ours: round(ours), other: round(other), otherName, ratio: round(ours / other) };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
