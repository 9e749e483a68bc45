import { UnderstudyError } from '../../core/errors.ts';
import { defaultStateDir, runningSandbox, type SandboxCard } from '../../proving/sandbox/index.ts';

/** The running sandbox, or an error that says how to start one. */
export function requireSandbox(): SandboxCard {
  const card = runningSandbox(defaultStateDir(process.env));
  if (card) return card;
  throw new UnderstudyError('No sandbox is running. Fix: start one with `npm start`.', {
    code: 'no-sandbox',
    advice: 'give-up',
  });
}
