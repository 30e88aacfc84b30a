/** Whether an address leads to the machine it is opened on: a link with it opens nothing elsewhere. */
export function onlyHere(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
