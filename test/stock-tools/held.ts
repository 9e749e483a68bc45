/** The one deployed sandbox that all stock tools are tried on, and how a tool is run against it. */

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { awsVariables } from '../../bin/stage/environment.ts';
import { targetOf } from '../../bin/stage/place.ts';
import { output, readOutputs, type Outputs } from '../../ops/outputs.ts';
import { databaseToken } from '../../ops/token.ts';
import {
  runningSandbox,
  sandboxClient,
  type ClusterStatus,
  type SandboxCard,
} from '../../proving/sandbox/index.ts';
import { PATH, said, startNode, temporaryStateDir } from '../bin/command.ts';
import { untilGone, workingIn } from '../journey/processes.ts';

const STANDS_MS_MAX = 200_000;
const ENDS_MS_MAX = 20_000;
const TOOL_MS_MAX = 60_000;
/** The database user of the example application. */
const USER = 'shop';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Held {
  readonly card: SandboxCard;
  readonly outputs: Outputs;
  output(name: string): string;
  /** Runs a program as a user would, with the variables that `understudy env` prints and nobody's credentials. */
  run(command: string, args: readonly string[], more?: Readonly<Record<string, string>>): Promise<Ran>;
  cluster(): Promise<ClusterStatus>;
  /** An IAM token for a database endpoint. */
  token(host: string): Promise<string>;
  release(): Promise<void>;
}

/**
 * Deploys the example environment into a sandbox of its own. With `STOCK_TOOLS_STATE_DIR` it takes the sandbox that
 * runs on that state folder instead, and leaves it running.
 */
export async function hold(): Promise<Held> {
  const running = process.env['STOCK_TOOLS_STATE_DIR'];
  const stateDir = running ?? temporaryStateDir();
  const release = running === undefined ? await deploy(stateDir) : async () => undefined;
  const card = runningSandbox(stateDir);
  if (card === null) throw new Error(`no sandbox runs on ${stateDir}`);
  const outputs = await readOutputs(targetOf(card), 'Demo');
  return {
    card,
    outputs,
    output: (name) => output(outputs, name),
    run: (command, args, more) => runTool(command, args, { ...awsVariables(card), ...more }),
    cluster: async () => (await sandboxClient(card).status()).clusters[0]!,
    token: (host) => databaseToken(targetOf(card), { host, port: 5432, user: USER }),
    release,
  };
}

async function deploy(stateDir: string): Promise<() => Promise<void>> {
  const file = path.join(import.meta.dirname, '../journey/hold.ts');
  const holder = startNode(file, ['deployed'], { UNDERSTUDY_STATE_DIR: stateDir });
  const release = async () => {
    holder.child.kill('SIGINT');
    await Promise.race([holder.ended, new Promise((resolve) => setTimeout(resolve, ENDS_MS_MAX))]);
    holder.child.kill('SIGKILL');
    await untilGone(workingIn(stateDir), ENDS_MS_MAX);
    fs.rmSync(stateDir, { recursive: true, force: true });
  };
  await said(holder, 'the sandbox is held', STANDS_MS_MAX).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return release;
}

async function runTool(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|PG|SANDBOX)/.test(name));
  const env = { ...Object.fromEntries(inherited), PATH, LC_ALL: 'C', ...variables };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { env, timeout: TOOL_MS_MAX });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}

/** As `run`, for a call that has to succeed: its standard output. */
export async function succeeds(ran: Promise<Ran>): Promise<string> {
  const { code, stdout, stderr } = await ran;
  if (code !== 0) throw new Error(`it ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
