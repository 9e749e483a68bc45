/**
 * Gets the system's package of a cache server without root and without changing the system: downloads it with what it
 * needs and this machine has not, and unpacks it into a folder. Debian's family only.
 */

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface UnpackOptions {
  /** Where the unpacked files are kept; made whole or not at all. */
  readonly folder: string;
  /** PATH in which apt-get and dpkg are looked for. */
  readonly path: string;
  say(text: string): void;
}

export interface UnpackedServer {
  readonly file: string;
  /** For LD_LIBRARY_PATH. */
  readonly libraries: string;
}

const run = promisify(execFile);
/** In this order: the first that the package source has. */
const CANDIDATES = [
  { name: 'redis-server', program: 'redis-server' },
  { name: 'valkey-server', program: 'valkey-server' },
] as const;
const COMMAND_MS_MAX = 180_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Rejects with what apt-get or dpkg said. */
export async function unpackServer(options: UnpackOptions): Promise<UnpackedServer> {
  const known = serverIn(options.folder);
  if (known !== null) return known;
  fs.mkdirSync(path.dirname(options.folder), { recursive: true });
  const work = fs.mkdtempSync(`${options.folder}.`);
  try {
    options.say("No Valkey or Redis server found: unpacking the system's package (1.5 MB, once).");
    await new PackageSource(options, work).unpack();
    putInPlace(path.join(work, 'root'), options.folder);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  const fresh = serverIn(options.folder);
  if (fresh !== null) return fresh;
  throw new Error('the package holds no server');
}

class PackageSource {
  private readonly options: UnpackOptions;
  private readonly work: string;
  /** Set once the machine's own lists have turned out to be missing or too old. */
  private listOptions: readonly string[] = [];

  constructor(options: UnpackOptions, work: string) {
    this.options = options;
    this.work = work;
  }

  async unpack(): Promise<void> {
    const archives = await this.download().catch(async () => {
      this.options.say("Asking the system's package source for its list first.");
      await this.update();
      return this.download();
    });
    const root = path.join(this.work, 'root');
    for (const archive of archives) await this.call('dpkg', ['-x', archive, root]);
  }

  private async download(): Promise<string[]> {
    const folder = path.join(this.work, 'archives');
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder);
    const packages = await this.packages();
    await this.call('apt-get', [...this.listOptions, 'download', ...packages], folder);
    return fs.readdirSync(folder).map((file) => path.join(folder, file));
  }

  /** The server's package and whatever of its dependencies is not installed here, as apt-get would install them. */
  private async packages(): Promise<string[]> {
    let last: unknown;
    for (const { name } of CANDIDATES) {
      try {
        const plan = ['--simulate', '--no-install-recommends', 'install', name];
        const said = await this.call('apt-get', [...this.listOptions, ...plan]);
        const named = [...said.matchAll(/^Inst (\S+)/gm)].map(([, one = '']) => one);
        return [...new Set([name, ...named])];
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  /** Into lists of our own, which needs no root; the system's stay as they are. */
  private async update(): Promise<void> {
    const lists = path.join(this.work, 'lists');
    const cache = path.join(this.work, 'cache');
    fs.mkdirSync(path.join(lists, 'partial'), { recursive: true });
    fs.mkdirSync(path.join(cache, 'archives', 'partial'), { recursive: true });
    this.listOptions = [`-oDir::State::lists=${lists}`, `-oDir::Cache=${cache}`];
    await this.call('apt-get', [...this.listOptions, 'update']);
  }

  private async call(command: string, args: readonly string[], cwd = this.work): Promise<string> {
    const { stdout } = await run(command, args, {
      cwd,
      env: { PATH: this.options.path, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      timeout: COMMAND_MS_MAX,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    return stdout;
  }
}

/** Somebody else may have been quicker: theirs is as good as ours. */
function putInPlace(root: string, folder: string): void {
  try {
    fs.renameSync(root, folder);
  } catch (error) {
    if (serverIn(folder) === null) throw error;
  }
}

function serverIn(folder: string): UnpackedServer | null {
  const files = CANDIDATES.map(({ program }) => path.join(folder, 'usr', 'bin', program));
  const file = files.find((one) => fs.existsSync(one));
  return file === undefined ? null : { file, libraries: libraryFolders(folder).join(path.delimiter) };
}

/** `usr/lib/<machine>` and the like. */
function libraryFolders(folder: string): string[] {
  const roots = [path.join(folder, 'usr', 'lib'), path.join(folder, 'lib')].filter((one) =>
    fs.existsSync(one),
  );
  const below = roots.flatMap((root) =>
    fs
      .readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(root, entry.name)),
  );
  return [...roots, ...below];
}
