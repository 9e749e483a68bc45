/** The place of a balancer's node in one zone: its address, the process that is there now, and how it lives. */

import path from 'node:path';
import {
  born,
  died,
  heard,
  isAnswering,
  isDueForReplacement,
  type NodeLife,
  type NodeTimings,
  replacementFailed,
} from '../../twin/elb/index.ts';
import { pause } from '../aurora/poll.ts';
import { HostProcess } from '../host/index.ts';
import type { World } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { FromNode, NodeConfig, NodeSetup, PortFault, ToNode } from './node-protocol.ts';

/** `.ts` from the sources, `.js` from the built package. */
const HOST_FILE = path.join(import.meta.dirname, 'node', `host${path.extname(import.meta.filename)}`);
/** A node that hangs takes its configuration when it wakes. */
const CONFIGURED_MS_MAX = 2_000;

export interface NodeSlotOptions {
  readonly world: World;
  /** `<name of the balancer>/<zone>` */
  readonly id: string;
  readonly zone: string;
  readonly address: string;
  readonly timings: NodeTimings;
  readonly networkRules: () => readonly NetworkRule[];
  readonly config: () => NodeConfig;
  readonly onMessage: (message: FromNode) => void;
  /** Its process has ended without being asked to. */
  readonly onDeath: () => void;
}

type Configured = Extract<FromNode, { kind: 'configured' }>;

export class NodeSlot {
  readonly id: string;
  readonly zone: string;
  readonly address: string;
  private readonly options: NodeSlotOptions;
  private process: HostProcess<NodeSetup, ToNode, FromNode> | null = null;
  private life: NodeLife;
  private starting: Promise<void> | null = null;
  private stopped = false;
  private questions = 0;
  private readonly waiting = new Map<number, (told: Configured) => void>();

  constructor(options: NodeSlotOptions) {
    this.options = options;
    this.id = options.id;
    this.zone = options.zone;
    this.address = options.address;
    this.life = born(options.world.now());
  }

  /** Root of its process tree; null while it is being replaced. */
  get pid(): number | null {
    return this.process?.isAlive ? this.process.pid : null;
  }

  /** False from when AWS has noticed that it does not answer. */
  answers(now: number): boolean {
    return isAnswering(this.life, now, this.options.timings);
  }

  /** Starts its process. Rejects where it cannot have its ports. */
  start(): Promise<void> {
    this.starting ??= this.startNow().finally(() => (this.starting = null));
    return this.starting;
  }

  /** Asks whether it answers, and replaces it when that is due. */
  tick(now: number): void {
    if (this.pid !== null) this.process?.tell({ kind: 'ping', id: ++this.questions });
    if (this.stopped || this.starting !== null) return;
    if (!isDueForReplacement(this.life, now, this.options.timings)) return;
    this.start().catch((error: unknown) => {
      const { world } = this.options;
      world.log('elb', 'a node cannot be replaced', { node: this.id, error: String(error) });
      this.life = replacementFailed(this.life, world.now());
    });
  }

  /** Whoever asks was stopped itself for a while: it cannot know what this node did meanwhile. */
  excuse(now: number): void {
    this.life = heard(this.life, now);
  }

  /** Resolves with the ports that it cannot have, or when it hangs or has ended. */
  async configure(config: NodeConfig): Promise<readonly PortFault[]> {
    const { process } = this;
    if (process === null || this.pid === null) return [];
    const id = ++this.questions;
    const configured = new Promise<Configured>((resolve) => this.waiting.set(id, resolve));
    process.tell({ kind: 'configure', id, config });
    const told = await Promise.race([configured, process.ended, pause(CONFIGURED_MS_MAX)]);
    this.waiting.delete(id);
    return told?.faults ?? [];
  }

  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    if (this.pid !== null) await this.process?.setNetwork(rules);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.process?.kill();
    await this.starting?.catch(() => undefined);
    await this.process?.kill();
  }

  private async startNow(): Promise<void> {
    const { world, id, zone, address, networkRules, config, onDeath } = this.options;
    if (this.stopped) return;
    const name = id.replaceAll('/', '-');
    const logFolder = path.join(world.stateDir, 'elb', name);
    const process = new HostProcess<NodeSetup, ToNode, FromNode>({
      world,
      file: HOST_FILE,
      label: `balancer-node ${name}`,
      setup: { name: id, zone, address, networkRules: networkRules(), logFolder, config: config() },
      onMessage: (message) => this.hear(message),
      onCutOff: (socket) => socket.destroy(),
      onCrash: () => {
        this.life = died(this.life, world.now());
        onDeath();
      },
    });
    this.process = process;
    try {
      await process.started();
    } catch (error) {
      await process.kill();
      throw error;
    }
    this.life = born(world.now());
    // What was changed while it started.
    process.tell({ kind: 'configure', id: ++this.questions, config: config() });
    await process.setNetwork(networkRules());
  }

  private hear(message: FromNode): void {
    this.life = heard(this.life, this.options.world.now());
    if (message.kind === 'configured') this.waiting.get(message.id)?.(message);
    else if (message.kind !== 'pong') this.options.onMessage(message);
  }
}
