/** `understudy release`: ends a hold. */

import type { ControlChangeItem } from '../../core/state/items.ts';
import { ALL, holdDesk, holdsOn, named, tierOf } from '../../ops/hold.ts';
import { wakeControllers } from '../../ops/wake.ts';
import { findOperator, whyOf, type OperatorOptions } from '../stage/operator.ts';
import { createTerminal } from '../stage/terminal.ts';

export interface ReleaseCommand extends OperatorOptions {
  /** @default 'released' */
  readonly why: string;
}

export async function release(text: string, command: ReleaseCommand): Promise<number> {
  const tier = tierOf(text);
  const why = whyOf(command.why);
  const terminal = createTerminal();
  const { target, deployment, ports, actor } = await findOperator(command);
  const at = ports.clock.now();
  const holds = await holdsOn(ports.store, tier, at);
  const own = holds.find((held) => held.tier === tier);
  if (own === undefined) terminal.say(`there is no hold on ${named(tier)}`);
  else {
    const sides = { by: actor, why, at, until: null };
    const change: ControlChangeItem = { kind: 'control-change', change: 'release', tier, ...sides };
    await holdDesk(target, deployment.table).write(change);
    terminal.good(`${named(tier)} is released: it was held by ${own.item.by} (${own.item.why})`);
  }
  const other = holds.find((held) => held.tier !== tier);
  if (other !== undefined) {
    terminal.bad(`it stays paused: ${named(ALL)} is held by ${other.item.by} (${other.item.why})`);
    terminal.say(`Next: npx understudy release ${ALL}`);
    return 0;
  }
  await wakeControllers(ports, { by: actor, why: `release of ${tier}` });
  terminal.say('the controllers look again now');
  return 0;
}
