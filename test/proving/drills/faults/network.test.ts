import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inject } from '../../../../proving/drills/faults/inject.ts';
import type { Fault } from '../../../../proving/drills/faults/types.ts';
import type { FaultKind } from '../../../../proving/drills/model.ts';
import { FakePlace, type FakeMember } from './fake-member.ts';

let stage: FakePlace;
let writer: FakeMember;
let reader: FakeMember;
let fault: Fault | undefined;

beforeEach(async () => {
  stage = new FakePlace();
  writer = await stage.add('w', 'writer', 'a');
  reader = await stage.add('r', 'reader', 'b');
  await stage.add('s', 'reader', 'c');
});
afterEach(async () => {
  await fault?.release();
  stage.close();
});

async function make(kind: FaultKind, victim: FakeMember): Promise<Fault> {
  fault = await inject(kind, {
    place: stage.place,
    members: stage.members.map(({ member }) => member),
    victim: victim.member,
    application: 'shop',
    delayMs: 30,
    now: () => performance.now(),
  });
  return fault;
}

describe('slow', () => {
  it('F-03: delays everybody at the victim, is measured by a plain client, and ends', async () => {
    const slow = await make('slow', reader);
    expect(stage.rules).toEqual([
      { from: '*', to: reader.member.address, effect: { kind: 'delay', ms: 30 } },
    ]);
    expect(await slow.verify()).toBe(true);
    await slow.release();
    expect(stage.rules).toEqual([]);
  });

  it('is not verified when the network does nothing', async () => {
    stage.deaf = true;
    expect(await (await make('slow', reader)).verify()).toBe(false);
  });
});

describe('partition', () => {
  it('F-07: cuts the clients and the prober of another zone off from the victim, and nobody else', async () => {
    const partition = await make('partition', writer);
    const to = writer.member.address;
    expect(stage.rules).toEqual([
      { from: '127.0.8.1', to, effect: { kind: 'drop' } },
      { from: '127.0.8.3', to, effect: { kind: 'drop' } },
    ]);
    expect(await partition.verify()).toBe(true);
    await partition.release();
    expect(stage.rules).toEqual([]);
  });

  it('is not verified when the clients still get answers', async () => {
    stage.deaf = true;
    expect(await (await make('partition', writer)).verify()).toBe(false);
  });

  it('is not verified when nobody gets an answer: that would be a dead member, not a partition', async () => {
    const partition = await make('partition', writer);
    stage.rules = [{ from: '*', to: '*', effect: { kind: 'drop' } }];
    expect(await partition.verify()).toBe(false);
  }, 10_000);

  it('fails by name when the application is not running', async () => {
    const place = stage.place;
    const context = {
      place,
      members: [writer.member],
      victim: writer.member,
      application: 'control' as const,
      delayMs: 1,
      now: () => 0,
    };
    await expect(inject('partition', context)).rejects.toThrow(
      /no application control.*shop, health-check-a/,
    );
    expect(stage.rules).toEqual([]);
  });
});

describe('blind', () => {
  it("F-06: cuts the prober of the victim's zone off from every member, and no other", async () => {
    const blind = await make('blind', reader);
    expect(stage.rules).toEqual(
      stage.members.map(({ member }) => ({
        from: '127.0.8.3',
        to: member.address,
        effect: { kind: 'drop' },
      })),
    );
    expect(await blind.verify()).toBe(true);
  });
});

describe('lag', () => {
  it("F-32: pauses the replay, verified by a position that stays while the writer's moves on", async () => {
    const lag = await make('lag', reader);
    const moves = setInterval(() => (writer.answer = String(Number(writer.answer) + 1)), 50);
    expect(await lag.verify()).toBe(true);
    clearInterval(moves);
    await lag.release();
    expect(stage.calls).toEqual(['replay r true', 'replay r false']);
  });

  it.each([
    ['both move', true],
    ['both stand still: there was nothing to replay', false],
  ])('is not verified when %s', async (_what, moving) => {
    const lag = await make('lag', reader);
    const moves = setInterval(() => {
      if (moving) writer.answer = reader.answer = String(Number(writer.answer) + 1);
    }, 50);
    expect(await lag.verify()).toBe(false);
    clearInterval(moves);
  });
});
