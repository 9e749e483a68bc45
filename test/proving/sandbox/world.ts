/** A world for tests: its own folder below the system's temporary one, removed by `remove`. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createWorld } from '../../../proving/sandbox/home/world.ts';
import type { Pace, World } from '../../../proving/sandbox/kernel/index.ts';

export function temporaryWorld(pace: Pace = 'fast'): { world: World; remove(): void } {
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-world-'));
  fs.chmodSync(stateDir, 0o755);
  const world = createWorld({ region: 'us-east-1', pace, stateDir });
  return { world, remove: () => fs.rmSync(stateDir, { recursive: true, force: true }) };
}
