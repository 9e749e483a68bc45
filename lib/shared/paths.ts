/** Where the functions' entry files lie, in the source tree and in the packed package. */

import { fileURLToPath } from 'node:url';

/** `.ts` when run from the source, `.js` when run from the built package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const CODE_ROOT = new URL('../../', import.meta.url);
const PACKAGE_ROOT = EXTENSION === '.ts' ? CODE_ROOT : new URL('../', CODE_ROOT);

/** The folder that holds package.json. */
export const packageRoot = fileURLToPath(PACKAGE_ROOT);

/** The file that wires a function's handler to AWS. */
export function functionEntry(name: string): string {
  return fileURLToPath(new URL(`lambdas/${name}/entry${EXTENSION}`, CODE_ROOT));
}

/** The module that stands in for the SDK's credential providers in a function's bundle. */
export const environmentCredentials = fileURLToPath(
  new URL(`lambdas/shared/aws/environment-credentials${EXTENSION}`, CODE_ROOT),
);
