/**
 * How the code of a function is built, for the construct that deploys it and for whatever measures it. The bundle
 * depends on the sources alone: an unchanged function has an unchanged hash wherever it is built.
 */

import { join } from 'node:path';
import { buildSync, type BuildOptions } from 'esbuild';
import { environmentCredentials, functionEntry, packageRoot } from './paths.ts';

/** `.cjs`, so that no package.json around it decides what it is. */
const FILE = 'index.cjs';
export const BUNDLE_HANDLER = 'index.handler';

/** Bundles the function of a folder under `lambdas/` into `outdir`; answers the file's path. Throws BuildFailure. */
export function bundleFunction(folder: string, outdir: string): string {
  const outfile = join(outdir, FILE);
  buildSync({ ...bundleOptions(folder), outfile });
  return outfile;
}

/** One file with everything in it: the SDK that was tested is the SDK that runs. */
export function bundleOptions(folder: string): BuildOptions {
  return {
    entryPoints: [functionEntry(folder)],
    absWorkingDir: packageRoot,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // The sources are ES modules; the bundle is not: `import` reads every export of Node's own modules, lazy ones
    // too, and those of `node:http` alone take 20 ms to load. `require` reads what is used.
    format: 'cjs',
    // ES modules first: CommonJS copies of the SDK cannot be shaken and make the bundle about 40 % larger.
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': environmentCredentials,
      '@aws-sdk/credential-providers': environmentCredentials,
    },
    // Half the size; classes and functions keep the names that errors and logs show.
    minify: true,
    keepNames: true,
    legalComments: 'none',
    sourcemap: false,
    // A tsconfig.json above the package must not change what is built.
    tsconfigRaw: {},
    logLevel: 'warning',
  };
}
