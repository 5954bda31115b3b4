/** The server's side of a knock as text that an administrator reads, copies and loads. */
import type { AddressFamily } from '../plan/knock-event';
import type { Port } from '../plan/knock-plan';

/** What a recipe is written for. */
export interface RecipeContext {
  /** The server's address as clients reach it. */
  readonly address: string;
  readonly family: AddressFamily;
  readonly servicePort: Port;
}

export interface Recipe {
  /** For a heading, such as "nftables". */
  readonly title: string;
  /** What it does, and what to know before loading it. */
  readonly description: string;
  /** A name to save it under. */
  readonly fileName: string;
  /** The whole file. It holds the knock's secret or what follows from it. */
  readonly text: string;
  /** The command that loads it, given the file. */
  readonly load: string;
}
