/** Times with their zones, as learning platforms write them. */

/** Hours from UTC of the abbreviations that mean one zone only; IST, CST and BST mean several. */
const ZONES: Record<string, number> = {
  ...{ UTC: 0, GMT: 0, Z: 0, WET: 0, WEST: 1, CET: 1, CEST: 2, MEZ: 1, MESZ: 2, EET: 2, EEST: 3, MSK: 3 },
  ...{ KST: 9, JST: 9, HKT: 8, SGT: 8, AWST: 8, ACST: 9.5, AEST: 10, AEDT: 11, NZST: 12, NZDT: 13 },
  ...{ EST: -5, EDT: -4, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, AKST: -9, AKDT: -8, HST: -10 },
};

/**
 * A time with its zone, as ISO 8601 in UTC: `2026-03-01 19:00:00.5 KST`, `2026-03-01T10:00:00Z`, `… +0900`, `… -08:00`.
 * What is less than a second is dropped: nobody is late by it.
 * @param bare whether a time without a zone is one of UTC, which nbgrader writes
 * @throws one sentence with the value for a time that cannot be read or does not exist
 */
export function timeOf(text: string, { bare = false } = {}): string {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(?:([+-])(\d\d):?(\d\d)?|([A-Za-z]+))?$/.exec(
      text.trim(),
    );
  const fail = (why: string): Error =>
    new Error(`the time ${JSON.stringify(text.slice(0, 60))} ${why}; expected one such as "2026-03-01 19:00:00 +0900"`);
  if (!found) throw fail('cannot be read');
  const [, year, month, day, hour, minute, second = '0', sign, hours, minutes = '0', zone] = found;
  const offset = sign
    ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes))
    : zone !== undefined
      ? 60 * (ZONES[zone.toUpperCase()] ?? NaN)
      : bare
        ? 0
        : NaN;
  if (Number.isNaN(offset))
    throw fail(zone ? `has the zone ${zone}, which is not known or means several` : 'has no zone');
  const parts = [year, month, day, hour, minute, second].map(Number);
  const local = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5]);
  const back = new Date(local);
  const exists =
    [back.getUTCMonth() + 1, back.getUTCDate(), back.getUTCHours(), back.getUTCMinutes()].join() ===
    parts.slice(1, 5).join();
  if (!exists || Math.abs(offset) > 14 * 60) throw fail('does not exist');
  return new Date(local - offset * 60_000).toISOString();
}
