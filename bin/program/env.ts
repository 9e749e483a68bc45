import type { Command } from 'commander';
import { env } from '../commands/env.ts';
import type { Choose } from './types.ts';

export function addEnv(cli: Command, choose: Choose): void {
  cli
    .command('env')
    .description('print the variables that point the stock tools at the running sandbox')
    .action(() => choose(env));
}
