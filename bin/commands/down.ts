/** `understudy down`: ends a sandbox, or cleans up what a crashed one left. */

import { cleanUp, defaultStateDir, runningSandbox, sandboxClient } from '../../proving/sandbox/index.ts';
import { createTerminal } from '../stage/terminal.ts';

const ENDS_MS_MAX = 20_000;
const POLL_MS = 100;

export async function down(): Promise<number> {
  const terminal = createTerminal();
  const stateDir = defaultStateDir(process.env);
  const card = runningSandbox(stateDir);
  if (card) {
    terminal.say(`ending the sandbox of process ${card.pid}`);
    await sandboxClient(card).shutDown();
    const deadline = Date.now() + ENDS_MS_MAX;
    while (runningSandbox(stateDir) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const stuck = runningSandbox(stateDir);
    if (stuck) {
      terminal.say(`process ${stuck.pid} does not end by itself; killing it`);
      process.kill(stuck.pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  const left = cleanUp(stateDir);
  if (!card && left.pid !== null)
    terminal.say(
      `found the sandbox of process ${left.pid}, which ended without cleaning up: removed ${stateDir}`,
    );
  if (left.children.length > 0) {
    terminal.say(
      `ended ${left.children.length} processes that were left: ${left.children.map((c) => `${c.name} (${c.pid})`).join(', ')}`,
    );
  }
  terminal.good(
    card || left.pid !== null
      ? 'The sandbox is down. Next: `npm start`.'
      : 'No sandbox was up. Next: `npm start`.',
  );
  return 0;
}
