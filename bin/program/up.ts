import type { Command } from 'commander';
import { up, type UpCommand } from '../commands/up.ts';
import { integer, paceOption, stageOption } from './options.ts';
import type { Choose } from './types.ts';

const DEFAULT_PORT = 4566;

export function addUp(cli: Command, choose: Choose): void {
  cli
    .command('up')
    .description('start the sandbox, deploy the example environment into it, drive load')
    .option('--for <duration>', 'end that long after everything is healthy, e.g. 60s')
    .option('--tour', 'kill a reader, then the writer, and say what happens', false)
    .option('--json', 'print one JSON line at the end', false)
    .option('--no-page', 'serve no page (none is served yet: accepted for scripts)')
    .addOption(paceOption())
    .option(
      '--port <port>',
      'port of the AWS endpoint; 0 takes a free one',
      integer('--port', 0, 65_535),
      DEFAULT_PORT,
    )
    .addOption(stageOption())
    .action((options: UpCommand) => choose(() => up(options)));
}
