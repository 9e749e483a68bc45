/** A sandbox that ends while a command uses it: the command ends too, and says why. */

import { UnderstudyError } from '../../core/errors.ts';
import { isAlive, type SandboxCard } from '../../proving/sandbox/index.ts';

const LOOK_MS = 250;

export interface SandboxWatch {
  /** Aborts with the given signal, and when the sandbox has ended. */
  readonly signal: AbortSignal;
  /** The error to tell: the sandbox's end where that came first, else the one given. */
  explain(error: unknown, what: string): unknown;
  stop(): void;
}

export function watchSandbox(card: SandboxCard, signal: AbortSignal): SandboxWatch {
  const gone = new AbortController();
  const timer = setInterval(() => {
    if (!isAlive(card)) gone.abort();
  }, LOOK_MS);
  timer.unref();
  return {
    signal: AbortSignal.any([signal, gone.signal]),
    explain: (error, what) => {
      // A connection that breaks tells of the end earlier than the next look.
      const lost = !signal.aborted && (gone.signal.aborted || !isAlive(card));
      return lost ? ended(card, what, error) : error;
    },
    stop: () => clearInterval(timer),
  };
}

function ended(card: SandboxCard, what: string, cause: unknown): UnderstudyError {
  const message =
    `The sandbox (process ${card.pid}) ended while ${what} was under way; its result is lost. ` +
    'Fix: start it again with `npm start`, which says what it found.';
  return new UnderstudyError(message, { code: 'sandbox-gone', advice: 'give-up', cause });
}
