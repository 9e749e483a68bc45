/** What the keeper of a shard may do next: it brings the shard back, step by step. */

import { type Ledger, list, type Readmission, WATCH } from '../../../../core/cache/protocol/index.ts';
import { deleted, flushed, processOf } from './commands.ts';
import type { Protocol } from './protocol.ts';
import type { Step } from './search.ts';
import { LIMITS, spent, withKeeper, type World } from './world.ts';

export function keeperSteps(world: World, protocol: Protocol, shard: number): Step<World>[] {
  const keeper = world.keepers[shard]!;
  const steps = works(world, protocol, shard).map(([state, next]) => ({
    label: `keeper ${keeper.step}`,
    state: withKeeper(state, shard, next),
  }));
  if (world.faults.keeperCrashes > 0) {
    const crashed = withKeeper(spent(world, 'keeperCrashes'), shard, WATCH);
    steps.push({ label: `crash keeper`, state: crashed });
  }
  return steps;
}

type Work = readonly (readonly [World, Readmission])[];

function works(world: World, protocol: Protocol, shard: number): Work {
  const keeper = world.keepers[shard]!;
  if (keeper.step === 'apply' || keeper.step === 'flush') return applies(world, protocol, keeper);
  if (keeper.step === 'sweep') return sweeps(world, protocol, keeper);
  if (keeper.step === 'list') {
    return [[world, protocol.afterList(keeper, list(world.ledger, shard), LIMITS)]];
  }
  if (keeper.step === 'watch') {
    const { incarnation } = world.processes[shard]!.at(-1)!;
    const row = world.ledger.rows[shard]!;
    const watched = { row, journal: list(world.ledger, shard), incarnation, now: 0 };
    return [[world, protocol.afterWatch(keeper.seen, watched, LIMITS)]];
  }
  const [ledger, next] = transaction(world, protocol, shard, keeper);
  return [[{ ...world, ledger }, next]];
}

type Transacting = Readmission & { step: 'close' | 'settle' | 'open' | 'serve' | 'remove' };

function transaction(
  { ledger }: World,
  protocol: Protocol,
  shard: number,
  keeper: Transacting,
): readonly [Ledger, Readmission] {
  switch (keeper.step) {
    case 'close':
      return [protocol.close(ledger, shard, keeper.epoch)[0], WATCH];
    case 'settle': {
      const { seen, waitedOut } = keeper;
      const [after] = protocol.settle(ledger, { shard, epoch: seen.epoch, waitedOut });
      return [after, protocol.afterSettlingOf(keeper)];
    }
    case 'open': {
      const [after, row] = protocol.open(ledger, shard, keeper.epoch, keeper.candidate);
      return [after, protocol.afterOpen(row)];
    }
    case 'serve':
      return [protocol.serve(ledger, { shard, ...keeper })[0], WATCH];
    case 'remove':
      return [protocol.remove(ledger, shard, keeper.epoch, keeper.applied)[0], WATCH];
    default:
      throw new Error('not a transaction');
  }
}

function applies(world: World, protocol: Protocol, keeper: Readmission & { step: 'apply' | 'flush' }): Work {
  const at = keeper.row.candidate!;
  if (!processOf(world, at)) return [[world, protocol.afterApplying(keeper, false)]];
  const isFlush = keeper.step === 'flush';
  let executed = isFlush ? flushed(world, at) : world;
  if (!isFlush) for (const { key } of keeper.entries) executed = deleted(executed, at, Number(key));
  const done = [executed, protocol.afterApplying(keeper, true)] as const;
  if (world.faults.timeouts === 0) return [done];
  const failed = protocol.afterApplying(keeper, false);
  return [done, [spent(executed, 'timeouts'), failed], [spent(world, 'timeouts'), failed]];
}

function sweeps(world: World, protocol: Protocol, keeper: Readmission & { step: 'sweep' }): Work {
  const at = keeper.row.incarnation!;
  if (!processOf(world, at)) return [[world, protocol.afterSweeping(keeper, false)]];
  let executed = world;
  for (const { key } of keeper.entries) executed = deleted(executed, at, Number(key));
  return [[executed, protocol.afterSweeping(keeper, true)]];
}
