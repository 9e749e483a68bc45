/** A parent that keeps one warm and one busy function and never stops by itself; for the test that kills it. */

import { bench, OPERATOR } from './fixtures.ts';

const stand = await bench();
const warm = await stand.deploy(`export const handler = async () => 'warm';`);
const busy = await stand.deploy(
  `export const handler = async () => { for (;;) await new Promise((r) => setTimeout(r, 50)); };`,
);
await stand.lambda.invoke(warm, {}, OPERATOR);
void stand.lambda.invoke(busy, {}, OPERATOR);
setTimeout(() => process.stdout.write(`${stand.world.stateDir}\n`), 500);
