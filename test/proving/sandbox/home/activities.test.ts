import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  activitiesUnderWay,
  beginActivity,
  noteDeployments,
} from '../../../../proving/sandbox/home/activities.ts';
import { readOwner, writeOwner } from '../../../../proving/sandbox/home/owner.ts';
import { temporaryWorld } from '../world.ts';

const STACK = 'arn:aws:cloudformation:us-east-1:123456789012:stack/Demo-Database/1';

let stateDir: string;
let remove: () => void;

beforeEach(() => {
  const { world, remove: removeFolder } = temporaryWorld();
  ({ stateDir } = world);
  remove = removeFolder;
  writeOwner(stateDir, 1);
});
afterEach(() => remove());

const what = (): string[] => activitiesUnderWay(stateDir).map((activity) => activity.what);

describe('what is under way', () => {
  it('is on disk until it ends, oldest first', () => {
    const endSecond = beginActivity(stateDir, { kind: 'drill', what: 'second', since: 2 });
    const endFirst = beginActivity(stateDir, { kind: 'deployment', what: 'first', since: 1 });
    expect(what()).toEqual(['first', 'second']);
    endFirst();
    expect(what()).toEqual(['second']);
    endSecond();
    expect(what()).toEqual([]);
  });

  it('stays on disk when it ends because the sandbox died', () => {
    const end = beginActivity(stateDir, { kind: 'drill', what: 'lost', since: 1 });
    fs.writeFileSync(
      path.join(stateDir, 'owner.json'),
      JSON.stringify({ ...readOwner(stateDir)!, startTicks: '1' }),
    );
    end();
    expect(what()).toEqual(['lost']);
  });

  it('is no reason to fail where it cannot be written', () => {
    const end = beginActivity(path.join(stateDir, 'sandbox.log'), { kind: 'drill', what: 'x', since: 1 });
    expect(end).not.toThrow();
  });
});

describe('a stack', () => {
  const event = (status: string): Parameters<ReturnType<typeof noteDeployments>>[0] => ({
    source: 'aws.cloudformation',
    'detail-type': 'CloudFormation Stack Status Change',
    detail: { 'stack-id': STACK, 'status-details': { status, 'status-reason': '' } },
  });

  it('is under way while an operation on it runs, whoever asked for it', () => {
    const note = noteDeployments(stateDir, () => 5);
    note(event('REVIEW_IN_PROGRESS'));
    expect(what()).toEqual([]);
    note(event('CREATE_IN_PROGRESS'));
    expect(what()).toEqual(['Demo-Database (CREATE_IN_PROGRESS)']);
    note(event('ROLLBACK_IN_PROGRESS'));
    expect(what()).toEqual(['Demo-Database (ROLLBACK_IN_PROGRESS)']);
    note({ source: 'aws.rds', 'detail-type': 'x', detail: {} });
    note(event('ROLLBACK_COMPLETE'));
    expect(what()).toEqual([]);
  });
});
