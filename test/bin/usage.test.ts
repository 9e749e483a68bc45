import fs from 'node:fs';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryStateDir, understudy } from './command.ts';

let stateDir: string;
let env: Record<string, string>;

beforeEach(() => {
  stateDir = temporaryStateDir();
  env = { UNDERSTUDY_STATE_DIR: stateDir };
});
afterEach(() => fs.rmSync(stateDir, { recursive: true, force: true }));

describe('bad input', () => {
  it('an unknown drill ends with 2 and lists the legal ones', async () => {
    const { code, stderr, stdout } = await understudy(['drill', 'database-reeder'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /database-reeder[\s\S]*database-reader --fault kill[\s\S]*database-writer --fault kill/,
    );
    expect(stdout).toBe('');
  });

  it('an impossible pair ends with 2 and lists the legal ones', async () => {
    const { code, stderr } = await understudy(['drill', 'database-writer', '--fault', 'flood'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--fault = "flood"[\s\S]*Fix: one of: database-reader --fault kill/);
  });

  it.each([
    [['up', '--for', 'soon'], /--for = "soon"[\s\S]*Fix: write for example 60s/],
    [['up', '--for', '0s'], /--for = "0s"/],
    [['up', '--pace', 'slow'], /Allowed choices are fast, aws/],
    [['up', '--port', '99999'], /--port = "99999" is refused/],
    [['drill', 'all', '--load', '101'], /--load = "101" is refused/],
    [['drill', 'all', '--runs', '0'], /--runs = "0" is refused/],
    [
      ['drill', 'database-reader', '--without', 'luck'],
      /--without = "luck"[\s\S]*Fix: one of: functions; stream; alarms/,
    ],
    [
      ['drill', 'database-reader', '--deny', 'weather'],
      /--deny = "weather"[\s\S]*Fix: one of: rds; rds-control; dynamodb/,
    ],
    [['drill', 'database-writer', '--fault', 'lag'], /--fault = "lag"[\s\S]*database-reader --fault lag/],
    [['fly'], /unknown command 'fly'/],
  ])('%j ends with 2 and says the rule', async (args, message) => {
    const { code, stderr } = await understudy(args, env);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(fs.existsSync(stateDir)).toBe(false);
  });

  it('a busy port is named, and nothing is left behind', async () => {
    const busy = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve));
    const port = (busy.address() as net.AddressInfo).port;
    const { code, stderr } = await understudy(['up', '--port', String(port), '--for', '1s'], env);
    busy.close();
    expect(code).toBe(3);
    expect(stderr).toContain(String(port));
    expect(stderr).toMatch(/Fix/);
  });

  it.each([['token'], ['drill', 'database-reader']])(
    'an endpoint at a closed port is named by %j, and nothing is started',
    async (...args) => {
      const { code, stderr } = await understudy(args, { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /AWS_ENDPOINT_URL = "http:\/\/127.0.0.1:1": is an endpoint that answers; nothing does\. Fix: unset it/,
      );
      expect(fs.existsSync(stateDir)).toBe(false);
    },
  );

  it('what needs a sandbox says how to start one', async () => {
    for (const command of ['env', 'token']) {
      const { code, stderr } = await understudy([command], env);
      expect(code).toBe(3);
      expect(stderr).toContain('npm start');
    }
  });
});

describe('down', () => {
  it('is content when nothing is up', async () => {
    const { code, stderr } = await understudy(['down'], env);
    expect(code).toBe(0);
    expect(stderr).toContain('No sandbox was up');
  });
});
