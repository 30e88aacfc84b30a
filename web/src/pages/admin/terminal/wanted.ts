/** The terminal that is looked at, by its job's number, as it stands in the page's address. */
export interface TerminalSearch {
  open?: number;
}
