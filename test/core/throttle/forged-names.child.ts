/** Run by forged-names.test.ts with --expose-gc: takes forged names and says what the heap holds in between. */

import { CallerTable } from '../../../core/throttle/index.ts';

const NAMES = 1_000_000;
const STEPS = 4;

function heldBytes(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

const before = heldBytes();
const five = { perSecond: 5, burst: 0 };
const table = new CallerTable({ limitOf: () => five, shared: five, callersMax: 10_000 });
const held: number[] = [];
let admitted = 0;
for (let step = 0; step < STEPS; step += 1) {
  for (let n = 0; n < NAMES / STEPS; n += 1) {
    const id = step * (NAMES / STEPS) + n;
    if (table.take(`forged-identity-${id.toString(36).padStart(40, '0')}`, id / 1000) === 0) admitted += 1;
  }
  held.push(heldBytes() - before);
}
process.stdout.write(JSON.stringify({ held, admitted, callers: table.describe().callers }));
