/** The tool that is looked at, and as whose it would start, as they stand in the page's address. */
export interface ToolsSearch {
  tool?: string;
  as?: string;
}
