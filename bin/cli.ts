#!/usr/bin/env node
/** The `understudy` command. Data on stdout, progress on stderr; exit codes are those of the drills' contract. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InvalidInput, UnderstudyError } from '../core/errors.ts';
import { down } from './commands/down.ts';
import { drill, type DrillCommand } from './commands/drill.ts';
import { env } from './commands/env.ts';
import { token } from './commands/token.ts';
import { up, type UpCommand } from './commands/up.ts';
import { INTERRUPTED } from './stage/interrupt.ts';

const EXIT = { usage: 2, broken: 3 } as const;
const DEFAULT_PORT = 4566;

const stageOption = (): Option => new Option('--stage <name>', 'the CDK stage').default('Demo');
const paceOption = (): Option =>
  new Option('--pace <pace>', "managed timelines: AWS's documented times, or the same steps at a tenth")
    .choices(['fast', 'aws'])
    .default('fast');

function integer(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `${name} = ${JSON.stringify(text)} is refused: it is a whole number from ${min} to ${max}.`,
    );
  };
}

function program(run: (action: () => Promise<number> | number) => void): Command {
  const cli = new Command('understudy')
    .description('Stands a self-healing environment up on this machine, breaks it, and shows how it heals.')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError('(`understudy --help` lists the commands)');

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
    .action((options: UpCommand) => run(() => up(options)));
  cli
    .command('down')
    .description('end a sandbox, or clean up what a crashed one left')
    .action(() => run(down));
  cli
    .command('drill')
    .description('break it, watch it heal, report; uses the running sandbox or one of its own')
    .argument('<scenario>', 'database-reader, database-writer or all')
    .option('--fault <fault>', 'kill or hang; the default is the first fault of the scenario')
    .addOption(paceOption())
    .option('--without <what>', 'functions: switch every Lambda function off first')
    .option('--control', 'plain clients instead of ours, to show what the fault does to them', false)
    .option('--matrix', 'every legal pair of the scenario, or of all', false)
    .option('--runs <n>', 'how often', integer('--runs', 1, 1000), 1)
    .option(
      '--seed <n>',
      'chooses the victim; run k uses seed + k',
      integer('--seed', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
      1,
    )
    .option('--json', 'one JSON line a drill on stdout', false)
    .addOption(stageOption())
    .action((scenario: string, options: DrillCommand) => run(() => drill(scenario, options)));
  cli
    .command('env')
    .description('print the variables that point the stock tools at the running sandbox')
    .action(() => run(env));
  cli
    .command('token')
    .description("print a database token for the running sandbox's application user")
    .addOption(stageOption())
    .option('--user <name>', 'database user', 'shop')
    .option('--host <name>', 'endpoint name; the default is the cluster endpoint')
    .action((options: { stage: string; user: string; host?: string }) => run(() => token(options)));
  return cli;
}

async function main(): Promise<void> {
  let action: (() => Promise<number> | number) | undefined;
  try {
    program((chosen) => (action = chosen)).parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  try {
    process.exitCode = await action!();
  } catch (error) {
    process.exitCode = explain(error);
  }
}

/** Says what went wrong in words; a stack trace is for errors that nobody foresaw. */
function explain(error: unknown): number {
  if (!(error instanceof UnderstudyError)) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return EXIT.broken;
  }
  if (error.code === 'interrupted') return INTERRUPTED;
  process.stderr.write(`${error.message}\n`);
  return error instanceof InvalidInput ? EXIT.usage : EXIT.broken;
}

await main();
