/** What the rigs of controllers that a schedule wakes have alike: its minutes, the operator's word, and the ledger. */

import type { ControlItem } from '../../../core/state/items.ts';
import type { VirtualClock } from './clock.ts';
import type { MemoryStore } from './process.ts';

export const SCHEDULE = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
const MINUTE_MS = 60_000;

export interface ControllerRigOptions {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  /** Whose mode and pause `set` sets. */
  readonly tier: string;
  /** One run, woken by the schedule. */
  readonly run: () => Promise<unknown>;
}

export function controllerRig({ clock, store, tier, run }: ControllerRigOptions) {
  return {
    /** Minutes of the schedule. */
    async minutes(count: number): Promise<void> {
      for (let minute = 0; minute < count; minute += 1) {
        const started = clock.now();
        await run();
        clock.advance(Math.max(0, started + MINUTE_MS - clock.now()));
      }
    },
    set(change: Partial<ControlItem>, of = tier): void {
      const item = { kind: 'control' as const, by: 'ana', why: 'a drill', at: 0, mode: null, paused: false };
      store.controls.set(of, { ...item, ...change });
    },
    /** What each recovery is for, and its state; oldest first. */
    ledger: (): string[] =>
      [...store.ledger.values()].map(({ steps, state }) => `${steps[0]!.name.replace(/-\d+$/, '')} ${state}`),
  };
}
