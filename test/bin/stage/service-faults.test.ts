import { describe, expect, it } from 'vitest';
import { answerOf, serviceFaults } from '../../../bin/stage/service-faults.ts';
import type { SandboxClient, SandboxStatus } from '../../../proving/sandbox/index.ts';

const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

describe('how a service meets a call', () => {
  it('is an answer, a reset, or silence', async () => {
    expect(await answerOf(Promise.resolve({}))).toBe('answer');
    expect(await answerOf(Promise.reject(reset))).toBe('reset');
    expect(await answerOf(new Promise(() => undefined), 20)).toBe('silence');
  });

  it('is silence whatever the call ends with later, when the fault is over', async () => {
    let end: (error: Error) => void = () => {};
    const call = new Promise((_resolve, reject) => {
      end = reject;
    });
    expect(await answerOf(call, 20)).toBe('silence');
    end(reset);
    await expect(call).rejects.toBe(reset);
  });

  it('is not guessed from another error', async () => {
    await expect(answerOf(Promise.reject(new Error('AccessDenied')))).rejects.toThrow('AccessDenied');
  });
});

describe('the service fault of a place', () => {
  it('is set and lifted at the sandbox, which says whom it has met', async () => {
    const set: unknown[] = [];
    let status: Pick<SandboxStatus, 'serviceFault'> = { serviceFault: null };
    const client = {
      setServiceFault: async (fault: unknown) => void set.push(fault),
      status: async () => status,
    } as unknown as SandboxClient;
    const faults = serviceFaults(client, { region: 'us-east-1' }, {});
    const fault = { service: 'dynamodb', kind: 'partition', tasks: ['shop-2'] } as const;
    await faults.setServiceFault(fault);
    await faults.setServiceFault(null);
    expect(set).toEqual([fault, null]);
    expect(await faults.metServiceFault()).toEqual({});
    status = { serviceFault: { ...fault, held: 1, met: { 'shop-2': 3 }, metOthers: 0 } };
    expect(await faults.metServiceFault()).toEqual({ 'shop-2': 3 });
  });
});
