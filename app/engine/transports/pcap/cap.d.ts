/** The part of the package `cap` that is used; it has no types of its own. */
declare module 'cap' {
  export class Cap {
    /** What libpcap lists. Checked before it is used. */
    static deviceList(): unknown;
    /**
     * Opens a device, always in promiscuous mode.
     * @param filter in libpcap's filter language
     * @param bufferSize of the system's buffer, in bytes
     * @param buffer that each packet is copied to
     * @returns the link type: `ETHERNET` for all that looks like it
     */
    open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
    /** Windows only: how much must have come before we are told. */
    setMinBytes?(bytes: number): void;
    send(frame: Buffer, length: number): void;
    on(event: 'packet', listener: (length: number, truncated: boolean) => void): this;
  }
}
