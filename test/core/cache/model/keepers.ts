/** What the keeper of a shard may do next: it brings the shard back, step by step. */

import { list, type Readmission, WATCH } from '../../../../core/cache/protocol/index.ts';
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
  switch (keeper.step) {
    case 'watch': {
      const incarnation = world.processes[shard]!.at(-1)!.incarnation;
      const watched = {
        row: world.ledger.rows[shard]!,
        journal: list(world.ledger, shard),
        incarnation,
        now: 0,
      };
      return [[world, protocol.afterWatch(keeper.seen, watched, LIMITS)]];
    }
    case 'close':
      return [[{ ...world, ledger: protocol.close(world.ledger, shard, keeper.epoch)[0] }, WATCH]];
    case 'settle': {
      const { seen, waitedOut } = keeper;
      const [ledger] = protocol.settle(world.ledger, { shard, epoch: seen.epoch, waitedOut });
      return [[{ ...world, ledger }, protocol.afterSettlingOf(keeper)]];
    }
    case 'open': {
      const [ledger, row] = protocol.open(world.ledger, shard, keeper.epoch, keeper.candidate);
      return [[{ ...world, ledger }, protocol.afterOpen(keeper, row)]];
    }
    case 'list':
      return [[world, protocol.afterList(keeper, list(world.ledger, shard), LIMITS)]];
    case 'apply':
    case 'flush':
      return applies(world, protocol, keeper);
    case 'serve': {
      const [ledger] = protocol.serve(world.ledger, { shard, ...keeper });
      return [[{ ...world, ledger }, WATCH]];
    }
    case 'sweep':
      return sweeps(world, protocol, keeper);
    case 'remove': {
      const [ledger] = protocol.remove(world.ledger, shard, keeper.epoch, keeper.applied);
      return [[{ ...world, ledger }, WATCH]];
    }
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
