/** What the processes of a sandbox have logged. */

import fs from 'node:fs';
import path from 'node:path';

/** Every log below a state folder, with its text. */
export function logsBelow(stateDir: string): readonly { readonly file: string; readonly text: string }[] {
  const files = fs.readdirSync(stateDir, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(log|jsonl)$/.test(file) || /(^|\/)logs?\//.test(file))
    .map((file) => path.join(stateDir, file))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => ({ file, text: fs.readFileSync(file, 'utf8') }));
}

/** The logs that hold a text. */
export function logsWith(stateDir: string, text: string): readonly string[] {
  return logsBelow(stateDir)
    .filter((log) => log.text.includes(text))
    .map((log) => log.file);
}
