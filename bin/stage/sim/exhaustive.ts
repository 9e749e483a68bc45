/** `--exhaustive`: a function killed at every one of its calls, and told every old version. */

import { exhaustiveCases, ExhaustiveReport } from '../../../proving/sim/index.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { createProgress } from './progress.ts';
import type { SimStage } from './stage.ts';
import { runTasks } from './work.ts';

export async function runExhaustivePart({ terminal, signal, json }: SimStage, jobs: number): Promise<number> {
  const cases = await exhaustiveCases('all');
  const report = new ExhaustiveReport();
  const progress = createProgress(process.stderr, {
    total: cases.length,
    what: 'cases',
    note: () => `${report.violations.length} violations`,
    now: () => performance.now(),
  });
  const tasks = cases.map(({ run }) => run);
  await runTasks(tasks, { jobs, signal }, ({ index, result }) => {
    const { scenario, what } = cases[index]!;
    report.add(cases[index]!, result);
    if (result.violations.length > 0) progress.clear();
    for (const { invariant, said } of result.violations)
      terminal.bad(`${scenario}: ${what}: ${invariant}: ${said}`);
    progress.step();
  });
  progress.end();
  const line = report.line();
  if (json) terminal.data(JSON.stringify(line));
  for (const { scenario, cases: count, effective, violations } of line.scenarios) {
    const told = `${scenario}: ${count} cases, ${effective} took effect, ${violations} violations`;
    (violations === 0 ? terminal.good : terminal.bad)(told);
  }
  if (signal.aborted) return INTERRUPTED;
  return line.violations.length === 0 ? 0 : 1;
}
