import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../core/failures.ts';
import { ROOT } from '../house/source.ts';

const runbook = fs.readFileSync(path.join(ROOT, 'docs/runbook.md'), 'utf8');
const sections = [...runbook.matchAll(/^## ([\w-]+)$/gm)].map((match) => match[1]!);

describe('the runbook', () => {
  it('has one section for each failure, and no other', () => {
    expect(sections.toSorted()).toEqual([...FAILURES].toSorted());
  });

  it.each(sections)('%s says what it is, how to look, what to do and when not to act', (section) => {
    const text = runbook.split(`## ${section}\n`)[1]!.split('\n## ')[0]!;
    for (const part of ['Description', 'Investigation', 'Resolution', 'When not to act'])
      expect(text).toContain(`**${part}.**`);
  });
});
