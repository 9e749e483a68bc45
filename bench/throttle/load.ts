/** Who asks, and how what a limiter admitted is judged. */

/** A small seeded generator (mulberry32): equal seeds, equal runs. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` names of so many callers, the n-th most frequent 1/n as often as the first: zipf(1.0). */
export function zipfCallers(callers: number, count: number, seed: number): readonly string[] {
  const names = Array.from({ length: callers }, (_, at) => `caller-${at}`);
  const upTo = new Float64Array(callers);
  let total = 0;
  for (let at = 0; at < callers; at += 1) upTo[at] = total += 1 / (at + 1);
  const random = seeded(seed);
  return Array.from({ length: count }, () => names[firstAbove(upTo, random() * total)]!);
}

function firstAbove(upTo: Float64Array, value: number): number {
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (upTo[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One admission: asked for and answered at these times, in ms; it was decided in between. */
export interface Admitted {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** The most of these admissions, in their order, that surely lie within one and the same second. */
export function mostInAnySecond(admitted: readonly Admitted[]): number {
  let most = 0;
  let from = 0;
  for (const [at, { answeredAt }] of admitted.entries()) {
    while (answeredAt - admitted[from]!.askedAt >= 1000 && from < at) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}
