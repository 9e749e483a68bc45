import { UnderstudyError } from '../../core/errors.ts';

/**
 * The deadline of a call passed before an attempt had ended. Advice `retry` where the work is idempotent, else
 * `check`: the attempt that was under way may have had its effect.
 */
export class DeadlineExceeded extends UnderstudyError {
  constructor({ deadlineMs, idempotent }: { readonly deadlineMs: number; readonly idempotent: boolean }) {
    super(`no attempt ended within the deadline of ${deadlineMs} ms`, {
      code: 'deadline-exceeded',
      advice: idempotent ? 'retry' : 'check',
    });
  }
}
