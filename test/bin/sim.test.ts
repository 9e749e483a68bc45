import { describe, expect, it } from 'vitest';
import { said, start, understudy } from './command.ts';

const FIELDS = ['from', 'seeds', 'commit', 'node', 'mix', 'controllers', 'steps', 'virtual_hours'].concat([
  'virtual_hours_per_s_per_core',
  'faults',
  'checks',
  'rare',
  'violations',
]);

describe('understudy sim', () => {
  it('prints one line of JSON, and the same again with two threads but for the time', async () => {
    const once = await understudy(['sim', '--seeds', '2', '--from', '5', '--json']);
    const again = await understudy(['sim', '--seeds', '2', '--from', '5', '--json', '--jobs', '2']);
    expect([once.code, again.code]).toEqual([0, 0]);
    const [a, b] = [once, again].map(({ stdout }) => {
      const { virtual_hours_per_s_per_core: rate, ...line } = JSON.parse(stdout) as Record<string, unknown>;
      expect(rate).toBeGreaterThan(0);
      return line;
    });
    expect(b).toEqual(a);
    expect(Object.keys(JSON.parse(once.stdout) as object)).toEqual(FIELDS);
    expect(a).toMatchObject({ from: 5, seeds: 2, mix: 'swarm', violations: [] });
  });

  it('ends with 1 on a violation, and names the command that replays it', async () => {
    const { code, stderr, stdout } = await understudy([
      'sim',
      '--seed',
      '1',
      '--controllers',
      'none',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/seed 1: I-14 broken at step \d+: no pool is published/);
    expect(stderr).toContain('npx understudy sim --seed 1 --mix swarm --controllers none --trace');
    expect(JSON.parse(stdout)).toMatchObject({ violations: [{ seed: 1, invariant: 'I-14' }] });
  });

  it('tells what happens in one seed with --trace', async () => {
    const { code, stdout } = await understudy(['sim', '--seed', '5', '--trace', '--mix', 'calm']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\d+\.\d{3} health-check-us-east-1a-1 starts/m);
    expect(stdout).toMatch(/replica-pool state:PutPool demo-cluster: accepted/);
  });

  it('ends with what was found so far, and 130, when interrupted', async () => {
    const running = start(['sim', '--seeds', '1000', '--json']);
    await said(running, ' of 1000 seeds', 60_000);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    const line = JSON.parse(stdout) as { seeds: number };
    expect(line.seeds).toBeGreaterThan(0);
    expect(line.seeds).toBeLessThan(1000);
  });

  it.each([
    [['--mix', 'storm'], /--mix = "storm": is no mix\. Fix: one of calm, swarm, az-loss/],
    [['--trace'], /--trace = true: tells of one seed\. Fix: add --seed S/],
    [['--seed', '1', '--seeds', '2'], /--seeds = 2: does not go with --seed/],
    [['--museum', '--seed', '1'], /--seed = 1: does not go with --museum/],
    [['--seeds', '0'], /--seeds = "0" is refused/],
    [['--seed', '1.5'], /--seed = "1.5" is refused/],
    [['--controllers', 'some'], /Allowed choices are real, none/],
  ])('%j ends with 2 and says the rule', async (args, message) => {
    const { code, stderr, stdout } = await understudy(['sim', ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });
});
