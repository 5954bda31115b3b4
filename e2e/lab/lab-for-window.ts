/** What the window tests know of the lab that they run in. */
export interface LabForWindow {
  readonly host: string;
  readonly servicePort: number;
  readonly sequence: string;
  readonly windowMs: number;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly serverNamespace: string;
  /** Another sshd, behind a rule of TCP Stealth. */
  readonly stealth: {
    readonly servicePort: number;
    readonly secret: string;
    readonly identityFile: string;
    readonly knownHostsFile: string;
  };
}

/** The lab around this process, or null outside of one. */
export function labAround(): LabForWindow | null {
  const told = process.env['SESAMY_LAB'];
  return told === undefined ? null : (JSON.parse(told) as LabForWindow);
}
