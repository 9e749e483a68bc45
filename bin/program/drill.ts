import type { Command } from 'commander';
import { drill, type DrillCommand } from '../commands/drill.ts';
import { DENIABLE, FAULT_KINDS, SCENARIO_NAMES, WITHOUT } from '../../proving/drills/index.ts';
import { integer, paceOption, stageOption } from './options.ts';
import type { Choose } from './types.ts';

export function addDrill(cli: Command, choose: Choose): void {
  cli
    .command('drill')
    .description('break it, watch it heal, report; uses the running sandbox or one of its own')
    .argument('<scenario>', `${SCENARIO_NAMES.join(', ')} or all`)
    .option('--fault <fault>', `${FAULT_KINDS.join(', ')}; the default is the first of the scenario`)
    .addOption(paceOption())
    .option('--without <what>', `${WITHOUT.join(', ')}: switch that off first`)
    .option(
      '--deny <service>',
      `take an AWS API away first (${DENIABLE.join(', ')}), or only its control plane: rds-control`,
    )
    .option('--control', 'plain clients instead of ours, to show what the fault does to them', false)
    .option('--matrix', 'every legal pair of the scenario, or of all', false)
    .option('--runs <n>', 'how often', integer('--runs', 1, 1000), 1)
    .option(
      '--seed <n>',
      'chooses the victim; run k uses seed + k',
      integer('--seed', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
      1,
    )
    .option(
      '--load <percent>',
      'of the usual reads and writes a second, for a small machine; the throttle’s drills keep theirs',
      integer('--load', 10, 100),
      100,
    )
    .option('--json', 'one JSON line a drill on stdout', false)
    .addOption(stageOption())
    .action((scenario: string, options: DrillCommand) => choose(() => drill(scenario, options)));
}
