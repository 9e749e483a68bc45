/** One seed, told step by step. */

import { newCheckers, replayCommand, runSim, Totals, type MixName } from '../../../proving/sim/index.ts';
import { commitOf } from '../commit.ts';
import type { SimStage } from './stage.ts';

export interface TracedSeed {
  readonly seed: number;
  readonly mix: MixName;
  readonly controllers: 'real' | 'none';
}

export async function traceSeed({ terminal, json }: SimStage, traced: TracedSeed): Promise<number> {
  const started = performance.now();
  // With --json, stdout belongs to the line.
  const write = json ? process.stderr : process.stdout;
  const result = await runSim({
    ...traced,
    checkers: newCheckers(),
    trace: (line) => void write.write(`${line}\n`),
  });
  const totals = new Totals();
  totals.add(result);
  const { seed, ...rest } = traced;
  const coreSeconds = (performance.now() - started) / 1000;
  const line = totals.line({ from: seed, ...rest, commit: commitOf(), node: process.version, coreSeconds });
  if (json) terminal.data(JSON.stringify(line));
  for (const { invariant, step, said } of line.violations)
    terminal.bad(`${invariant} broken at step ${step}: ${said}`);
  if (line.violations.length === 0) terminal.good(`no invariant was broken in ${line.steps} steps`);
  else terminal.say(`again: ${replayCommand(seed, rest)}`);
  terminal.say(`everything that happened: ${result.hash}`);
  return line.violations.length === 0 ? 0 : 1;
}
