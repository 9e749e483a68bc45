import { VERIFY_MS } from './types.ts';

const POLL_MS = 10;

/** Asks until the answer is yes, at most `VERIFY_MS`. */
export async function comesTrue(ask: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + VERIFY_MS;
  while (performance.now() < deadline) {
    if (await ask()) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
