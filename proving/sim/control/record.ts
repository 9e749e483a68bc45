/** Writes down what a function changes outside, with the lease and the evidence it had when it made the call. */

import type { CallOutcome } from '../../../core/ports/index.ts';
import type { ControlCall } from '../model.ts';
import type { PortSite } from './ports.ts';

export interface MadeCall {
  /** The call reached its resource, or came back without. @param outcome what the function is told */
  settle(outcome: CallOutcome, effective: boolean): void;
}

/** To be called when the function makes the call; `settle` when it takes effect. */
export function recordCall(
  { world, invocation, folder, watch }: PortSite,
  what: { readonly call: string; readonly target: string; readonly token?: number },
): MadeCall {
  const issuedAt = world.clock.now();
  const { lease } = watch;
  const evidenceAt = watch.evidenceAt(folder, world.thresholds()['observation-age-ms-max']);
  return {
    settle: (outcome, effective) => {
      const made: ControlCall = {
        at: world.clock.now(),
        issuedAt,
        function: invocation.function,
        invocation: invocation.id,
        call: what.call,
        target: what.target,
        token: what.token ?? lease?.token ?? null,
        leaseUntil: lease?.until ?? null,
        evidenceAt,
        outcome,
        effective,
      };
      world.calls.push(made);
      world.note(() => `${made.function} ${made.call} ${made.target}: ${outcome.outcome}, ${late(made)}`);
    },
  };
}

function late({ at, issuedAt, effective }: ControlCall): string {
  return `${effective ? 'changed' : 'changed nothing'}, ${at - issuedAt} ms after it was made`;
}
