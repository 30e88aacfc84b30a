/** The languages there are sentences in, by their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;

export type Language = keyof typeof LANGUAGES;

/** `system`: as the browser says. */
export type WantedLanguage = Language | 'system';

const KEY = 'comfystudio.language';
const COOKIE = 'comfystudio-language';
const YEAR_SECONDS = 31_536_000;

const known = (name: string | null): name is Language => name !== null && Object.hasOwn(LANGUAGES, name);

/** The first language of a browser's list that there are sentences in. */
export function firstKnown(wanted: readonly string[]): Language {
  return wanted.map((each) => each.split('-')[0]?.toLowerCase() ?? '').find(known) ?? 'en';
}

function read(): WantedLanguage {
  try {
    const kept = localStorage.getItem(KEY);
    return known(kept) ? kept : 'system';
  } catch {
    return 'system';
  }
}

// Without a page there is nobody to ask.
const browser = typeof document !== 'undefined';

/** What this browser was told. */
export const wantedLanguage: WantedLanguage = browser ? read() : 'en';

/** The language of this page, until it is loaded anew. */
export const language: Language = wantedLanguage === 'system' ? firstKnown(navigator.languages) : wantedLanguage;

/** How numbers, days and times are written. */
export const locale = language === 'en' ? 'en-GB' : language;

/** Tools' own pages and downloads carry no word of this page: a cookie tells the studio which language they are to speak. */
function tell(spoken: Language): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${COOKIE}=${spoken}; Path=/; SameSite=Lax; Max-Age=${YEAR_SECONDS}${secure}`;
}

/** Speak another language from now on: the page is loaded anew in it. */
export function speak(wanted: WantedLanguage): void {
  try {
    if (wanted === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
  } catch {
    // A browser that keeps nothing speaks as its own settings say.
  }
  tell(wanted === 'system' ? firstKnown(navigator.languages) : wanted);
  window.location.reload();
}

if (browser) {
  document.documentElement.lang = language;
  if (!document.cookie.split('; ').includes(`${COOKIE}=${language}`)) tell(language);
}
