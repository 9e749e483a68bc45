/** The supervisor's side of a node's host. */

import type net from 'node:net';
import path from 'node:path';
import { HostProcess } from '../host/index.ts';
import type { World } from '../kernel/index.ts';
import type { FromHost, HostSetup, LoginVerdict, ToHost } from './host-protocol.ts';

/** `.ts` from the sources, `.js` from the built package. */
const HOST_FILE = path.join(import.meta.dirname, `node-host${path.extname(import.meta.filename)}`);
/** A host that was asked to leave and hangs is ended from outside. */
const LEAVE_MS_MAX = 300;

export interface NodeProcessOptions {
  readonly world: World;
  readonly setup: HostSetup;
  readonly verifyLogin: (user: string, password: string) => Promise<LoginVerdict>;
  /** The host gave up a connection that the network cuts off. */
  readonly onCutOff: (socket: net.Socket, from: string) => void;
  /** The host ended without being asked to. */
  readonly onCrash: () => void;
}

export class NodeProcess extends HostProcess<HostSetup, ToHost, FromHost> {
  constructor({ world, setup, verifyLogin, onCutOff, onCrash }: NodeProcessOptions) {
    const answer = async ({ id, user, password }: FromHost): Promise<void> => {
      const verdict = await verifyLogin(user, password).catch(() => 'refused' as const);
      this.tell({ kind: 'login-verdict', id, verdict });
    };
    const label = `cache-node ${setup.name}`;
    const onMessage = (question: FromHost): void => void answer(question);
    super({ world, setup, file: HOST_FILE, label, onMessage, onCutOff, onCrash });
  }

  /** Ends the node: clients that the network cuts off do not see it. One that hangs is ended from outside. */
  async leave(): Promise<void> {
    await this.askToEnd({ kind: 'leave' }, LEAVE_MS_MAX);
    await this.kill();
  }
}
