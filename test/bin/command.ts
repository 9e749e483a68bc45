/** Runs the `understudy` command as a user would, in a state folder of its own. */

import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../house/source.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
}

/** The search path of a user who runs things through npx or an npm script: a suitable Node comes first. */
export const PATH = [path.dirname(process.execPath), process.env['PATH'] ?? ''].join(path.delimiter);

export function temporaryStateDir(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-cli-'));
  fs.rmdirSync(folder);
  return folder;
}

export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = ROOT,
): Running {
  return startNode(path.join(ROOT, 'bin/understudy.mjs'), args, env, cwd);
}

/** Runs any file that Node can run, with its output kept. */
export function startNode(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = ROOT,
): Running {
  const child = spawn(process.execPath, [file, ...args], {
    cwd,
    env: { ...process.env, PATH, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended, stdout: () => stdout, stderr: () => stderr };
}

export function understudy(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(args, env).ended;
}

/** Resolves when stderr holds the text; rejects when the command ends before, or after `timeoutMs`. */
export async function said(running: Running, text: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let over: Ended | undefined;
  void running.ended.then((ended) => (over = ended));
  while (!running.stderr().includes(text)) {
    if (over) throw new Error(`it ended (${over.code}) without saying "${text}":\n${over.stderr}`);
    if (Date.now() > deadline)
      throw new Error(`it did not say "${text}" within ${timeoutMs} ms:\n${running.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
