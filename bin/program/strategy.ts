import type { Command } from 'commander';
import { strategySet, type StrategySetCommand, strategyShow, strategyUndo } from '../commands/strategy.ts';
import type { OperatorOptions } from '../stage/operator.ts';
import { stageOption, targetOption } from './options.ts';
import type { Choose } from './types.ts';

export function addStrategy(cli: Command, choose: Choose): void {
  const strategy = cli.command('strategy').description('which users of a service get which version');
  strategy
    .command('show')
    .description('print the rules in force')
    .argument('<service>', 'shop, say')
    .addOption(stageOption())
    .addOption(targetOption())
    .action((service: string, options: OperatorOptions) => choose(() => strategyShow(service, options)));
  strategy
    .command('set')
    .description("put rules in the place of the template's, which come back with undo")
    .argument('<service>', 'shop, say')
    .argument('<file>', 'a JSON document, or - for standard input')
    .addOption(stageOption())
    .addOption(targetOption())
    .action((service: string, file: string, options: Omit<StrategySetCommand, 'file'>) =>
      choose(() => strategySet(service, { ...options, file })),
    );
  strategy
    .command('undo')
    .description("the template's rules again")
    .argument('<service>', 'shop, say')
    .addOption(stageOption())
    .addOption(targetOption())
    .action((service: string, options: OperatorOptions) => choose(() => strategyUndo(service, options)));
}
