/** `understudy env`: the variables that point the stock tools at the running sandbox, for `eval`. */

import { awsVariables } from '../stage/environment.ts';
import { requireRunning } from '../stage/require-sandbox.ts';

export function env(): number {
  const variables = awsVariables(requireRunning());
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}='${value}'\n`);
  return 0;
}
