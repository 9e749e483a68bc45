import type { Command } from 'commander';
import { hold, type HoldCommand } from '../commands/hold.ts';
import { stageOption, targetOption, whyOption } from './options.ts';
import type { Choose } from './types.ts';

export function addHold(cli: Command, choose: Choose): void {
  cli
    .command('hold')
    .description('keep the controllers of a tier, or of all, from acting')
    .argument('<tier>', 'database, say, or all')
    .addOption(whyOption())
    .option('--for <duration>', 'end by itself, e.g. 30m; without it, stand until it is released')
    .addOption(stageOption())
    .addOption(targetOption())
    .action((tier: string, options: HoldCommand) => choose(() => hold(tier, options)));
}
