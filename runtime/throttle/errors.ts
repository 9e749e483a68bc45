import type { Advice } from '../../core/errors.ts';
import { UnderstudyError } from '../../core/errors.ts';
import type { Refusal, RefusalReason } from '../../core/shedding/index.ts';

const ADVICE: Readonly<Record<RefusalReason, Advice>> = {
  'caller-limit': 'retry',
  shed: 'retry',
  'queue-full': 'retry',
  'deadline-passed': 'give-up',
};

/** A request was turned away before any work was done for it. `code` is the reason. */
export class Refused extends UnderstudyError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    const again = `come again in ${refusal.retryAfterS} s`;
    super(`the request was refused: ${refusal.reason}; ${again}`, {
      code: refusal.reason,
      advice: ADVICE[refusal.reason],
    });
    this.refusal = refusal;
  }
}
