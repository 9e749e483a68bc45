import type { Command } from 'commander';
import { ack, type AckCommand } from '../commands/ack.ts';
import { stageOption, targetOption, whyOption } from './options.ts';
import type { Choose } from './types.ts';

export function addAck(cli: Command, choose: Choose): void {
  cli
    .command('ack')
    .description('acknowledge a recovery, which ends the cooldown that it began')
    .argument('<recovery>', 'its id in the ledger')
    .addOption(whyOption())
    .addOption(stageOption())
    .addOption(targetOption())
    .action((id: string, options: AckCommand) => choose(() => ack(id, options)));
}
