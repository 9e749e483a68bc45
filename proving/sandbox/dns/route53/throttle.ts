/** Route 53 takes five requests a second of an account, whatever they are, and says so to the sixth. */

import { AwsError, type Operation, type World } from '../../kernel/index.ts';

const REQUESTS_PER_S = 5;

/** Wraps every operation. Throws AwsError `Throttling` from the wrapped ones. */
export function throttled(
  world: World,
  operations: Readonly<Record<string, Operation>>,
): Record<string, Operation> {
  let tokens = REQUESTS_PER_S;
  let filledAt = world.now();
  const take = (): void => {
    const now = world.now();
    tokens = Math.min(REQUESTS_PER_S, tokens + ((now - filledAt) / 1_000) * REQUESTS_PER_S);
    filledAt = now;
    if (tokens < 1) throw new AwsError('Throttling', 'Rate exceeded');
    tokens -= 1;
  };
  const limited = (inner: Operation): Operation => ({
    authorize: (input, call) => inner.authorize(input, call),
    handle: (input, call) => {
      take();
      return inner.handle(input, call);
    },
  });
  return Object.fromEntries(Object.entries(operations).map(([name, inner]) => [name, limited(inner)]));
}
