import { UnderstudyError } from '../../core/errors.ts';

/** Waits; rejects with code `interrupted` as soon as the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupted = (): void => {
      clearTimeout(timer);
      reject(new UnderstudyError('Interrupted.', { code: 'interrupted', advice: 'give-up' }));
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', interrupted);
        resolve();
      },
      Math.max(0, ms),
    );
    if (signal.aborted) interrupted();
    else signal.addEventListener('abort', interrupted, { once: true });
  });
}
