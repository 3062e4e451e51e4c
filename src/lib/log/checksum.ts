/**
 * A checksum in every message of a log: CRC-32, which finds each single bit that flips. It stands among the
 * key-value metadata that Arrow leaves to its users (of the schema, and of a batch's message), so other
 * readers pass over it. Its digits are hexadecimal: eight of prefix and flatbuffer, taken while all digits
 * were zeros, and of a batch eight of its body.
 */
import { crc32 } from "node:zlib";
import { parseMessage, prefixBytes, type IpcMessage } from "./ipc-message.js";

const checksumKey = "crc32";
const digits = 8;

/** The entry with which a message is made, before it is sealed: always the first. */
export const openSeal = {
  schema: [checksumKey, "0".repeat(digits)],
  batch: [checksumKey, "0".repeat(2 * digits)],
} as const satisfies Record<IpcMessage["type"], readonly [string, string]>;

/** Writes its checksum into a message that was made with `openSeal`. */
export function seal(message: Uint8Array): Uint8Array {
  const headerBytes = Buffer.from(message.buffer, message.byteOffset).readInt32LE(4);
  if (isPowerOfTwo(headerBytes)) return seal(withLongerHeader(message, headerBytes));
  const sealed = Buffer.from(message);
  const end = prefixBytes + headerBytes;
  const place = placeOf(parseMessage(sealed.subarray(prefixBytes, end)));
  if (place === null) throw new Error("internal: a message was made without a place for its checksum");
  const at = prefixBytes + place.at;
  const body = place.length > digits ? hex(crc32(sealed.subarray(end))) : "";
  sealed.write(hex(crc32(sealed.subarray(0, end))) + body, at, "latin1");
  return sealed;
}

/** Whether a message has a checksum. */
export function isSealed(message: IpcMessage): boolean {
  return placeOf(message) !== null;
}

/** @param header prefix and flatbuffer of a sealed message */
export function headerFits(message: IpcMessage, header: Uint8Array): boolean {
  const place = placeOf(message);
  if (place === null) return false;
  const at = prefixBytes + place.at;
  const zeros = Buffer.alloc(place.length, "0", "latin1");
  const sum = [header.subarray(0, at), zeros, header.subarray(at + place.length)].reduce(
    (value, part) => crc32(part, value),
    0,
  );
  return place.value.slice(0, digits) === hex(sum);
}

/** Whether the body of a sealed batch is the one that was written. */
export function bodyFits(message: IpcMessage, body: Uint8Array): boolean {
  return placeOf(message)?.value.slice(digits) === hex(crc32(body));
}

/**
 * True for the lengths that one flipped bit makes of 0, the length in the mark of a stream's end. No sealed
 * header is so long: a mark that is damaged is then told from a batch that was cut.
 */
export function isPowerOfTwo(n: number): boolean {
  return n > 0 && (n & (n - 1)) === 0;
}

function placeOf({ type, entries }: IpcMessage) {
  const [first] = entries;
  if (first?.key !== checksumKey) return null;
  const { length } = openSeal[type][1];
  return first.value.length === length ? { at: first.at, length, value: first.value } : null;
}

function withLongerHeader(message: Uint8Array, headerBytes: number): Uint8Array {
  const end = prefixBytes + headerBytes;
  const longer = Buffer.concat([message.subarray(0, end), Buffer.alloc(8), message.subarray(end)]);
  longer.writeInt32LE(headerBytes + 8, 4);
  return longer;
}

function hex(sum: number): string {
  return sum.toString(16).padStart(digits, "0");
}
