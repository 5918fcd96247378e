const GATHERED = ['iss', 'sub', 'aud', 'azp', 'client_id', 'scope', 'scp', 'groups'];

/** What was pasted, without the name of the scheme and the space around it. */
export const cleaned = text => text.trim().replace(/^Bearer\s+/i, '');

/**
 * What a JWT says of itself; null where it is none. Nobody has verified it: it is for showing, and for telling tokens apart.
 * Only the service decides what a token is worth.
 */
export function claimsOf(token) {
  try {
    const [, payload] = token.split('.');
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return claims && typeof claims === 'object' ? claims : null;
  } catch {
    return null;
  }
}

/** Whose token it is, as a person would say it; null where it does not say. */
export const ownerOf = token => nameIn(claimsOf(token));

/** The best name that claims have. */
export function nameIn(claims) {
  const { name, preferred_username: user, email, sub, azp, client_id: client } = claims ?? {};
  return [name, user, email, sub, azp, client].find(text => typeof text === 'string' && text.trim() !== '') ?? null;
}

/** The host that issued it; null where it does not say. */
export function issuerOf(token) {
  try {
    return new URL(claimsOf(token).iss).host;
  } catch {
    return null;
  }
}

/** When it ends, in milliseconds since 1970; infinity where it does not say. */
export function endOf(token) {
  const end = claimsOf(token)?.exp;
  return typeof end === 'number' ? end * 1000 : Number.POSITIVE_INFINITY;
}

/**
 * Equal for tokens to which the service answers the same: those of one subject with the same groups and scopes. A token that
 * cannot be read is only equal to itself.
 */
export function identityOf(token) {
  const claims = claimsOf(token);
  return claims ? JSON.stringify(GATHERED.map(name => claims[name] ?? null)) : token;
}

/** The one that serves longer; the first where both do. */
export const longerLived = (one, another) => (endOf(another) > endOf(one) ? another : one);
