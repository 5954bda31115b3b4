/** What all packet builders and views share. */

/** A view of exactly these bytes: reading past their end throws, whatever else their buffer holds. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, position) => byte === b[position]);
}

/**
 * The value, if a field of a packet can hold it.
 * @throws RangeError with the field's name: an impossible value is a mistake of this program, never of its input
 */
export function inRange(field: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${field} must be a whole number from ${min} to ${max}; this is ${value}`);
  return value;
}

/**
 * The bytes, if they have the length that their field has.
 * @throws RangeError with the field's name
 */
export function ofLength(field: string, bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${field} must have ${length} bytes; this has ${bytes.length}`);
  return bytes;
}
