/** What those who double the number of shards may do next: look, decide, and do it later. */

import type { GrowthStep, Ledger } from '../../../../core/cache/protocol/index.ts';
import type { Scene } from './scene.ts';
import { deleted, processOf } from './commands.ts';
import type { Step } from './search.ts';
import { IDLE, LIMITS, type Operator, spent, withOperator, type World } from './world.ts';

export function operatorSteps(scene: Scene): Step<World>[] {
  const { world, at } = scene;
  const operator = world.operators[at]!;
  const { doing } = operator;
  const steps = doing ? does(scene, operator, doing) : looks(scene, operator);
  if (world.faults.operatorCrashes > 0 && operator.memory) {
    const state = withOperator(spent(world, 'operatorCrashes'), at, { ...IDLE, goal: operator.goal });
    steps.push({ label: 'crash operator', state });
  }
  if (world.faults.turns > 0 && world.ledger.ring.target !== null) {
    const goal = operator.goal === 'grow' ? 'return' : 'grow';
    steps.push({ label: 'turn operator', state: withOperator(spent(world, 'turns'), at, { goal }) });
  }
  return steps;
}

function looks({ world, protocol, at }: Scene, { goal, memory }: Operator): Step<World>[] {
  const { ring, holders } = world.ledger;
  const sight = { ring, holders, now: 0 };
  const seen = protocol.growthMemory(memory, sight);
  const step = protocol.nextGrowthStep(goal, sight, seen, LIMITS);
  const doing = step.step === 'wait' ? null : step;
  return [{ label: 'operator looks', state: withOperator(world, at, { memory: seen, doing }) }];
}

/** Nothing is left to do, or it has not begun. */
function does(scene: Scene, { goal, memory }: Operator, doing: GrowthStep): Step<World>[] {
  const { world, size, protocol, at } = scene;
  const { ledger } = world;
  const told = (after: Ledger): Step<World>[] => [
    {
      label: `operator ${doing.step}`,
      state: withOperator({ ...world, ledger: after }, at, { doing: null }),
    },
  ];
  switch (doing.step) {
    case 'done': {
      const { epoch, shards } = ledger.ring;
      const isBegun = shards * 2 > ledger.rows.length || epoch > 1 || goal === 'return';
      if (isBegun) return [];
      const { parts } = size.growth!;
      return told(protocol.startGrowth(ledger, { epoch, target: 2 * shards, parts, hitRatio: null })[0]);
    }
    case 'advance':
      return told(protocol.advanceGrowth(ledger, doing)[0]);
    case 'turn':
      return told(protocol.turnGrowth(ledger, doing.epoch)[0]);
    case 'purge': {
      const after = purged(scene, doing);
      if (!after || !memory) return [];
      const state = withOperator(after, at, { memory: { ...memory, isPurged: true }, doing: null });
      return [{ label: 'operator purges', state }];
    }
    default:
      return [];
  }
}

/** On the processes that are trusted; null while one of the shards does not serve. */
function purged({ world, protocol, size }: Scene, { purges }: GrowthStep & { step: 'purge' }): World | null {
  let after = world;
  for (const purge of purges) {
    const { state, incarnation } = world.ledger.rows[purge.shard]!;
    if (state !== 'serving' || incarnation === null || !processOf(world, incarnation)) return null;
    for (const [key, slot] of size.slotOfKey.entries()) {
      if (protocol.isPurged(world.ledger.ring, purge, slot)) after = deleted(after, incarnation, key);
    }
  }
  return after;
}
