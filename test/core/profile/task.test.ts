import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FARGATE_MEMORY_MB, tasksFor, tasksLeft, validate } from '../../../core/profile/index.ts';
import { front } from './front.ts';
import { faultsOf, minimal } from './profiles.ts';

const DIGEST = `sha256:${'0af1'.repeat(16)}`;

describe('a tier of tasks', () => {
  it('gets every default', () => {
    const { web, service } = validate(front()).profile.tiers;
    expect(web).toEqual({
      source: { kind: 'entry', entry: 'src/web.ts' },
      version: null,
      tasks: 3,
      tasksMax: 9,
      port: 8080,
      healthPath: '/health',
      cpu: 256,
      memoryMb: 512,
      requestsPerTask: 100,
      peakRequestsPerS: null,
      environment: {},
      secrets: {},
      calls: ['shop'],
      mode: null,
    });
    expect(service).toHaveLength(1);
    expect(service[0]).toMatchObject({ application: 'shop', canary: null, tasks: 3, mode: null });
  });

  it('keeps everything that is written', () => {
    const written = {
      version: '1.4.2',
      tasks: 7,
      tasksMax: 12,
      port: 3000,
      healthPath: '/up/ready',
      cpu: 1024,
      memoryMb: 3072,
      requestsPerTask: 250,
      peakRequestsPerS: 1000,
      environment: { GREETING: 'hello' },
      mode: 'observe',
    };
    const { web } = validate(front({ web: written })).profile.tiers;
    expect(web).toMatchObject(written);
  });

  it('has tasks by its size', () => {
    const tasks = (size: 'solo' | 'pair' | 'fleet'): number | undefined =>
      validate({ ...front(), size }).profile.tiers.web?.tasks;
    expect([tasks('solo'), tasks('pair'), tasks('fleet')]).toEqual([3, 3, 6]);
  });

  it('runs an image by tag or digest', () => {
    for (const image of [
      'nginx:1.29',
      'registry.example.com:5000/team/web:v2',
      `public.ecr.aws/a/b@${DIGEST}`,
    ]) {
      const { web } = validate(front({ web: { entry: undefined, image } })).profile.tiers;
      expect(web?.source).toEqual({ kind: 'image', image });
    }
  });

  it('has the least memory that is sold with its CPU', () => {
    for (const [cpu, sizes] of Object.entries(FARGATE_MEMORY_MB)) {
      const { web } = validate(front({ web: { cpu: Number(cpu) } })).profile.tiers;
      expect(web?.memoryMb).toBe(sizes[0]);
    }
  });

  it('is none where the profile has none', () => {
    expect(validate(minimal).profile.tiers).toMatchObject({ service: [], web: null, edge: null });
  });
});

describe('a canary', () => {
  it('differs in what is named: the rest is that of the first version', () => {
    const service = {
      port: 3000,
      tasks: 6,
      environment: { A: '1', B: '2' },
      canary: { entry: 'src/next.ts', version: 'next', environment: { B: '3' } },
    };
    const [shop] = validate(front({ service })).profile.tiers.service;
    expect(shop?.canary).toMatchObject({
      source: { kind: 'entry', entry: 'src/next.ts' },
      version: 'next',
      port: 3000,
      tasks: 3,
      tasksMax: 9,
      environment: { A: '1', B: '3' },
    });
  });

  it('I-35: stands in each zone too', () => {
    const [fault] = faultsOf(front({ service: { canary: { entry: 'src/next.ts', tasks: 1 } } }));
    expect(fault).toMatchObject({
      field: 'tiers.service.shop.canary.tasks',
      fix: 'use at least 3 tasks',
    });
  });
});

