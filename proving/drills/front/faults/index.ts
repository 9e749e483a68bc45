import { UnderstudyError } from '../../../../core/errors.ts';
import type { FrontFaultKind } from '../../model.ts';
import type { DrillPlace } from '../../ports.ts';
import type { StandingFault, Target } from '../types.ts';
import { partition, slow } from './network.ts';
import { hang, kill } from './processes.ts';

/** Breaks the target from outside. Call `release` whatever happens next. */
export async function injectFrontFault(
  kind: FrontFaultKind,
  { place, target, slowMs }: { readonly place: DrillPlace; readonly target: Target; readonly slowMs: number },
): Promise<StandingFault> {
  switch (kind) {
    case 'kill':
      return kill(target);
    case 'hang':
      return hang(target);
    case 'slow':
      return slow(place, target, slowMs);
    case 'partition':
      return partition(place, target);
    default:
      throw new UnderstudyError(`${kind} is nothing to inject`, {
        code: 'no-such-fault',
        advice: 'give-up',
      });
  }
}
