import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CACHE_DEFAULTS, READ_BUDGET_DEFAULTS } from '../../../runtime/cache/index.ts';

const README = new URL('../../../runtime/cache/README.md', import.meta.url);

it('the defaults of the read budget are what the README says', () => {
  const rows = readFileSync(README, 'utf8').matchAll(/^\| `([\w.]+)` +\| ([\d.,]+) +\|/gmu);
  const said = Object.fromEntries(
    [...rows].map(([, name, value]) => [name, Number(value?.replace(',', ''))]),
  );
  expect(said).toEqual({ ...READ_BUDGET_DEFAULTS, 'warmth.shareMin': CACHE_DEFAULTS.warmth.shareMin });
});
