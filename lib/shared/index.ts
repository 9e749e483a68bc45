export {
  ALARM_CATALOGUE,
  alarmName,
  alarmPrefix,
  catalogueEntry,
  compositeAlarmName,
  runbookSection,
  type AlarmSubject,
  type CatalogueEntry,
} from './alarm-catalogue.ts';
export { ApplicationRole, type ApplicationRoleProps } from './application-role.ts';
export { ControlFunction, type ControlFunctionProps, type FunctionPlacement } from './control-function.ts';
export { DeadLetters } from './dead-letters.ts';
export { FrontTable } from './front-table.ts';
export { Network, type AttachNetworkProps, type NetworkProps } from './network.ts';
export { roleOutputKey } from './outputs.ts';
export { StateTable, type StateTableProps } from './state-table.ts';
export { ThrottleTable } from './throttle-table.ts';
