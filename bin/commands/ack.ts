/** `understudy ack`: a person has looked at a recovery; the next one need not wait for its cooldown (I-10). */

import { InvalidInput, UnderstudyError } from '../../core/errors.ts';
import { isUnfinished } from '../../core/database/index.ts';
import { cacheLedgerId } from '../../core/state/cache-items.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import { acknowledge } from '../../ops/acknowledge.ts';
import type { OperatorPorts } from '../../ops/connect.ts';
import type { Deployment } from '../../ops/deployment.ts';
import { wakeControllers } from '../../ops/wake.ts';
import { findOperator, whyOf, type OperatorOptions } from '../stage/operator.ts';
import { createTerminal } from '../stage/terminal.ts';

export interface AckCommand extends OperatorOptions {
  readonly why: string;
}

/** Recoveries that are looked through, newest first. */
const LEDGER_COUNT = 200;
const SHOWN_MAX = 5;

export async function ack(id: string, command: AckCommand): Promise<number> {
  const why = whyOf(command.why);
  const terminal = createTerminal();
  const { target, deployment, ports, actor } = await findOperator(command);
  const ledger = await recoveriesOf(ports.store, deployment);
  const item = ledger.find((entry) => entry.id === id) ?? refuseUnknown(id, ledger);
  if (isUnfinished(item)) {
    const message = `Recovery ${id} is ${item.state}: ${item.function} still works on it. Fix: acknowledge it when it is over.`;
    throw new UnderstudyError(message, { code: 'recovery-unfinished', advice: 'retry' });
  }
  if (item.acknowledged !== undefined) {
    const { by, at, why: reason } = item.acknowledged;
    terminal.say(`${id} was acknowledged by ${by} at ${new Date(at).toISOString()}: ${reason}`);
    return 0;
  }
  await acknowledge(target, [item], { table: deployment.table, by: actor, why, at: ports.clock.now() });
  await wakeControllers(ports, { by: actor, why: `acknowledgement of ${id}` });
  terminal.good(`${id} is acknowledged by ${actor}: its cooldown is over`);
  return 0;
}

/** Of the database and of the cache, newest first. */
async function recoveriesOf(
  store: OperatorPorts['store'],
  { clusterId, env }: Deployment,
): Promise<readonly LedgerItem[]> {
  const ids = [clusterId, cacheLedgerId(env)];
  const ledgers = await Promise.all(ids.map((id) => store.recentLedger(id, LEDGER_COUNT)));
  return ledgers.flat().toSorted((a, b) => b.startedAt - a.startedAt);
}

function refuseUnknown(id: string, ledger: readonly LedgerItem[]): never {
  const known = ledger.slice(0, SHOWN_MAX).map((item) => `${item.id} (${item.function}, ${item.state})`);
  const fix = known.length === 0 ? 'there is none in the ledger' : `the newest are ${known.join(', ')}`;
  throw new InvalidInput('The acknowledgement', [
    { field: '<recovery id>', value: id, rule: 'is the id of a recovery in the ledger', fix },
  ]);
}
