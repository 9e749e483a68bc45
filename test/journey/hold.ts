/**
 * A sandbox that stands until it is interrupted, without the load that `understudy up` drives:
 * `bare`, or with the example environment deployed and its application running.
 */

import { interrupt, interruptSignal } from '../../bin/stage/interrupt.ts';
import { standUp } from '../../bin/stage/stand-up.ts';
import { createTerminal } from '../../bin/stage/terminal.ts';
import { startSandbox, type Sandbox } from '../../proving/sandbox/index.ts';

const terminal = createTerminal();
const signal = interruptSignal();

async function stage(kind: string | undefined): Promise<Sandbox> {
  if (kind === 'bare') return startSandbox({ say: (line) => terminal.say(line), onShutDown: interrupt });
  return (await standUp({ stage: 'Demo', pace: 'fast', port: 0, terminal, signal })).sandbox;
}

const interrupted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
const sandbox = await stage(process.argv[2]);
terminal.say('the sandbox is held');
await interrupted;
await sandbox.stop();
