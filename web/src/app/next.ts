/** Where to go after a sign-in: a path of this studio, else Home. Anything that could leave it is not followed. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])[^\\\s\u0000-\u001f]*$/u.test(next)) return '/';
  const target = new URL(next, window.location.origin);
  if (target.origin !== window.location.origin || target.pathname === '/signin') return '/';
  return target.pathname + target.search + target.hash;
}

/** Paths that the studio answers itself, such as the way into a tool, need a real page load. */
export function isPage(path: string): boolean {
  return !/^\/(enter|api)\b/.test(path);
}
