import type { Command } from 'commander';
import { down } from '../commands/down.ts';
import type { Choose } from './types.ts';

export function addDown(cli: Command, choose: Choose): void {
  cli
    .command('down')
    .description('end a sandbox, or clean up what a crashed one left')
    .action(() => choose(down));
}
