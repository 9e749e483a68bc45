/**
 * What a cold start of each function pays before its handler runs: the import of its bundle in a fresh process,
 * without the process's own start. Against the same function as the CDK's NodejsFunction bundles it for ES
 * modules when it is told to bring the SDK along and nothing else.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { bundleFunction, bundleOptions } from '../../lib/shared/bundle.ts';
import { FUNCTION_FOLDERS, FUNCTION_VARIABLES } from '../function-variables.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';

const ROUNDS = 7;
const ROUNDS_MIN = 3;
const PROCESS_MS_MAX = 20_000;
/** CommonJS packages call `require` for Node's own modules, which ES modules do not have. */
const BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export const functionImport: Bench = {
  name: 'function-import',
  run: async ({ seconds, say }) => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-import-'));
    try {
      const starts: number[] = [];
      const rows: BenchRow[] = [];
      for (const name of FUNCTION_FOLDERS) {
        say(`import of ${name}`);
        rows.push(compare(name, folder, (seconds * 1000) / FUNCTION_FOLDERS.length, starts));
      }
      return { unit: 'ms per import', rows, context: { 'start of Node without it, ms': median(starts) } };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function compare(name: string, folder: string, ms: number, starts: number[]): BenchRow {
  const ours = bundleFunction(name, join(folder, name, 'ours'));
  const other = bundleAsTheCdkDoes(name, join(folder, name, 'other'));
  const oursMs: number[] = [];
  const otherMs: number[] = [];
  const until = performance.now() + ms;
  // Turn about, so that what else the machine does meets all three.
  while (oursMs.length < ROUNDS_MIN || (oursMs.length < ROUNDS && performance.now() < until)) {
    const startMs = processMs('0');
    starts.push(startMs);
    oursMs.push(processMs(loading(ours)) - startMs);
    otherMs.push(processMs(loading(other)) - startMs);
  }
  return row(name, median(oursMs), median(otherMs), 'NodejsFunction');
}

/** Its ESM output with the SDK bundled: no main fields, nothing minified, every credential provider. */
function bundleAsTheCdkDoes(name: string, outdir: string): string {
  const { entryPoints, absWorkingDir, target } = bundleOptions(name);
  const outfile = join(outdir, 'index.mjs');
  buildSync({
    entryPoints,
    absWorkingDir,
    target,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: BANNER },
    logLevel: 'error',
  });
  return outfile;
}

/** As Lambda's runtime, an ES module itself, loads a function. */
function loading(file: string): string {
  const url = JSON.stringify(pathToFileURL(file).href);
  return file.endsWith('.mjs')
    ? `await import(${url})`
    : `import { createRequire } from 'node:module'; createRequire(${url})(${JSON.stringify(file)})`;
}

function processMs(script: string): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: FUNCTION_VARIABLES,
    encoding: 'utf8',
    timeout: PROCESS_MS_MAX,
  });
  const ms = performance.now() - startedAt;
  if (status !== 0) throw new Error(`the function did not load: ${stderr}`);
  return ms;
}
