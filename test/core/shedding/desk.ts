/** One clerk behind an admission level, in steps of 1 ms: whoever is admitted and finds it busy waits in a line. */

import { AdmissionLevel, rankOf, type Criticality } from '../../../core/shedding/index.ts';

export interface Visitor {
  readonly user: string;
  readonly criticality: Criticality;
  readonly aboveShare: boolean;
}

/** The line is no longer than what this many ms clear. */
const LINE_MS = 300;

export class Desk {
  readonly level = new AdmissionLevel();
  readonly served: Visitor[] = [];
  readonly shed: Visitor[] = [];
  /** Requests a millisecond that are served. */
  perMs: number;
  now = 0;
  #owed = 0;
  #able = 0;
  readonly #line: { readonly visitor: Visitor; readonly since: number }[] = [];

  constructor(perMs: number) {
    this.perMs = perMs;
  }

  /** Runs for so long while so many come a millisecond; forgets what was served and shed before. */
  run(comePerMs: number, ms: number, whoComes: (n: number) => Visitor): this {
    this.served.length = 0;
    this.shed.length = 0;
    let n = 0;
    for (const end = this.now + ms; this.now < end; this.now += 1) {
      for (this.#owed += comePerMs; this.#owed >= 1; this.#owed -= 1) this.#come(whoComes((n += 1)));
      this.#able = Math.min(this.#able + this.perMs, this.#line.length + 1);
      while (this.#able >= 1 && this.#line.length > 0) {
        this.#able -= 1;
        const { visitor, since } = this.#line.shift()!;
        this.level.began(this.now - since);
        this.served.push(visitor);
      }
    }
    return this;
  }

  #come(visitor: Visitor): void {
    const isFree = this.#line.length === 0 && this.#able >= 1;
    const isAdmitted = this.level.admit(rankOf(visitor), this.now, { waiting: this.#line.length, isFree });
    if (!isAdmitted || this.#line.length >= this.perMs * LINE_MS) this.shed.push(visitor);
    else this.#line.push({ visitor, since: this.now });
  }
}
