import type { Command } from 'commander';
import { switchover, type SwitchoverCommand } from '../commands/switchover.ts';
import { stageOption, targetOption, whyOption } from './options.ts';
import type { Choose } from './types.ts';

export function addSwitchover(cli: Command, choose: Choose): void {
  cli
    .command('switchover')
    .description('make another member the writer, as a planned change')
    .option('--to <member>', 'the member; the default is the one that a failover would choose')
    .addOption(whyOption())
    .option('--json', 'print one JSON line at the end', false)
    .addOption(stageOption())
    .addOption(targetOption())
    .action((options: SwitchoverCommand) => choose(() => switchover(options)));
}
