import type { Command } from 'commander';
import { cacheGrow, type CacheGrowCommand } from '../commands/cache.ts';
import { targetOption } from './options.ts';
import type { Choose } from './types.ts';

export function addCache(cli: Command, choose: Choose): void {
  const cache = cli.command('cache').description('guided changes of the cache tier');
  cache
    .command('grow')
    .description('double the number of shards, part after part; run it again to go on')
    .argument('<environment>', 'as its file in environments/ is called, e.g. demo')
    .option('--abort', 'give the growth up: the parts go back, and the number stays', false)
    .option('--status', 'only say where it stands', false)
    .option('--json', 'print one JSON line at the end', false)
    .addOption(targetOption())
    .action((environment: string, options: CacheGrowCommand) =>
      choose(() => cacheGrow(environment, options)),
    );
}
