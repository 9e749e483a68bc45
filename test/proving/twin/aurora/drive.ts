/** A cluster as the sandbox drives it, and one of three members. */

import { expect } from 'vitest';
import {
  AWS_TIMINGS,
  type ClusterState,
  type Effect,
  type Input,
  newCluster,
  nextDueAt,
  transition,
} from '../../../../proving/twin/aurora/index.ts';

/** Drives the machine as the sandbox does: every due tick runs before time goes on. */
export class Drive {
  state: ClusterState = newCluster('demo');
  now = 0;
  readonly effects: { at: number; effect: Effect }[] = [];

  input(input: Input): void {
    const next = transition(this.state, input, { now: this.now, timings: AWS_TIMINGS });
    this.state = next.state;
    for (const effect of next.effects) this.effects.push({ at: this.now, effect });
  }

  until(at: number): void {
    for (let ticks = 0; ; ticks++) {
      // A machine that asks for ticks without end would keep the sandbox busy.
      expect(ticks).toBeLessThan(100);
      const due = nextDueAt(this.state);
      if (due === null || due > at) break;
      this.now = Math.max(this.now, due);
      this.input({ kind: 'tick' });
    }
    this.now = at;
  }

  add(id: string, az: string, promotionTier = 1, instanceClass = 'db.r8g.large'): void {
    this.input({ kind: 'member-added', member: { id, az, promotionTier, instanceClass } });
    this.input({ kind: 'member-serving', member: id });
  }

  of(kind: Effect['kind']): { at: number; effect: any }[] {
    return this.effects.filter(({ effect }) => effect.kind === kind);
  }

  events(): string[] {
    return this.of('event').map(({ effect }) => effect.event.id.slice(-4));
  }
}

export function three(): Drive {
  const drive = new Drive();
  drive.add('one', 'a', 0);
  drive.add('two', 'b', 2);
  drive.add('three', 'c', 1);
  drive.effects.length = 0;
  return drive;
}
