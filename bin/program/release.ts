import type { Command } from 'commander';
import { release, type ReleaseCommand } from '../commands/release.ts';
import { stageOption, targetOption } from './options.ts';
import type { Choose } from './types.ts';

export function addRelease(cli: Command, choose: Choose): void {
  cli
    .command('release')
    .description('let the controllers of a tier, or of all, act again')
    .argument('<tier>', 'database, say, or all')
    .option('--why <text>', 'the reason, kept in the records', 'released')
    .addOption(stageOption())
    .addOption(targetOption())
    .action((tier: string, options: ReleaseCommand) => choose(() => release(tier, options)));
}
