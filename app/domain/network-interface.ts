import * as z from 'zod';

/** A network interface of this computer. */
export const networkInterfaceSchema = z.strictObject({
  /** Position in the list, from 0: what knocksettings.txt calls the interface index. */
  index: z.int().min(0),
  name: z.string(),
  /** Six pairs of hex digits in capitals; null where it has none, as loopback. */
  mac: z.string().nullable(),
  addresses: z.array(z.string()).readonly(),
  loopback: z.boolean(),
  /** Switched on, and not known to be without a link. */
  up: z.boolean(),
  /** A default route of either family goes through it. */
  defaultRoute: z.boolean(),
  /** The kernel's own number of it; null outside Linux. */
  kernelIndex: z.int().nullable(),
});
export type NetworkInterface = Readonly<z.infer<typeof networkInterfaceSchema>>;