describe('bad input of a task is refused', () => {
  type Row = readonly [what: string, web: object, field: string, rule: RegExp, fix: RegExp];
  const rows: readonly Row[] = [
    ['image and entry', { image: 'nginx:1.29' }, 'image', /one of the two/, /leave out image or entry/],
    ['neither', { entry: undefined }, 'entry', /is required/, /src\/main\.ts/],
    ['an image without a tag', { entry: undefined, image: 'nginx' }, 'image', /a tag other than/, /1\.4\.2/],
    [
      'the newest image',
      { entry: undefined, image: 'nginx:latest' },
      'image',
      /a tag other than/,
      /digest|sha256/,
    ],
    ['an entry outside the checkout', { entry: '../web.ts' }, 'entry', /of the checkout/, /src\/main\.ts/],
    [
      'an entry by its whole path',
      { entry: '/src/web.ts' },
      'entry',
      /of the checkout/,
      /root of the checkout/,
    ],
    ['an entry that Node cannot run', { entry: 'src/web.py' }, 'entry', /Node can run/, /src\/main\.ts/],
    ['no tasks', { tasks: 0 }, 'tasks', /one for each of the 3 zones.*I-35/, /use at least 3 tasks/],
    ['a zone without a task', { tasks: 2 }, 'tasks', /one for each of the 3 zones/, /use at least 3 tasks/],
    ['half a task', { tasks: 3.5 }, 'tasks', /whole number from 0 to 1000/, /leave it out for 3/],
    [
      'a most below the tasks',
      { tasks: 6, tasksMax: 5 },
      'tasksMax',
      /from 6 to 1000/,
      /leave it out for 18/,
    ],
    ['a privileged port', { port: 80 }, 'port', /1024 to 65535/, /8080/],
    ['a port that is none', { port: 70_000 }, 'port', /1024 to 65535/, /8080/],
    ['a relative path', { healthPath: 'health' }, 'healthPath', /begin with \//, /\/health/],
    ['a path with a query', { healthPath: '/health?deep=1' }, 'healthPath', /without a query/, /\/health/],
    ['a CPU that is not sold', { cpu: 300 }, 'cpu', /256, 512, 1024, 2048, 4096/, /256/],
    [
      'much memory for little CPU',
      { memoryMb: 4096 },
      'memoryMb',
      /with 256 CPU units, but 512, 1024, 2048/,
      /512/,
    ],
    [
      'a size between two',
      { cpu: 1024, memoryMb: 2500 },
      'memoryMb',
      /2048 to 8192 in steps of 1024/,
      /leave it out for 2048/,
    ],
    ['a version with a space', { version: 'one two' }, 'version', /1 to 64 letters/, /short hash/],
    ['no requests a task', { requestsPerTask: 0 }, 'requestsPerTask', /from 1 to/, /100/],
    [
      'a variable of the kit',
      { environment: { UNDERSTUDY_ENV: 'x' } },
      'environment.UNDERSTUDY_ENV',
      /the kit/,
      /./,
    ],
    ['the port by a variable', { environment: { PORT: '1' } }, 'environment.PORT', /the kit/, /another name/],
    ['a variable that is a number', { environment: { N: 1 } }, 'environment.N', /must be text/, /quotes/],
    [
      'a variable with a dash',
      { environment: { 'a-b': '1' } },
      'environment.a-b',
      /digits and underscores/,
      /GREETING/,
    ],
    ['a call of no service', { calls: ['cart'] }, 'calls[0]', /is none of tiers.service/, /one of shop/],
    ['a call twice', { calls: ['shop', 'shop'] }, 'calls[1]', /stands twice/, /once/],
    ['a mode that is unknown', { mode: 'on' }, 'mode', /act, observe, off/, /./],
    ['a field that is unknown', { task: 3 }, 'task', /is not a field/, /did you mean tasks/],
  ];

  it.each(rows)('%s', (_what, web, field, rule, fix) => {
    const faults = faultsOf(front({ web }));
    expect(faults.map((fault) => fault.field)).toEqual([`tiers.web.${field}`]);
    expect(faults[0]?.rule).toMatch(rule);
    expect(faults[0]?.fix).toMatch(fix);
  });

  it('a service that is no application', () => {
    const profile = front();
    const faults = faultsOf({ ...profile, applications: ['cart'] });
    expect(faults[0]).toMatchObject({ field: 'tiers.service.shop', value: 'shop' });
    expect(faults[0]?.rule).toMatch(/none of applications/);
    expect(faults[0]?.fix).toMatch(/one of cart, or add 'shop'/);
  });
});

describe('the capacity check', () => {
  const atPeak = (tasks: number, peakRequestsPerS: number): object => ({ tasks, peakRequestsPerS });

  it('I-35: names what is left with one zone gone, what it bears, and the least that does', () => {
    for (const tier of ['web', 'service'] as const) {
      const path = tier === 'web' ? 'tiers.web' : 'tiers.service.shop';
      const [fault] = faultsOf(front({ [tier]: atPeak(4, 250) }));
      expect(fault).toEqual({
        field: `${path}.tasks`,
        value: 4,
        rule: 'leaves 2 tasks when one of 3 zones is gone, which bear 200 requests a second of 250 at peak (I-35)',
        fix: 'use at least 5 tasks',
      });
      expect(() => validate(front({ [tier]: atPeak(5, 250) }))).not.toThrow();
    }
  });

  it('I-35: counts the zone that has most tasks as the one that is gone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 2, max: 6 }), (tasks, zones) => {
        const spread = Array.from({ length: zones }, (_, zone) => Math.floor((tasks + zone) / zones));
        expect(spread.reduce((sum, count) => sum + count, 0)).toBe(tasks);
        expect(tasksLeft(tasks, zones)).toBe(tasks - Math.max(...spread));
      }),
    );
  });

  it('I-35: proposes the least number that is enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 6 }), (left, zones) => {
        const needed = tasksFor(left, zones);
        expect(tasksLeft(needed, zones)).toBeGreaterThanOrEqual(left);
        expect(tasksLeft(needed - 1, zones)).toBeLessThan(left);
      }),
    );
  });
});
