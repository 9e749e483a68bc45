/** Waiting for something that only asking can tell, with a named bound. */

const STEP_MS = 10;

/** Asks until the answer is not undefined. A throwing question counts as "not yet". Rejects when the bound is over. */
export async function until<T>(what: string, boundMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + boundMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${boundMs} ms`, { cause: last });
    }
    await pause(STEP_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
