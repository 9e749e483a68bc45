/**
 * Breadth-first search over all interleavings. States are told apart by a 53-bit hash of their text, so that a million
 * of them fit; that two differ and hash alike has a chance below 1 in 10,000.
 */

export interface Step<State> {
  readonly label: string;
  readonly state: State;
}

export interface Space<State> {
  readonly initial: State;
  next(state: State): readonly Step<State>[];
  keyOf(state: State): string;
  /** What is wrong with the state, or null. Nothing is explored behind a state that is wrong. */
  violationOf(state: State): string | null;
  /** The states that must stay reachable from everywhere. */
  isHealed(state: State): boolean;
}

export interface Found {
  readonly violation: string;
  /** The shortest way there. */
  readonly trace: readonly string[];
}

export interface Explored {
  readonly states: number;
  readonly steps: number;
  readonly depth: number;
  readonly found: Found | null;
  /** Times that each kind of step was taken; a label's kind is its first word. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** @throws RangeError when there are more states than `statesMax`: an exploration is whole or it is nothing. */
export function explore<State>(space: Space<State>, statesMax: number): Explored {
  return new Exploration(space, statesMax).run();
}

class Exploration<State> {
  readonly #space: Space<State>;
  readonly #statesMax: number;
  readonly #numbers = new Map<number, number>();
  readonly #parents: number[] = [];
  readonly #labels: string[] = [];
  readonly #edges: number[] = [];
  readonly #healed: number[] = [];
  readonly #kinds = new Map<string, number>();
  #depth = 0;

  constructor(space: Space<State>, statesMax: number) {
    this.#space = space;
    this.#statesMax = statesMax;
  }

  run(): Explored {
    let layer: (readonly [number, State])[] = [];
    this.#add(this.#space.initial, -1, 'start', layer);
    while (layer.length > 0) {
      const nextLayer: (readonly [number, State])[] = [];
      for (const [from, state] of layer) {
        const violation = this.#space.violationOf(state);
        if (violation !== null) return this.#ended({ violation, trace: this.#traceTo(from) });
        for (const step of this.#space.next(state)) this.#take(from, step, nextLayer);
      }
      layer = nextLayer;
      if (layer.length > 0) this.#depth += 1;
    }
    return this.#ended(this.#stuck());
  }

  #take(from: number, { label, state }: Step<State>, layer: (readonly [number, State])[]): void {
    const kind = label.slice(0, label.indexOf(' '));
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    this.#edges.push(from, this.#add(state, from, label, layer));
  }

  #add(state: State, parent: number, label: string, layer: (readonly [number, State])[]): number {
    const hash = hash53(this.#space.keyOf(state));
    const known = this.#numbers.get(hash);
    if (known !== undefined) return known;
    const number = this.#parents.length;
    if (number >= this.#statesMax) throw new RangeError(`more than ${this.#statesMax} states`);
    this.#numbers.set(hash, number);
    this.#parents.push(parent);
    this.#labels.push(label);
    if (this.#space.isHealed(state)) this.#healed.push(number);
    layer.push([number, state]);
    return number;
  }

  /** A state from which no healed state can be reached, found by going backwards from all of these. */
  #stuck(): Found | null {
    const count = this.#parents.length;
    const reaches = new Uint8Array(count);
    for (const healed of this.#healed) reaches[healed] = 1;
    for (let changed = true; changed;) {
      changed = false;
      for (let at = this.#edges.length - 2; at >= 0; at -= 2) {
        const from = this.#edges[at]!;
        if (reaches[from] === 1 || reaches[this.#edges[at + 1]!] === 0) continue;
        reaches[from] = 1;
        changed = true;
      }
    }
    const stuck = reaches.indexOf(0);
    if (stuck < 0) return null;
    return { violation: 'no way back to service', trace: this.#traceTo(stuck) };
  }

  #traceTo(number: number): string[] {
    const trace: string[] = [];
    for (let at = number; at > 0; at = this.#parents[at]!) trace.push(this.#labels[at]!);
    return trace.toReversed();
  }

  #ended(found: Found | null): Explored {
    return {
      states: this.#parents.length,
      steps: this.#edges.length / 2,
      depth: this.#depth,
      found,
      kinds: this.#kinds,
    };
  }
}

/** Two FNV-like hashes side by side, 53 bits of them. */
function hash53(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 15), 0xc2b2ae35);
  a ^= a >>> 13;
  b ^= b >>> 16;
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff);
}
