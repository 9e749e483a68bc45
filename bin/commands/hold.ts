/** `understudy hold`: pauses a tier, or all, for every controller: they read it before each call. */

import type { ControlChangeItem } from '../../core/state/items.ts';
import { holdDesk, named, tierOf } from '../../ops/hold.ts';
import { parseDuration } from '../stage/duration.ts';
import { findOperator, whyOf, type OperatorOptions } from '../stage/operator.ts';
import { createTerminal } from '../stage/terminal.ts';

export interface HoldCommand extends OperatorOptions {
  readonly why: string;
  /** Ends the hold by itself. @default - it stands until it is released */
  readonly for?: string;
}

export async function hold(text: string, command: HoldCommand): Promise<number> {
  const tier = tierOf(text);
  const why = whyOf(command.why);
  const forMs = command.for === undefined ? null : parseDuration('--for', command.for);
  const terminal = createTerminal();
  const { target, deployment, ports, actor } = await findOperator(command);
  const at = ports.clock.now();
  const until = forMs === null ? null : at + Math.ceil(forMs);
  const sides = { by: actor, why, at, until };
  const change: ControlChangeItem = { kind: 'control-change', change: 'hold', tier, ...sides };
  await holdDesk(target, deployment.table).write(change);
  const end = until === null ? 'until it is released' : `until ${new Date(until).toISOString()}`;
  terminal.good(`${named(tier)} is held by ${actor} ${end}: no controller acts there`);
  terminal.say('AWS still fails over by itself, and the client pools go on');
  terminal.say(`Next: npx understudy release ${tier}`);
  return 0;
}
