/** What the service pool needs of the outside. Each port has a real version in `adapters/` and a simulated one in tests. */

/** One running task of a service. */
export interface Instance {
  /** The same for as long as it runs, and of no other. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Availability Zone; null when unknown. */
  readonly az: string | null;
}

export interface Discovery {
  /** The instances that the registry knows under a name now. Rejects when it cannot be asked. */
  instances(name: string): Promise<readonly Instance[]>;
  close?(): void;
}

export type Headers = Readonly<Record<string, string>>;

/** One attempt, as it goes out. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
  /** Aborting it destroys the connection that the request is on (I-26). */
  readonly signal: AbortSignal;
}

/** One whole answer. */
export interface Incoming {
  readonly status: number;
  /** Names in lower case. Of a field that came more than once, each value. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

/** Connections to one instance. */
export interface InstanceClient {
  /** Rejects with `AttemptFailure`. */
  send(request: Outgoing): Promise<Incoming>;
  /** Closes every socket at once; whatever is outstanding is rejected. */
  destroy(): void;
  /** Lets what is outstanding finish, then leaves no socket. */
  close(): Promise<void>;
}

export interface Transport {
  open(instance: Instance): InstanceClient;
}
