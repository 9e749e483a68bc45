/** What the sandbox tells about itself on its own routes; plain JSON. */

export interface MemberStatus {
  readonly id: string;
  readonly az: string;
  readonly role: 'writer' | 'reader';
  readonly status: string;
  readonly address: string;
  readonly port: number;
  readonly endpoint: string;
  readonly pid: number;
}

export interface ClusterStatus {
  readonly id: string;
  readonly status: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly members: readonly MemberStatus[];
}

export interface SandboxStatus {
  readonly clusters: readonly ClusterStatus[];
  readonly functions: Readonly<Record<string, { readonly invocations: number; readonly errors: number }>>;
  readonly functionsEnabled: boolean;
  readonly stacks: readonly string[];
  readonly resourcesEnacted: number;
  readonly resourcesInert: number;
  readonly notEnacted: readonly string[];
  readonly tasks: readonly { readonly name: string; readonly pid: number; readonly port: number }[];
  readonly denials: number;
  /** The most that the sandbox and all it started had resident, in MB; a page that they share counts once. */
  readonly rssMbPeak: number;
}

export const ADMIN_PREFIX = '/_sandbox/';
/** The operator's secret key, so that only its owner can break things. */
export const ADMIN_KEY_HEADER = 'x-understudy-key';
