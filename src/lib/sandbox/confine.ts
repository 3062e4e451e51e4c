/**
 * What an interpreter process gives up by itself, once it
 * has loaded all it needs and before the first program.
 */

/** The user and group that own nothing. */
export const nobody = 65534;

/** Root has no business in here; where ids cannot be changed (user namespaces) they stay. */
export function dropPrivileges(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    process.setgroups?.([]);
    process.setgid?.(nobody);
    process.setuid?.(nobody);
    return true;
  } catch {
    return false;
  }
}
