/** Many seeds of one mix, and the line that adds them up. */

import { replayCommand, Totals, type MixName, type SimLine } from '../../../proving/sim/index.ts';
import { commitOf } from '../commit.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { createProgress } from './progress.ts';
import type { SimStage } from './stage.ts';
import { runTasks, type SimTask } from './work.ts';

export interface Seeds {
  readonly from: number;
  readonly count: number;
  readonly mix: MixName;
  readonly controllers: 'real' | 'none';
}

export async function runSeedsPart(stage: SimStage, seeds: Seeds, jobs: number): Promise<number> {
  const { terminal, signal } = stage;
  const { from, count, mix, controllers } = seeds;
  const tasks = Array.from({ length: count }, (_, index): SimTask => ({
    seed: from + index,
    mix,
    controllers,
  }));
  const totals = new Totals();
  let coreMs = 0;
  const progress = createProgress(process.stderr, {
    total: count,
    what: 'seeds',
    note: () => `${totals.violations.length} violations`,
    now: () => performance.now(),
  });
  await runTasks(tasks, { jobs, signal }, ({ result, ms }) => {
    totals.add(result);
    coreMs += ms;
    if (result.violations.length > 0) progress.clear();
    for (const { seed, invariant, step, said } of result.violations) {
      terminal.bad(`seed ${seed}: ${invariant} broken at step ${step}: ${said}`);
      terminal.say(`  again: ${replayCommand(seed, seeds)}`);
    }
    progress.step();
  });
  progress.end();
  const line = totals.line({
    from,
    commit: commitOf(),
    node: process.version,
    mix,
    controllers,
    coreSeconds: coreMs / 1000,
  });
  report(stage, line);
  if (signal.aborted) return INTERRUPTED;
  return line.violations.length === 0 ? 0 : 1;
}

function report({ terminal, json }: SimStage, line: SimLine): void {
  if (json) terminal.data(JSON.stringify(line));
  terminal.say(
    `${line.seeds} seeds of ${line.mix}, ${line.steps} steps, ${line.virtual_hours} virtual hours ` +
      `(${line.virtual_hours_per_s_per_core ?? '-'} a second and core)`,
  );
  const faults = Object.entries(line.faults).map(
    ([id, { drawn, effective }]) => `${id} ${effective}/${drawn}`,
  );
  terminal.say(`faults, effective of drawn: ${faults.join(', ') || 'none'}`);
  terminal.say(`checked: ${told(line.checks)}`);
  terminal.say(`rare: ${told(line.rare)}`);
  const count = line.violations.length;
  if (count === 0) return terminal.good('no invariant was broken');
  const invariants = [...new Set(line.violations.map(({ invariant }) => invariant))].toSorted();
  const seeds = new Set(line.violations.map(({ seed }) => seed)).size;
  terminal.bad(`${count} violations of ${invariants.join(', ')} in ${seeds} seeds`);
}

function told(counts: Readonly<Record<string, number>>): string {
  return (
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'nothing'
  );
}
