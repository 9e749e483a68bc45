export { sandboxClient, type SandboxClient } from './admin/client.ts';
export type {
  ClusterStatus,
  DeniedCall,
  DeniedService,
  MemberStatus,
  SandboxStatus,
  SourceStatus,
} from './admin/model.ts';
export { beginActivity } from './home/activities.ts';
export { cleanUp, tellLeftovers, type Leftovers } from './home/leftovers.ts';
export { isAlive, readOwner } from './home/owner.ts';
export { defaultStateDir, runningSandbox, type SandboxCard } from './home/state-folder.ts';
export { MARK, ownMark, tied } from './kernel/index.ts';
export type { BalancerNode, ContainerTask, Pace } from './kernel/index.ts';
export type { NetworkEffect, NetworkRule } from './network/rule.ts';
export type { ServiceFault, ServiceFaultStatus } from './wire/index.ts';
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
