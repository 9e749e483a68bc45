/** `understudy down`: ends a sandbox, or cleans up what a crashed one left. */

import {
  cleanUp,
  defaultStateDir,
  isAlive,
  readOwner,
  runningSandbox,
  sandboxClient,
  tellLeftovers,
} from '../../proving/sandbox/index.ts';
import { createTerminal, type Terminal } from '../stage/terminal.ts';

const ENDS_MS_MAX = 20_000;
const POLL_MS = 100;
/** A sandbox that does not even answer is not waited for longer than this. */
const ANSWERS_MS_MAX = 3000;

export async function down(): Promise<number> {
  const terminal = createTerminal();
  const stateDir = defaultStateDir(process.env);
  const pid = livingPid(stateDir);
  if (pid !== null) await end(stateDir, pid, terminal);
  const left = await cleanUp(stateDir);
  if (pid === null) for (const line of tellLeftovers(left, Date.now())) terminal.say(line);
  else if (left.children.length > 0)
    terminal.say(
      `ended ${left.children.length} processes that were left: ${left.children.map((c) => `${c.name} (${c.pid})`).join(', ')}`,
    );
  const found = pid !== null || left.pid !== null || left.children.length > 0;
  terminal.good(found ? 'The sandbox is down. Next: `npm start`.' : 'No sandbox was up. Next: `npm start`.');
  return 0;
}

/** Also of one that has no card yet, or any more: it starts, or ends, or hangs in it. */
function livingPid(stateDir: string): number | null {
  const card = runningSandbox(stateDir);
  if (card !== null) return card.pid;
  const owner = readOwner(stateDir);
  return owner !== null && isAlive(owner) ? owner.pid : null;
}

async function end(stateDir: string, pid: number, terminal: Terminal): Promise<void> {
  terminal.say(`ending the sandbox of process ${pid}`);
  if (!(await ask(stateDir))) process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + ENDS_MS_MAX;
  while (livingPid(stateDir) !== null && Date.now() < deadline) await pause(POLL_MS);
  const stuck = livingPid(stateDir);
  if (stuck === null) return;
  terminal.say(`process ${stuck} does not end by itself; killing it`);
  process.kill(stuck, 'SIGKILL');
  await pause(POLL_MS);
}

/** False when nobody takes the request: it has no endpoint yet, or hangs. */
async function ask(stateDir: string): Promise<boolean> {
  const card = runningSandbox(stateDir);
  if (card === null) return false;
  const asked = sandboxClient(card)
    .shutDown()
    .then(
      () => true,
      () => false,
    );
  return Promise.race([asked, pause(ANSWERS_MS_MAX).then(() => false)]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
