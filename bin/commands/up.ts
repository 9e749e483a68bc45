/** `understudy up`: stands the environment up, drives it, says what happens, and leaves nothing behind. */

import { UnderstudyError } from '../../core/errors.ts';
import {
  BASE_LOAD,
  DEFAULT_LOAD,
  pause,
  readBack,
  startLoad,
  type RunningLoad,
} from '../../proving/drills/index.ts';
import type { Pace } from '../../proving/sandbox/index.ts';
import { parseDuration } from '../stage/duration.ts';
import { realCredentials } from '../stage/environment.ts';
import { handyLines } from '../stage/handy-lines.ts';
import { interruptSignal } from '../stage/interrupt.ts';
import { narrateLoad, narrateRecords } from '../stage/narrator.ts';
import { standUp, type Standing } from '../stage/stand-up.ts';
import { createTerminal, type Terminal } from '../stage/terminal.ts';
import { tour } from '../stage/tour.ts';

export interface UpCommand {
  /** Ends by itself that long after everything is healthy. @default - runs until Ctrl-C */
  readonly for?: string;
  readonly json: boolean;
  readonly tour: boolean;
  readonly pace: Pace;
  readonly port: number;
  readonly stage: string;
}

interface UpLine {
  readonly ready_ms: number;
  readonly stacks: readonly string[];
  readonly resources_enacted: number;
  readonly resources_inert: number;
  readonly not_enacted: readonly string[];
  readonly functions: Readonly<Record<string, { readonly invocations: number; readonly errors: number }>>;
  readonly requests: number;
  readonly failed: number;
  readonly acked_writes: number;
  readonly lost_acked_writes: number | null;
  /** The most that the sandbox and all it started had resident; pages that its processes share count once (PSS). */
  readonly rss_mb_peak: number;
  readonly processes_left: number;
}

/** Without an end of its own it runs for as long as its user likes; this bound only keeps timers legal. */
const FOREVER_MS = 7 * 24 * 3_600_000;

export async function up(command: UpCommand): Promise<number> {
  const forMs = command.for === undefined ? FOREVER_MS : parseDuration('--for', command.for);
  const terminal = createTerminal();
  const signal = interruptSignal();
  const ignored = realCredentials(process.env);
  if (ignored.length > 0)
    terminal.say(
      `ignoring ${ignored.join(', ')}: the sandbox uses throw-away credentials and never reaches AWS`,
    );
  const standing = await standUp({ ...command, terminal, signal });
  const readyMs = Math.round(performance.now());
  terminal.good(`healthy after ${(readyMs / 1000).toFixed(1)} s`);
  let line: Omit<UpLine, 'processes_left'>;
  try {
    line = await drive(standing, command, { forMs, readyMs, terminal, signal });
  } finally {
    await standing.sandbox.stop();
  }
  const left = standing.sandbox.processesLeft();
  report({ ...line, processes_left: left.length }, command.json, terminal);
  return left.length === 0 && line.lost_acked_writes === 0 ? 0 : 1;
}

interface Drive {
  readonly forMs: number;
  readonly readyMs: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

async function drive(
  standing: Standing,
  command: UpCommand,
  run: Drive,
): Promise<Omit<UpLine, 'processes_left'>> {
  const { terminal, signal } = run;
  for (const line of await handyLines(standing)) terminal.say(line);
  const { entrance } = standing;
  const isDoor = 'door' in entrance;
  const rates = isDoor ? BASE_LOAD : DEFAULT_LOAD;
  const load = startLoad({ to: entrance, ...rates });
  const through = isDoor ? entrance.door.url : entrance.url;
  terminal.say(`driving ${rates.readsPerS} reads/s and ${rates.writesPerS} writes/s through ${through}`);
  const quiet = [narrateLoad(load, terminal), narrateRecords(standing.place, terminal)];
  try {
    const touring = command.tour ? tour(standing.place, load, terminal, signal) : Promise.resolve();
    await Promise.all([pause(run.forMs, signal), touring]).catch(ignoreInterrupt);
  } finally {
    for (const stop of quiet) stop();
    await load.stop();
  }
  return await measure(standing, load, run.readyMs);
}

function ignoreInterrupt(error: unknown): void {
  if (!(error instanceof UnderstudyError && error.code === 'interrupted')) throw error;
}

async function measure(
  standing: Standing,
  load: RunningLoad,
  readyMs: number,
): Promise<Omit<UpLine, 'processes_left'>> {
  const back = await readBack(standing.place, load.tag, load.samples);
  const status = await standing.client.status();
  return {
    ready_ms: readyMs,
    stacks: status.stacks,
    resources_enacted: status.resourcesEnacted,
    resources_inert: status.resourcesInert,
    not_enacted: status.notEnacted,
    functions: status.functions,
    requests: load.samples.length,
    failed: load.samples.filter((s) => !s.ok && !s.refused).length,
    acked_writes: back.acked,
    lost_acked_writes: back.lost,
    rss_mb_peak: status.rssMbPeak,
  };
}

function report(line: UpLine, json: boolean, terminal: Terminal): void {
  if (json) terminal.data(JSON.stringify(line));
  const calm = line.lost_acked_writes === 0 && line.processes_left === 0;
  (calm ? terminal.good : terminal.bad)(
    `${line.requests} requests, ${line.failed} failed; ${line.acked_writes} writes acknowledged, ` +
      `${line.lost_acked_writes ?? 'unknown'} lost; ${line.rss_mb_peak} MB at most; ${line.processes_left} processes left`,
  );
  terminal.say('Next: npx understudy drill database-reader --fault kill');
}
