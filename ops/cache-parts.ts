/** What an operator is told of the parts that have moved. */

import type { HitWindow } from '../core/cache/growth/index.ts';
import type { RingRow } from '../core/cache/protocol/index.ts';

export interface PartReport {
  /** From 1. */
  readonly part: number;
  readonly to: 'target' | 'source';
  /** From the first phase to the last. */
  readonly ms: number;
  /** Keys that were purged from both shards of it. */
  readonly purged: number;
  /** Over any window since it began; null where hardly anybody reads. */
  readonly hitRatioLowest: number | null;
  /** Before the next part began. */
  readonly hitRatioAfter: number | null;
}

export class PartReports {
  readonly #say: (line: string) => void;
  readonly #window: HitWindow;
  readonly #reports: PartReport[] = [];
  #before: RingRow | null = null;
  #beganAt = 0;
  #movedAt: number | null = null;
  #purged = 0;
  /** A part that has moved and is not reported. */
  #open: { readonly part: number; readonly to: PartReport['to']; readonly ms: number } | null = null;

  constructor(say: (line: string) => void, window: HitWindow) {
    this.#say = say;
    this.#window = window;
  }

  get all(): readonly PartReport[] {
    return this.#reports;
  }

  /** Monotonic ms; null when none has moved since this operator looks. */
  get movedAt(): number | null {
    return this.#movedAt;
  }

  purged(keys: number): void {
    this.#purged += keys;
  }

  /** The ring as it is now. Another operator may move it too, so phases may be missed. */
  note(ring: RingRow, now: number): void {
    const before = this.#before;
    this.#before = ring;
    if (!before || before.epoch === ring.epoch) return;
    if (ring.phase === 'joining') this.#began(ring, now);
    // At the end of a growth all parts are where they belong, and none has moved back.
    const isDoubled = ring.shards !== before.shards;
    if (!isDoubled && before.moved !== ring.moved && ring.phase === 'steady') {
      const to = ring.moved > before.moved ? 'target' : 'source';
      const part = Math.max(ring.moved, before.moved);
      this.#open = { part, to, ms: Math.round(now - (this.#beganAt || now)) };
      this.#movedAt = now;
    }
    if (ring.target === null) this.report(before, 'the last part');
  }

  /** The part that moved last, once the hit ratio has been waited for. */
  report({ parts, hitRatio }: Pick<RingRow, 'parts' | 'hitRatio'>, why: string): void {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    const { lowest, ratio } = this.#window;
    this.#reports.push({
      ...open,
      purged: this.#purged,
      hitRatioLowest: lowest,
      hitRatioAfter: ratio.ratio,
    });
    const numbers = `hit ratio ${text(ratio.ratio)}, lowest ${text(lowest)}, before ${text(hitRatio)}`;
    const where = open.to === 'target' ? 'moved' : 'moved back';
    this.#say(
      `part ${open.part} of ${parts} ${where} in ${open.ms} ms; ${numbers}; ${this.#purged} keys purged (${why})`,
    );
    this.#purged = 0;
  }

  #began({ parts, moved, isReturning }: RingRow, now: number): void {
    this.#beganAt = now;
    this.#window.reset();
    this.#say(`part ${isReturning ? moved : moved + 1} of ${parts} begins to move`);
  }
}

function text(ratio: number | null): string {
  return ratio === null ? 'not known' : ratio.toFixed(3);
}
