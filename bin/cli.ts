#!/usr/bin/env node
/** The `understudy` command. Data on stdout, progress on stderr; exit codes are those of the drills' contract. */

import { CommanderError } from 'commander';
import { InvalidInput, UnderstudyError } from '../core/errors.ts';
import { program, type Action } from './program/index.ts';
import { INTERRUPTED } from './stage/interrupt.ts';

const EXIT = { usage: 2, broken: 3 } as const;

async function main(): Promise<void> {
  let action: Action | undefined;
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
