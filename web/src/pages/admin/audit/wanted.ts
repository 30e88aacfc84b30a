/** The filter of the trail as it stands in the page's address. Days are "2026-11-22", both included. */
export interface AuditSearch {
  text?: string;
  by?: string;
  action?: string;
  from?: string;
  to?: string;
}
