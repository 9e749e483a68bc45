import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  estimateControlPlane,
  estimateDatabase,
  estimateThrottle,
  usdOfFurtherInstance,
  type PriceFile,
} from '../../core/cost/index.ts';
import { roleOutputKey } from '../../lib/index.ts';
import { synthesize } from './synth.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const prices = JSON.parse(read('docs/prices/2026-11.json')) as PriceFile;

describe("the tier's README", () => {
  const readme = read('lib/tiers/database/README.md');

  it('shows the example that is compiled', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
    const compiled = read('test/lib/tiers/database/example.ts').replace(
      '../../../../lib/index.ts',
      'understudy',
    );
    expect(shown).toBe(compiled);
  });

  it('has an example that runs', async () => {
    const { database } = await import('./tiers/database/example.ts');
    expect(database.members).toHaveLength(3);
  });

  it.each(['solo', 'pair', 'fleet'] as const)('says what %s costs', (size) => {
    const { json } = synthesize({ size, throttle: {}, tiers: { database: {} } });
    const database = estimateDatabase({ template: json.database, prices }).usd;
    const control = estimateControlPlane({ templates: [json.state, json.control], prices }).usd;
    const row = new RegExp(
      `\\| \`${size}\` +\\|.*\\| ${Math.round(database)} +\\| +${Math.round(control)} +\\|`,
    );
    expect(readme, `${Math.round(database)} and ${Math.round(control)}`).toMatch(row);
  });

  it('says what the throttle of the example adds', () => {
    const { json } = synthesize();
    const input = { templates: [json.state, json.control], prices };
    const usd = Math.round(estimateThrottle(input).usd);
    expect(readme).toContain(`throttle of the example, which adds ${usd}.`);
    expect(read('lib/README.md')).toContain(
      `A throttle of one resource adds about ${usd} with three processes`,
    );
    expect(usdOfFurtherInstance(input)).toBeLessThan(1);
  });
});

describe("the library's README", () => {
  it('lists every output', () => {
    const { json } = synthesize();
    const keys = [json.database, json.control].flatMap((template) =>
      Object.entries(template.Outputs)
        .filter(([, { Export }]) => Export === undefined)
        .map(([key]) => key),
    );
    const readme = read('lib/README.md');
    const documented = keys.filter((key) => key !== roleOutputKey('shop'));
    for (const key of documented) expect(readme).toContain(`\`${key}\``);
    expect(readme).toContain('`ShopRoleArn`');
  });
});
