/** The supervisor's side of an instance host. */

import fs from 'node:fs';
import type net from 'node:net';
import path from 'node:path';
import { endStrays, HostProcess } from '../host/index.ts';
import type { World } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { FromHost, HostSetup, ToHost } from './host-protocol.ts';

/** `.ts` from the sources, `.js` from the built package. */
const HOST_FILE = path.join(import.meta.dirname, `instance-host${path.extname(import.meta.filename)}`);
/** How long the end of a host is waited for once it was asked for; one that hangs takes longer. */
const FENCE_MS_MAX = 300;

export interface MemberHostOptions {
  readonly world: World;
  readonly setup: HostSetup;
  readonly verifyToken: (user: string, token: string) => Promise<string | null>;
  /** The host gave up a connection that the network cuts off. */
  readonly onCutOff: (socket: net.Socket, from: string) => void;
  /** The host ended without being asked to. */
  readonly onCrash: () => void;
}

export class MemberHost {
  private readonly options: MemberHostOptions;
  private readonly host: HostProcess<HostSetup, ToHost, FromHost>;

  constructor(options: MemberHostOptions) {
    this.options = options;
    const { world, setup, onCutOff, onCrash } = options;
    fs.rmSync(setup.fenceMark, { force: true });
    this.host = new HostProcess({
      world,
      setup,
      file: HOST_FILE,
      label: `instance ${setup.name}`,
      onMessage: (question) => void this.answer(question),
      onCutOff,
      onCrash,
    });
  }

  get pid(): number {
    return this.host.pid;
  }

  /** Resolves when the host has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.host.ended;
  }

  get isAlive(): boolean {
    return this.host.isAlive;
  }

  /** True once the host was told to end; it may still hang. */
  get isFenced(): boolean {
    return this.host.isLeaving;
  }

  /** Resolves when the front listens and the engine was started. */
  started(): Promise<void> {
    return this.host.started();
  }

  admit(): void {
    this.host.tell({ kind: 'admit' });
  }

  shut(): void {
    this.host.tell({ kind: 'shut' });
  }

  forceTls(value: boolean): void {
    this.host.tell({ kind: 'force-tls', value });
  }

  /** Resolves when the rules hold, or when the host hangs or has ended. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    return this.host.setNetwork(rules);
  }

  /**
   * Leaves the mark, and tells the host to drop its clients and end. A host that hangs does so when it wakes; it is not waited for, but
   * its engine is ended from outside: when the host wakes there is nothing left that could take a write.
   */
  async fence(): Promise<void> {
    const { setup } = this.options;
    fs.writeFileSync(setup.fenceMark, '');
    await this.host.askToEnd({ kind: 'fence' }, FENCE_MS_MAX);
    await endStrays(setup.dataFolder);
  }

  /** Ends the whole tree now, also one that hangs, and whatever a dead postmaster left in the data folder. */
  kill(): Promise<void> {
    return this.host.kill();
  }

  private async answer({ id, user, token }: FromHost): Promise<void> {
    const reason = await this.options
      .verifyToken(user, token)
      .catch((error: unknown) => `it could not be verified: ${String(error)}`);
    this.host.tell({ kind: 'token-verdict', id, reason });
  }
}
