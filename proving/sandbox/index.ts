export { sandboxClient, type SandboxClient } from './admin/client.ts';
export type {
  ClusterStatus,
  DeniedCall,
  DeniedService,
  MemberStatus,
  SandboxStatus,
  SourceStatus,
} from './admin/model.ts';
export { cleanUp, defaultStateDir, runningSandbox, type SandboxCard } from './home/state-folder.ts';
export type { Pace } from './kernel/index.ts';
export type { NetworkEffect, NetworkRule } from './network/rule.ts';
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
