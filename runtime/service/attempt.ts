/** One attempt of a request at one instance, and what it says of the instance. */

import type { Cancel, Clock } from '../ports.ts';
import { AttemptFailure } from './errors.ts';
import type { Instances } from './instances.ts';
import { type AnswerKind, type Asked, judgeAnswer, saysDraining, workOf } from './judge.ts';
import type { Incoming, Outgoing } from './ports.ts';
import type { Slot } from './slot.ts';

/** Where an attempt goes. */
export interface Place {
  readonly slot: Slot;
  readonly instances: Instances;
}

export type AttemptEnd =
  | { readonly kind: AnswerKind; readonly answer: Incoming }
  | { readonly kind: 'failure'; readonly failure: AttemptFailure }
  /** The request itself cannot be sent: nobody else's fault. */
  | { readonly kind: 'fault'; readonly error: unknown };

export interface AttemptOptions {
  readonly place: Place;
  readonly request: Omit<Outgoing, 'signal'>;
  readonly clock: Clock;
  readonly tryMs: number;
  /** Called once, unless it is cancelled. */
  readonly ended: (attempt: Attempt, end: AttemptEnd) => void;
  /** Called once, when it takes longer than an attempt may. It goes on. */
  readonly late: (attempt: Attempt) => void;
}

export class Attempt {
  readonly place: Place;
  readonly #options: AttemptOptions;
  readonly #stop = new AbortController();
  readonly #asked: Asked;
  readonly #cancelLimit: Cancel;
  #isLate = false;
  #isOver = false;

  constructor(options: AttemptOptions) {
    const { place, clock, tryMs, request } = options;
    this.place = place;
    this.#options = options;
    this.#asked = { work: workOf(request.method), since: clock.now() };
    place.slot.inFlight += 1;
    this.#cancelLimit = clock.after(tryMs, () => this.#tooLong());
    place.slot.client.send({ ...request, signal: this.#stop.signal }).then(
      (answer) => this.#answered(answer),
      (error: unknown) => this.#failed(error),
    );
  }

  /**
   * Nobody waits for it any more: its connection is destroyed. `counts`: it was waited for, so that its instance is at
   * least as slow as that.
   */
  cancel(counts: boolean): void {
    if (!this.#end()) return;
    const { clock } = this.#options;
    if (counts && !this.#isLate) this.place.slot.took(this.#elapsed(), clock.now());
    this.#stop.abort();
  }

  #answered(answer: Incoming): void {
    if (!this.#end()) return;
    const { slot, instances } = this.place;
    const kind = judgeAnswer(answer);
    if (saysDraining(answer)) instances.draining(slot);
    if (kind === 'gateway') instances.failed(slot, this.#asked);
    else if (kind === 'busy') instances.pushedBack(slot, this.#asked);
    else if (kind === 'answer' && !this.#isLate) instances.answered(slot, this.#asked);
    this.#options.ended(this, { kind, answer });
  }

  #failed(error: unknown): void {
    if (!this.#end()) return;
    const { slot, instances } = this.place;
    if (!(error instanceof AttemptFailure)) {
      this.#options.ended(this, { kind: 'fault', error });
      return;
    }
    if (error.kind !== 'timed-out') instances.failed(slot);
    else if (!this.#isLate) instances.late(slot, this.#asked);
    this.#options.ended(this, { kind: 'failure', failure: error });
  }

  #tooLong(): void {
    if (this.#isOver) return;
    this.#isLate = true;
    this.place.instances.late(this.place.slot, this.#asked);
    this.#options.late(this);
  }

  /** False where it had ended already. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.place.slot.inFlight -= 1;
    this.#cancelLimit();
    return true;
  }

  #elapsed(): number {
    return this.#options.clock.now() - this.#asked.since;
  }
}
