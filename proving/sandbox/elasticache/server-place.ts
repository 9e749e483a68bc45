/** Where the cache server is run from: where it is, or a copy, as the engines' user may not reach somebody's home. */

import fs from 'node:fs';
import path from 'node:path';
import type { World } from '../kernel/index.ts';
import type { RedisServer } from './binaries.ts';

const OTHERS_READ_AND_EXECUTE = 0o005;
const OTHERS_EXECUTE = 0o001;
const LIBRARIES = 'LD_LIBRARY_PATH';

/** The server, runnable by the engines' user. */
export function reachableServer(world: World, server: RedisServer): RedisServer {
  if (world.unprivileged === null || isReachable(fs.realpathSync(server.file))) return server;
  const folder = path.join(world.stateDir, 'cache-server');
  const file = path.join(folder, path.basename(server.file));
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(fs.realpathSync(server.file), file);
  for (const library of librariesOf(server)) {
    fs.copyFileSync(fs.realpathSync(library), path.join(folder, path.basename(library)));
  }
  for (const each of fs.readdirSync(folder)) fs.chmodSync(path.join(folder, each), 0o755);
  fs.chmodSync(folder, 0o755);
  return { ...server, file, env: { ...server.env, [LIBRARIES]: folder } };
}

/** Whether every user may read and run it where it is. */
export function isReachable(file: string): boolean {
  if ((fs.statSync(file).mode & OTHERS_READ_AND_EXECUTE) !== OTHERS_READ_AND_EXECUTE) return false;
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if ((fs.statSync(folder).mode & OTHERS_EXECUTE) === 0) return false;
  }
  return true;
}

function librariesOf(server: RedisServer): string[] {
  const folders = (server.env[LIBRARIES] ?? '').split(path.delimiter).filter((one) => fs.existsSync(one));
  return folders.flatMap((folder) =>
    fs
      .readdirSync(folder)
      .filter((name) => /\.so(\.|$)/.test(name))
      .map((name) => path.join(folder, name)),
  );
}
