import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../house/source.ts';
import { legalPairs } from '../../proving/drills/index.ts';

const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const examples = path.join(ROOT, 'test/docs/examples');

/** What stands in the README, from the compiled file. */
function shown(file: string): string {
  return fs
    .readFileSync(path.join(examples, file), 'utf8')
    .replace('../../../lib/index.ts', 'understudy')
    .replace('../../../runtime/index.ts', 'understudy/runtime');
}

describe('the README', () => {
  it('shows code that is compiled', () => {
    const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
    const files = ['first-deployment.ts', 'first-read.ts', 'first-cache.ts', 'first-throttle.ts'];
    expect(blocks).toEqual(files.map(shown));
  });

  it('links to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)]
      .map((match) => match[1]!)
      .filter((link) => !link.includes('://'));
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(fs.existsSync(path.join(ROOT, link)), link).toBe(true);
  });

  it('names drills that can be run', () => {
    const named = [...readme.matchAll(/understudy drill ([\w-]+)(?: --fault (\w+))?/g)];
    for (const [, scenario, fault] of named) {
      const legal = legalPairs().filter((pair) => pair.startsWith(`${scenario} `));
      expect(legal.length, scenario).toBeGreaterThan(0);
      if (fault) expect(legal).toContain(`${scenario} --fault ${fault}`);
    }
  });
});
