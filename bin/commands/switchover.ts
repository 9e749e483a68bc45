/** `understudy switchover`: a planned change of the writer. */

import { randomUUID } from 'node:crypto';
import { InvalidInput, UnderstudyError } from '../../core/errors.ts';
import type { SwitchoverRefusal } from '../../core/database/index.ts';
import { readRecords } from '../../ops/records.ts';
import { switchover as change, type SwitchoverResult } from '../../ops/switchover.ts';
import { INTERRUPTED, interruptSignal } from '../stage/interrupt.ts';
import { findOperator, whyOf, type Operator, type OperatorOptions } from '../stage/operator.ts';
import { watchSandbox } from '../stage/sandbox-watch.ts';
import { createTerminal, type Terminal } from '../stage/terminal.ts';

export interface SwitchoverCommand extends OperatorOptions {
  /** @default - the member that a failover would choose */
  readonly to?: string;
  readonly why: string;
  readonly json: boolean;
}

const EXIT = { done: 0, notDone: 1 } as const;
const MS_PER_S = 1000;

export async function switchover(command: SwitchoverCommand): Promise<number> {
  const why = whyOf(command.why);
  const terminal = createTerminal();
  const interrupted = interruptSignal();
  const operator = await findOperator(command);
  const watch = operator.card === null ? null : watchSandbox(operator.card, interrupted);
  const result = await run(operator, command, { why, terminal, signal: watch?.signal ?? interrupted })
    .catch((error: unknown) => {
      throw watch?.explain(error, 'the switchover') ?? error;
    })
    .finally(() => watch?.stop());
  if (result.state === 'refused') refuseUsage(result, command);
  if (command.json) terminal.data(JSON.stringify(lineOf(result, operator)));
  tell(result, terminal);
  if (interrupted.aborted) return INTERRUPTED;
  return result.state === 'switched' ? EXIT.done : EXIT.notDone;
}

interface Run {
  readonly why: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

function run(operator: Operator, { to }: SwitchoverCommand, { why, terminal, signal }: Run) {
  const ports = {
    ...operator.ports,
    history: (sinceMs: number) => history(operator, sinceMs),
    say: (line: string) => terminal.say(line),
  };
  const { deployment, actor } = operator;
  return change(ports, { deployment, to: to ?? null, why, actor, holder: randomUUID(), signal });
}

async function history({ target, deployment }: Operator, sinceMs: number) {
  const { table, clusterId, zones, env } = deployment;
  const { observations } = await readRecords(target, { table, clusterId, zones, sinceMs });
  return observations.filter((item) => item.env === env);
}

const USAGE: readonly SwitchoverRefusal[] = ['unknown-target', 'target-is-writer'];

/** What the operator mistyped is bad usage; what AWS does not tell is its failure; all else is the cluster's state. */
function refuseUsage({ cause, reason, fix }: Refused, { to }: SwitchoverCommand): void {
  if (cause === 'aws-unknown') {
    throw new UnderstudyError(`${reason}. Fix: ${fix}.`, { code: cause, advice: 'retry' });
  }
  if (!USAGE.some((known) => known === cause)) return;
  throw new InvalidInput('The switchover', [{ field: '--to', value: to, rule: reason, fix }]);
}

type Refused = Extract<SwitchoverResult, { state: 'refused' }>;

/** The line of `--json`; what was not measured is null. */
function lineOf(result: SwitchoverResult, { deployment, actor }: Operator): object {
  const refused = result.state === 'refused' ? result : null;
  const made = result.state === 'refused' ? null : result;
  return {
    switched: result.state === 'switched',
    cluster: deployment.clusterId,
    from: made?.from ?? null,
    to: made?.to ?? null,
    after: made?.after ?? null,
    refused: refused?.cause ?? null,
    reason: result.reason,
    actor,
    recovery: made?.recovery ?? null,
    epoch: made?.epoch ?? null,
    call_ms: made?.callMs ?? null,
    writer_seen_ms: made?.writerSeenMs ?? null,
    writes_away_ms: made?.writesAwayMs ?? null,
  };
}

function tell(result: SwitchoverResult, terminal: Terminal): void {
  if (result.state === 'refused') {
    terminal.bad(`refused (${result.cause}): ${result.reason}. Fix: ${result.fix}.`);
    return;
  }
  const { from, to, callMs, writerSeenMs, writesAwayMs, recovery } = result;
  if (result.state === 'failed') {
    terminal.bad(`not switched over: ${result.reason} (record ${recovery})`);
    terminal.say('Next: aws rds describe-db-clusters shows what AWS does; then try again');
    return;
  }
  terminal.good(`${to} is the writer, ${from} is a reader: ${result.reason} (record ${recovery})`);
  const seconds = (ms: number): string => (ms / MS_PER_S).toFixed(1);
  const away =
    writesAwayMs === null
      ? 'how long writes were away was not seen'
      : `no heartbeat was written for ${seconds(writesAwayMs)} s, as the probers saw it`;
  terminal.say(`AWS answered after ${callMs} ms; all agreed after ${seconds(writerSeenMs ?? 0)} s; ${away}`);
  terminal.say(`Next: npx understudy switchover --to ${from} --why "back" returns to the old writer`);
}
