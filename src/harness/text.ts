import { isUtf8 } from 'node:buffer';

/** Text as editors on any system save it: UTF-8 or UTF-16, with a byte order mark or without, and any line ends. */
export function decodeText(content: Buffer): string {
  return unmarked(content).replace(/\r\n?/g, '\n');
}

function unmarked(content: Buffer): string {
  if (content[0] === 0xff && content[1] === 0xfe) return content.toString('utf16le', 2);
  if (content[0] === 0xfe && content[1] === 0xff) return bigEndian(content.subarray(2));
  // Without a mark: of two bytes of Latin letters one is 0, and it tells which end comes first.
  const start = content.subarray(0, 64);
  const zeros = (odd: number): number => start.filter((byte, i) => i % 2 === odd && byte === 0).length;
  if (start.length > 1 && zeros(1) > start.length / 4) return content.toString('utf16le');
  if (start.length > 1 && zeros(0) > start.length / 4) return bigEndian(content);
  // TextDecoder takes the mark away.
  return isUtf8(content) ? new TextDecoder().decode(content) : content.toString('latin1');
}

function bigEndian(content: Buffer): string {
  return Buffer.from(content.subarray(0, content.length & ~1))
    .swap16()
    .toString('utf16le');
}
