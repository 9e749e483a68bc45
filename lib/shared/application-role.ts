import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import { serviceRole } from './service-role.ts';
import type { StateTable } from './state-table.ts';
import type { ThrottleTable } from './throttle-table.ts';

export interface ApplicationRoleProps {
  /** Name of the application: its database user and its partition of client evidence. */
  readonly application: string;
  readonly database: IDatabaseTier;
  readonly stateTable: StateTable;
  /** Where its processes report demand and read their leases. @default - it throttles nothing */
  readonly throttleTable?: ThrottleTable;
  /** The service that runs the application. @default 'ecs-tasks.amazonaws.com' */
  readonly service?: string;
}

/**
 * What an application's processes run as: they log in to the database as its user, report what they met, report
 * what they would admit and read their leases where the application throttles, and do nothing else. No permission boundary: the team adds rights of its own to the role.
 */
export class ApplicationRole extends Construct implements iam.IGrantable {
  readonly application: string;
  readonly role: iam.Role;
  readonly grantPrincipal: iam.IPrincipal;

  constructor(scope: Construct, id: string, props: ApplicationRoleProps) {
    super(scope, id);
    this.application = props.application;
    this.role = serviceRole(this, 'Role', {
      service: props.service ?? 'ecs-tasks.amazonaws.com',
      description: `The application ${props.application}: logs in to the database and reports outcomes.`,
      bounded: false,
    });
    this.grantPrincipal = this.role;
    props.database.grantConnect(this.role, props.application);
    props.stateTable.grantOutcomes(this.role, props.application);
    props.throttleTable?.grantInstance(this.role, props.application);
    this.node.defaultChild = this.role;
  }
}
