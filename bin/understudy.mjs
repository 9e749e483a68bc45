#!/usr/bin/env node
// Starts the `understudy` command: the compiled one where the package was built, else the sources, which
// Node runs by itself from 22.18 on.
import fs from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const sources = new URL('./cli.ts', import.meta.url);
const compiled = new URL('../dist/bin/cli.js', import.meta.url);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Node ${process.versions.node} is too old: understudy needs 22.18 or newer.\n` +
      'Fix: run it through npx or an npm script after `npm ci`, which put a suitable Node first in PATH.\n',
  );
  process.exit(3);
}
// Half of the start is compiling; from the second start on it is read back instead.
module.enableCompileCache();
await import((fs.existsSync(fileURLToPath(sources)) ? sources : compiled).href);
