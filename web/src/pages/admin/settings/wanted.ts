/** What is looked for among the settings, as it stands in the page's address. */
export interface SettingsSearch {
  text?: string;
  only?: 'set' | 'waiting';
}
