/** Which sandbox a command is about. */

import { InvalidInput, UnderstudyError } from '../../core/errors.ts';
import { defaultStateDir, runningSandbox, type SandboxCard } from '../../proving/sandbox/index.ts';

const ANSWER_MS_MAX = 3000;

/**
 * The running sandbox, or null. An `AWS_ENDPOINT_URL` that is set must be its own: a command never falls back
 * from the endpoint that it was given to another one.
 * @throws InvalidInput when nothing answers at the endpoint, or somebody else does
 */
export async function findSandbox(): Promise<SandboxCard | null> {
  const card = runningSandbox(defaultStateDir(process.env));
  const endpoint = process.env['AWS_ENDPOINT_URL'];
  if (endpoint && endpoint !== card?.url) throw await wrongEndpoint(endpoint, card);
  return card;
}

/** As `findSandbox`, but an error that says how to start one where there is none. */
export async function requireSandbox(): Promise<SandboxCard> {
  return (await findSandbox()) ?? requireRunning();
}

/** The running sandbox whatever `AWS_ENDPOINT_URL` says: for the command that sets it. */
export function requireRunning(): SandboxCard {
  const card = runningSandbox(defaultStateDir(process.env));
  if (card) return card;
  throw new UnderstudyError('No sandbox is running. Fix: start one with `npm start`.', {
    code: 'no-sandbox',
    advice: 'give-up',
  });
}

async function wrongEndpoint(endpoint: string, card: SandboxCard | null): Promise<InvalidInput> {
  const answers = await fetch(endpoint, { signal: AbortSignal.timeout(ANSWER_MS_MAX) }).then(
    () => true,
    () => false,
  );
  const rule = answers
    ? 'is the endpoint of the running sandbox'
    : 'is an endpoint that answers; nothing does';
  const fix = card
    ? `eval "$(npx understudy env)", or unset it; the sandbox is at ${card.url}`
    : 'unset it, or start a sandbox with `npm start`';
  return new InvalidInput('The environment', [{ field: 'AWS_ENDPOINT_URL', value: endpoint, rule, fix }]);
}
