import type { Clock, StateStore } from '../core/ports/index.ts';
import { CONTROLLERS } from '../lambdas/shared/contract.ts';

/** Asks every controller to look now: what held it back has ended. */
export async function wakeControllers(
  { store, clock }: { readonly store: Pick<StateStore, 'putWake'>; readonly clock: Pick<Clock, 'now'> },
  { by, why }: { readonly by: string; readonly why: string },
): Promise<void> {
  for (const controller of CONTROLLERS) {
    await store.putWake({ kind: 'wake', controller, at: clock.now(), by, why });
  }
}
