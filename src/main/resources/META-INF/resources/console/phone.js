/** Telephone numbers in groups that can be read aloud. A number that is not E.164, a masked one for example, stays as it is. */

const ONE_DIGIT = new Set(['1', '7']);
const TWO_DIGITS = new Set(('20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 '
  + '81 82 84 86 90 91 92 93 94 95 98').split(' '));

/** The sizes of groups after the calling code, by how the national number begins. The last group takes what is left. */
const GROUPS = {
  1: [[/^/, [3, 3]]],
  7: [[/^/, [3, 3, 2]]],
  31: [[/^6/, [1, 4]], [/^/, [2, 3]]],
  33: [[/^/, [1, 2, 2, 2]]],
  34: [[/^/, [3, 3]]],
  39: [[/^3/, [3, 3]]],
  44: [[/^2/, [2, 4]], [/^7/, [4]], [/^(1.1|11|3|8|9)/, [3, 3]], [/^/, [4]]],
  49: [[/^1[5-7]/, [3]], [/^(30|40|69|89)/, [2]], [/^/, [3]]],
  61: [[/^4/, [3, 3]], [/^/, [1, 4]]],
  91: [[/^/, [5]]],
};

/** The calling code and the rest of an E.164 number; null for anything else. */
function split(number) {
  const digits = /^\+([1-9]\d{5,14})$/.exec(number ?? '')?.[1];
  if (!digits) return null;
  const length = ONE_DIGIT.has(digits[0]) ? 1 : TWO_DIGITS.has(digits.slice(0, 2)) ? 2 : 3;
  return [digits.slice(0, length), digits.slice(length)];
}

function group(national, sizes) {
  const groups = [];
  let rest = national;
  for (const size of sizes) {
    if (rest.length - size < 2) break;
    groups.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...groups, ...evenly(rest)];
}

/** Groups of three and four; what is shorter than six digits stays whole. */
function evenly(digits) {
  if (digits.length < 6) return [digits];
  const fours = digits.length % 3 === 0 ? 0 : digits.length % 3 === 1 ? 1 : 2;
  const threes = (digits.length - 4 * fours) / 3;
  const sizes = [...Array(Math.max(0, threes)).fill(3), ...Array(fours).fill(4)];
  return sizes.map((size, index) => {
    const start = sizes.slice(0, index).reduce((sum, each) => sum + each, 0);
    return digits.slice(start, start + size);
  }).filter(Boolean);
}

/** "+44 20 7206 8888" for "+442072068888". */
export function readableNumber(number) {
  const parts = split(number);
  if (!parts) return number ?? null;
  const [code, national] = parts;
  const sizes = GROUPS[code]?.find(([prefix]) => prefix.test(national))?.[1] ?? [];
  return [`+${code}`, ...group(national, sizes)].join(' ');
}

/** The number of a party as it should be read: E.164 where it is known, otherwise as Vonage wrote it. */
export const partyNumber = party =>
  readableNumber(party?.e164) ?? party?.telephoneNumber ?? party?.presentedClid ?? null;
