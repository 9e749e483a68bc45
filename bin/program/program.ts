/** The command line: one file a command, listed here in the order in which help shows them. */

import { Command } from 'commander';
import { addAck } from './ack.ts';
import { addCache } from './cache.ts';
import { addDown } from './down.ts';
import { addDrill } from './drill.ts';
import { addEnv } from './env.ts';
import { addHold } from './hold.ts';
import { addRelease } from './release.ts';
import { addSim } from './sim.ts';
import { addStrategy } from './strategy.ts';
import { addSwitchover } from './switchover.ts';
import { addToken } from './token.ts';
import type { Choose } from './types.ts';
import { addUp } from './up.ts';

const COMMANDS = [
  addUp,
  addDown,
  addDrill,
  addSim,
  addSwitchover,
  addHold,
  addRelease,
  addAck,
  addCache,
  addStrategy,
  addEnv,
  addToken,
] as const;

export function program(choose: Choose): Command {
  const cli = new Command('understudy')
    .description('Stands a self-healing environment up on this machine, breaks it, and shows how it heals.')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError('(`understudy --help` lists the commands)');
  for (const add of COMMANDS) add(cli, choose);
  return cli;
}
