export const roles = ['operator', 'researcher', 'collective', 'household', 'broker', 'visitor'] as const;
export type Role = (typeof roles)[number];

/** Who asks. `operator` is whoever runs this process on their own machine; nobody becomes it from elsewhere. */
export interface Actor {
  readonly role: Role;
  readonly collective?: string;
  readonly household?: string;
}
