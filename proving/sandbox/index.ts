export { sandboxClient, type SandboxClient } from './admin/client.ts';
export type { ClusterStatus, MemberStatus, SandboxStatus } from './admin/model.ts';
export { cleanUp, defaultStateDir, runningSandbox, type SandboxCard } from './home/state-folder.ts';
export type { Pace } from './kernel/index.ts';
export { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
