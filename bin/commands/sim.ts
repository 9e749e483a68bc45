/** `understudy sim`: the simulator. One seed or many, the museum of defects, or every crash point. */

import { InvalidInput, type Fault } from '../../core/errors.ts';
import { MIX_DEFAULT, MIX_NAMES, type MixName } from '../../proving/sim/index.ts';
import { runExhaustivePart } from '../stage/sim/exhaustive.ts';
import { runMuseumPart } from '../stage/sim/museum.ts';
import { runSeedsPart } from '../stage/sim/seeds.ts';
import { traceSeed } from '../stage/sim/trace.ts';
import { interruptSignal } from '../stage/interrupt.ts';
import { createTerminal } from '../stage/terminal.ts';

export interface SimCommand {
  readonly seeds?: number;
  readonly from?: number;
  readonly seed?: number;
  readonly trace: boolean;
  readonly mix?: string;
  readonly controllers: 'real' | 'none';
  readonly museum: boolean;
  readonly exhaustive: boolean;
  readonly jobs: number;
  readonly json: boolean;
}

const SEEDS_DEFAULT = 100;
const FROM_DEFAULT = 1;

export async function sim(command: SimCommand): Promise<number> {
  const mix = check(command);
  const stage = { terminal: createTerminal(), signal: interruptSignal(), json: command.json };
  if (command.museum) return runMuseumPart(stage);
  const { controllers, jobs } = command;
  if (command.exhaustive) return runExhaustivePart(stage, jobs);
  if (command.seed !== undefined && command.trace)
    return traceSeed(stage, { seed: command.seed, mix, controllers });
  const from = command.seed ?? command.from ?? FROM_DEFAULT;
  const count = command.seed === undefined ? (command.seeds ?? SEEDS_DEFAULT) : 1;
  return runSeedsPart(stage, { from, count, mix, controllers }, jobs);
}

/** The mix that is meant. Throws InvalidInput for options that do not go together. */
function check(command: SimCommand): MixName {
  const faults: Fault[] = [];
  const given = (name: keyof SimCommand): boolean => command[name] !== undefined && command[name] !== false;
  const refuseBoth = (one: keyof SimCommand, other: keyof SimCommand): void => {
    if (!given(one) || !given(other)) return;
    faults.push({
      field: `--${other}`,
      value: command[other],
      rule: `does not go with --${one}`,
      fix: `leave one out`,
    });
  };
  refuseBoth('seed', 'seeds');
  refuseBoth('seed', 'from');
  for (const part of ['museum', 'exhaustive'] as const) {
    for (const other of ['seed', 'seeds', 'from', 'mix', 'trace'] as const) refuseBoth(part, other);
  }
  refuseBoth('museum', 'exhaustive');
  if (command.trace && command.seed === undefined) {
    faults.push({ field: '--trace', value: true, rule: 'tells of one seed', fix: 'add --seed S' });
  }
  const mix = MIX_NAMES.find((name) => name === (command.mix ?? MIX_DEFAULT));
  if (mix === undefined) {
    faults.push({
      field: '--mix',
      value: command.mix,
      rule: 'is no mix',
      fix: `one of ${MIX_NAMES.join(', ')}`,
    });
  }
  const last = (command.from ?? 0) + (command.seeds ?? SEEDS_DEFAULT);
  if (!Number.isSafeInteger(last)) {
    faults.push({
      field: '--from',
      value: command.from,
      rule: 'the last seed is no safe integer',
      fix: 'a smaller --from',
    });
  }
  if (faults.length > 0) throw new InvalidInput('The simulation', faults);
  return mix!;
}
