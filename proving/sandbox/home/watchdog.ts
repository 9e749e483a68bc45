/**
 * Sees that nothing outlives a sandbox that is killed. The watchdog is a shell that reads from a pipe of ours and
 * costs a megabyte: when we end without a word, the pipe ends, and the shell becomes the reaper.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { childrenFolder, ownMark, startTicks, writeWhole } from '../kernel/index.ts';

export interface Watchdog {
  readonly pid: number | undefined;
  /** Ends the watchdog: whoever calls this cleans up by itself. */
  dismiss(): Promise<void>;
}

/** `.ts` from the sources, `.js` from the built package. */
const REAPER = path.join(import.meta.dirname, `reaper${path.extname(import.meta.filename)}`);
const SCRIPT = 'read -r word && exit 0; exec "$@"';
const ENDS_MS_MAX = 2000;

export function startWatchdog(stateDir: string): Watchdog {
  const reaper = [process.execPath, '--disable-warning=ExperimentalWarning', REAPER, stateDir, ownMark()];
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'understudy-watchdog', ...reaper], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    // A session of its own: neither Ctrl-C nor the end of the terminal reaches it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { pid } = child;
  const exited = once(child, 'exit').catch(() => undefined);
  child.stdin.on('error', () => undefined);
  const record = path.join(childrenFolder(stateDir), `${pid}.json`);
  if (pid !== undefined) {
    fs.mkdirSync(childrenFolder(stateDir), { recursive: true });
    writeWhole(record, { pid, startTicks: startTicks(pid) ?? '', name: 'watchdog' });
  }
  child.unref();
  return {
    pid,
    dismiss: async () => {
      if (pid === undefined) return;
      const force = setTimeout(() => child.kill('SIGKILL'), ENDS_MS_MAX);
      child.stdin.end('done\n');
      await exited;
      clearTimeout(force);
      fs.rmSync(record, { force: true });
    },
  };
}
