/** A promise with a time limit that is cleaned up whichever way it ends. */

import type { Clock } from './ports.ts';

/** Settles as `work` does, or calls `late` after `ms` and rejects with the error it returns. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(Math.max(0, ms), () => reject(late()));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
