/** `dig`, asking the caching resolver that clients use. */

import { succeeds, type Held } from './held.ts';

export interface Answer {
  readonly name: string;
  readonly ttlS: number;
  readonly type: string;
  readonly data: string;
}

export interface Digger {
  dig(name: string, ...options: readonly string[]): Promise<readonly Answer[]>;
  status(name: string): Promise<string>;
}

export function digger(held: () => Held): Digger {
  const at = () => {
    const [host, port] = held().card.dns.split(':');
    return [`@${host}`, '-p', port!];
  };
  return {
    async dig(name, ...options) {
      const args = [...at(), '+noall', '+answer', ...options, name];
      const lines = (await succeeds(held().run('dig', args))).split('\n').filter((line) => line !== '');
      return lines.map((line) => {
        const [owner, ttl, , type, data] = line.split(/\s+/);
        const withoutDot = (text: string) => text.replace(/\.$/, '');
        return { name: withoutDot(owner!), ttlS: Number(ttl), type: type!, data: withoutDot(data!) };
      });
    },
    async status(name) {
      const text = await succeeds(held().run('dig', [...at(), name]));
      return /status: (\w+)/.exec(text)![1]!;
    },
  };
}
