/**
 * How the code of functions and tasks is built, for the constructs that deploy it and for whatever measures it. A
 * bundle depends on the sources alone: unchanged code has an unchanged hash wherever it is built.
 */

import { dirname, join } from 'node:path';
import { buildSync, type BuildOptions } from 'esbuild';
import { environmentCredentials, functionEntry, packageRoot } from './paths.ts';

/** `.cjs`, so that no package.json around it decides what it is. */
const FILE = 'index.cjs';
export const BUNDLE_HANDLER = 'index.handler';

/** One file with everything in it: the SDK that was tested is the SDK that runs. */
const ONE_FILE = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  // ES modules first: CommonJS copies of the SDK cannot be shaken and make the bundle about 40 % larger.
  mainFields: ['module', 'main'],
  // Half the size; classes and functions keep the names that errors and logs show.
  minify: true,
  keepNames: true,
  legalComments: 'none',
  // A tsconfig.json above the package must not change what is built.
  tsconfigRaw: {},
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Bundles the function of a folder under `lambdas/` into `outdir`; answers the file's path. Throws BuildFailure. */
export function bundleFunction(folder: string, outdir: string): string {
  const outfile = join(outdir, FILE);
  buildSync({ ...bundleOptions(folder), outfile });
  return outfile;
}

export function bundleOptions(folder: string): BuildOptions {
  return {
    ...ONE_FILE,
    entryPoints: [functionEntry(folder)],
    absWorkingDir: packageRoot,
    // The sources are ES modules; the bundle is not: `import` reads every export of Node's own modules, lazy ones
    // too, and those of `node:http` alone take 20 ms to load. `require` reads what is used.
    format: 'cjs',
    alias: {
      '@aws-sdk/credential-provider-node': environmentCredentials,
      '@aws-sdk/credential-providers': environmentCredentials,
    },
    sourcemap: false,
  };
}

/** Packages of CommonJS in a bundle of ES modules ask for Node's own modules by `require`. */
const REQUIRE = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

/**
 * Bundles a file that Node can run, e.g. the application of a task, as one ES module with its source map in it.
 * @param entry path of the file, absolute
 * @throws BuildFailure when a module cannot be found or read
 */
export function bundleEntry(entry: string): Uint8Array {
  const folder = dirname(entry);
  const { outputFiles } = buildSync({
    ...ONE_FILE,
    entryPoints: [entry],
    absWorkingDir: folder,
    // Not written here: the map names the sources from this place, and so is the same wherever the code is built.
    outfile: join(folder, 'index.mjs'),
    write: false,
    format: 'esm',
    banner: { js: REQUIRE },
    sourcemap: 'inline',
    sourcesContent: false,
  });
  return outputFiles[0]!.contents;
}
