/** One file a log group, with the last lines in memory. A full file is moved aside once, so two are kept. */

import fs from 'node:fs';
import path from 'node:path';

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const TAIL_LINES = 1000;

interface Group {
  readonly file: string;
  readonly tail: string[];
  bytes: number;
  stream: fs.WriteStream;
}

export class LogFiles {
  readonly #folder: string;
  readonly #groups = new Map<string, Group>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  append(name: string, line: string): void {
    const group = this.#groups.get(name) ?? this.#open(name);
    group.tail.push(line);
    if (group.tail.length > TAIL_LINES) group.tail.splice(0, group.tail.length - TAIL_LINES);
    group.bytes += Buffer.byteLength(line) + 1;
    if (group.bytes > FILE_BYTES_MAX) this.#rotate(group);
    group.stream.write(`${line}\n`);
  }

  tail(name: string, count: number): string[] {
    return this.#groups.get(name)?.tail.slice(-count) ?? [];
  }

  names(): string[] {
    return [...this.#groups.keys()];
  }

  file(name: string): string {
    const safe = name.replaceAll(/[^\w.-]+/g, '-').replace(/^-/, '');
    return path.join(this.#folder, `${safe}.log`);
  }

  async close(): Promise<void> {
    const streams = [...this.#groups.values()].map((group) => group.stream);
    this.#groups.clear();
    await Promise.all(streams.map((stream) => new Promise<void>((resolve) => stream.end(() => resolve()))));
  }

  #open(name: string): Group {
    fs.mkdirSync(this.#folder, { recursive: true });
    const file = this.file(name);
    const bytes = fs.existsSync(file) ? fs.statSync(file).size : 0;
    const group = { file, tail: [], bytes, stream: openStream(file) };
    this.#groups.set(name, group);
    return group;
  }

  #rotate(group: Group): void {
    group.stream.end();
    fs.renameSync(group.file, `${group.file}.1`);
    group.stream = openStream(group.file);
    group.bytes = 0;
  }
}

/** A log that cannot be written (a full disk) must not end the sandbox. */
function openStream(file: string): fs.WriteStream {
  return fs.createWriteStream(file, { flags: 'a' }).on('error', () => undefined);
}
