/** Stands the whole environment up: sandbox, bootstrap, deployment, application. */

import os from 'node:os';
import path from 'node:path';
import { output, readOutputs, type Outputs } from '../../ops/outputs.ts';
import { versions } from './versions.ts';
import {
  defaultStateDir,
  startSandbox,
  sandboxClient,
  type Pace,
  type Sandbox,
  type SandboxClient,
} from '../../proving/sandbox/index.ts';
import type { Door, DrillPlace } from '../../proving/drills/index.ts';
import { cdk } from './cdk.ts';
import { interrupt } from './interrupt.ts';
import { createPlace, targetOf } from './place.ts';
import type { Terminal } from './terminal.ts';

export interface StandUpOptions {
  readonly stage: string;
  readonly pace: Pace;
  /** 0 takes a free port. */
  readonly port: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

export interface Standing {
  readonly sandbox: Sandbox;
  readonly client: SandboxClient;
  readonly outputs: Outputs;
  readonly place: DrillPlace;
  readonly entrance: Entrance;
}

/** Where users come in: through the edge, or, in an environment without one, at an instance of the application. */
export type Entrance = { readonly door: Door } | { readonly url: string };

const HEALTHY_MS_MAX = 120_000;

/** Rejects with everything stopped again when a step fails or the signal aborts. */
export async function standUp(options: StandUpOptions): Promise<Standing> {
  const { terminal, signal, stage } = options;
  const sandbox = await startSandbox({
    pace: options.pace,
    port: options.port,
    say: (line) => terminal.say(line),
    onShutDown: interrupt,
  });
  try {
    const { card } = sandbox;
    terminal.say(`the sandbox answers at ${card.url} (${card.region}, pace ${card.pace})`);
    const run = { card, terminal, signal };
    // Outside the project's folder: bootstrapping needs no app, and synthesizing it takes seconds.
    await cdk(['bootstrap', `aws://${card.accountId}/${card.region}`], { ...run, cwd: os.tmpdir() });
    // Templates of its own: `cdk.out` may be locked by a command line that the user runs beside it.
    const templates = path.join(defaultStateDir(process.env), 'cdk.out');
    const options = ['--require-approval', 'never', '--concurrency', '4', '--output', templates];
    await cdk(['deploy', `${stage}/*`, ...options], run);
    const client = sandboxClient(card);
    const outputs = await readOutputs(targetOf(card), stage);
    const place = createPlace({
      client,
      outputs,
      stage,
      versions: versions(),
      say: (line) => terminal.say(line),
    });
    const entrance = await entranceOf(place, outputs, terminal);
    terminal.say('waiting until every prober sees every member healthy');
    await place.healthy(HEALTHY_MS_MAX);
    return { sandbox, client, outputs, place, entrance };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

async function entranceOf(place: DrillPlace, outputs: Outputs, terminal: Terminal): Promise<Entrance> {
  if (place.front !== null) return { door: place.front.door };
  terminal.say(`starting the application on ${output(outputs, 'ClusterEndpoint')}`);
  return { url: await place.application('shop') };
}
