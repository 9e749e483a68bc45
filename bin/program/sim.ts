import { Option, type Command } from 'commander';
import type { SimCommand } from '../commands/sim.ts';
import { integer } from './options.ts';
import type { Choose } from './types.ts';

const SEEDS_MAX = 1_000_000;
const JOBS_MAX = 64;

const seedNumber = (name: string) => integer(name, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

export function addSim(cli: Command, choose: Choose): void {
  cli
    .command('sim')
    .description('run the controllers against simulated AWS in virtual time, with faults drawn from seeds')
    .option('--seeds <n>', 'how many seeds (default: 100)', integer('--seeds', 1, SEEDS_MAX))
    .option('--from <seed>', 'the first of them (default: 1)', seedNumber('--from'))
    .option('--seed <seed>', 'run this one seed', seedNumber('--seed'))
    .option('--trace', 'with --seed: tell everything that happens', false)
    .option('--mix <name>', 'which faults the seeds draw: calm, swarm, az-loss, ... (default: swarm)')
    .addOption(
      new Option('--controllers <which>', 'none replaces every function by one that does nothing')
        .choices(['real', 'none'])
        .default('real'),
    )
    .option('--museum', 'plant known defects; each must be caught', false)
    .option('--exhaustive', 'kill at every call, answer with every stale version', false)
    .option('--jobs <n>', 'threads that share the seeds', integer('--jobs', 1, JOBS_MAX), 1)
    .option('--json', 'one JSON line on stdout', false)
    .action((options: SimCommand) =>
      // Loaded only when asked for: no other command needs the simulator.
      choose(async () => (await import('../commands/sim.ts')).sim(options)),
    );
}
