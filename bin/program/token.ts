import type { Command } from 'commander';
import { token, type TokenOptions } from '../commands/token.ts';
import { stageOption } from './options.ts';
import type { Choose } from './types.ts';

export function addToken(cli: Command, choose: Choose): void {
  cli
    .command('token')
    .description("print a database token for the running sandbox's application user")
    .addOption(stageOption())
    .option('--user <name>', 'database user', 'shop')
    .option('--host <name>', 'endpoint name; the default is the cluster endpoint')
    .action((options: TokenOptions) => choose(() => token(options)));
}
